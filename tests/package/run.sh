#!/usr/bin/env bash
# run.sh BUILD-DIR SOURCE-DIR: installs the build to an empty prefix, and uses it from there as a stranger
# would: the examples as projects of their own, and a program built with nothing but pkg-config.
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
children=()
finish() {
  exec 2>/dev/null
  for child in "${children[@]}"; do kill -9 "$child" || true; done
  wait || true
  rm -rf "$work"
}
trap finish EXIT
fail() {
  echo "FAILED: $1"
  for log in "$work"/*.log; do echo "--- $log"; tail -n 30 "$log"; done
  exit 1
}
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" 2>&1 || fail "installing"

# What is installed is a decision: compare names, without the build type and the kind of machine.
(cd "$work/prefix" && find . -type f) | sed -E 's,^\./,,; s,^lib/[^/]*-linux-gnu/,lib/,; s,(targets|tools)-[a-z]+\.cmake,\1-BUILD.cmake,' |
  LC_ALL=C sort >"$work/files.txt"
if [ -n "${ROI_UPDATE_GOLDEN-}" ]; then cp "$work/files.txt" "$source/tests/package/files.txt"; fi
diff "$source/tests/package/files.txt" "$work/files.txt" >"$work/files.log" ||
  fail "the installed files differ; where that is meant: ROI_UPDATE_GOLDEN=1"

export XDG_RUNTIME_DIR=$work/run XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
export ROI_NAMESERVER=unix:$work/run/roi/nameserver
unset ROI_LISTEN ROI_ADVERTISE ROI_SCOPE
mkdir -m 700 "$work/run"
PATH=$work/prefix/bin:$PATH
# start LOG LINE COMMAND...
start() {
  local log=$1 line=$2
  shift 2
  mkfifo "$log.pipe"
  "$@" >"$log.pipe" 2>"$log" &
  children+=($!)
  exec {kept}<"$log.pipe"  # held open, so that the program can go on printing
  while read -r said <&"$kept"; do
    [[ $said != *"$line"* ]] || return 0
  done
  fail "$* did not say '$line'"
}
start "$work/names.log" ready roi-nameserver --no-tcp --ephemeral

for example in 01_hello 02_bank; do
  cp -r "$source/examples/$example" "$work/$example"
  cmake -S "$work/$example" -B "$work/$example/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
    >"$work/$example.log" 2>&1 || fail "configuring $example"
  cmake --build "$work/$example/build" >>"$work/$example.log" 2>&1 || fail "building $example"
  name=${example#*_}
  start "$work/$name.log" "is" "$work/$example/build/${name}_server"
  "$work/$example/build/${name}_client" >"$work/$name.out" 2>"$work/$name.client.log" ||
    fail "running $example"
  sed -n '/^```text$/,/^```$/p' "$source/examples/$example/README.md" | sed '/^```/d' |
    diff - "$work/$name.out" || fail "$example prints something else"
done
roi ls | grep -q '^bank ' || fail "roi ls does not list the bank"

# Who only calls and serves needs no SQLite and no JSON; who wants a name server inside is told what is missing.
cp -r "$source/examples/05_own_scope" "$work/own_scope"
mkdir "$work/lean"
printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(lean CXX)' 'find_package(roi REQUIRED CONFIG COMPONENTS runtime tools)' \
  'add_executable(bank_client client.cpp)' 'roi_generate(bank_client HEADERS bank.hpp)' >"$work/lean/CMakeLists.txt"
cp "$source"/examples/02_bank/{bank.hpp,client.cpp} "$work/lean"
without=(-G Ninja "-DCMAKE_PREFIX_PATH=$work/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
{
  cmake -S "$work/lean" -B "$work/lean/build" "${without[@]}" && cmake --build "$work/lean/build"
} >"$work/lean.log" 2>&1 || fail "building a client without SQLite"
"$work/lean/build/bank_client" >"$work/lean.out" 2>"$work/lean.client.log" || fail "running a client without SQLite"
sed -i 's/COMPONENTS runtime tools/COMPONENTS nameserver/' "$work/lean/CMakeLists.txt"
! cmake -S "$work/lean" -B "$work/lean/build2" "${without[@]}" >"$work/lean2.log" 2>&1 || fail "a name server without SQLite"
grep -q SQLite3 "$work/lean2.log" || fail "the missing SQLite is not named"
{
  cmake -S "$work/own_scope" -B "$work/own_scope/build" -G Ninja "-DCMAKE_PREFIX_PATH=$work/prefix" &&
    cmake --build "$work/own_scope/build"
} >"$work/own_scope.log" 2>&1 || fail "building a program with a name server inside"

# Without CMake: idlc by hand, flags from pkg-config.
export PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name roi.pc)")
mkdir "$work/by_hand"
cd "$work/by_hand"
sed -i "s,^prefix=.*,prefix=$work/prefix," "$PKG_CONFIG_PATH/roi.pc"  # it was configured for another
read -ra flags < <(pkg-config --cflags roi)
read -ra libraries < <(pkg-config --libs roi)
{
  idlc "$source/examples/02_bank/bank.hpp" -o . -- "${flags[@]}" &&
    ${CXX-c++} ${CXXFLAGS-} -std=c++20 "${flags[@]}" -I. -I"$source/examples/02_bank" -o client \
      "$source/examples/02_bank/client.cpp" bank.client.roi.cpp "${libraries[@]}"
} >"$work/by_hand.log" 2>&1 || fail "building by hand"
./client >"$work/by_hand.out" 2>&1 || fail "running what was built by hand"
grep -q 'after a transfer of 500: 8500' "$work/by_hand.out" || fail "another balance by hand"
echo "installed, found, built, run"
