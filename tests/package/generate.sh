#!/usr/bin/env bash
# roi_generate() from an installed package: generate.sh <build> <source> <work>
#
# A project of libraries, a lock and derived interfaces builds; what was changed is built again and
# nothing else; each misuse is explained as misuse.txt says.
set -uo pipefail
build=$1 source=$2 work=$3
here=$source/tests/package
failed=0
fail() { echo "FAILED: $*"; failed=1; }

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.txt" || { cat "$work/install.txt"; exit 1; }

generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
configure() { # <project> <binary dir>
    cmake "${generator[@]}" "${launcher[@]}" -S "$1" -B "$2" -DCMAKE_PREFIX_PATH="$work/prefix" 2>&1
}

# A stranger's project: an interface below include/, with a lock, used by a library and by a client.
cp -r "$here/project" "$work/project"
configure "$work/project" "$work/out" >"$work/configure.txt" || { cat "$work/configure.txt"; fail "the project does not configure"; }
cmake --build "$work/out" >"$work/build.txt" 2>&1 || { cat "$work/build.txt"; fail "the project does not build"; }
"$work/out/check" >"$work/check.txt" 2>&1 || { cat "$work/check.txt"; fail "the project's program fails"; }
grep -q '^method .* greet(string)const$' "$work/project/greeter.roi.lock" || fail "the lock file was not written"
git -C "$work" diff --no-index --quiet "$here/project/client.cpp" "$work/project/client.cpp" || fail "a source was changed"

# Rebuilds: nothing without a change, the stubs where an included header changed.
cmake --build "$work/out" >/dev/null 2>&1
if [ ${#generator[@]} -gt 0 ]; then
    cmake --build "$work/out" | grep -q 'no work to do' || fail "a build without a change builds something"
    sed -i 's|// more|std::string more;|' "$work/project/include/greet/words.hpp"
    cmake --build "$work/out" >"$work/rebuild.txt" 2>&1 || { cat "$work/rebuild.txt"; fail "the changed project does not build"; }
    grep -q 'idlc include/greet/greeter.hpp' "$work/rebuild.txt" || fail "a changed header that the interface includes does not run idlc"
    grep -q 'more' "$work"/out/greeter.roi/include/greet/greeter.proto || fail "the stubs are not those of the changed header"
    stub=$work/out/greeter.roi/include/greet/greeter.roi.hpp
    before=$(stat -c %y "$stub")
    touch "$work/project/include/greet/words.hpp"
    cmake --build "$work/out" >"$work/touched.txt" 2>&1
    grep -q 'idlc include/greet/greeter.hpp' "$work/touched.txt" || fail "a touched header does not run idlc"
    [ "$(stat -c %y "$stub")" = "$before" ] || fail "equal stubs were written again"
fi

# Headers that need the stubs of others, whatever the order of calls: by ninja, and by make, which
# runs idlc for a touched header once and not in every build from then on.
for kind in Ninja "Unix Makefiles"; do
    [ "$kind" = Ninja ] && [ ${#generator[@]} -eq 0 ] && continue
    folder=$work/ordered_$(echo "$kind" | tr -d ' ')
    cp -r "$here/ordered" "$folder"
    { cmake -G "$kind" "${launcher[@]}" -S "$folder" -B "$folder/out" -DCMAKE_PREFIX_PATH="$work/prefix" &&
        cmake --build "$folder/out" -j 2; } >"$folder.txt" 2>&1 || { cat "$folder.txt"; fail "$kind: headers that need each other's stubs do not build"; continue; }
    "$folder/out/top" || fail "$kind: the program of ordered headers fails"
    cmake --build "$folder/out" >"$folder.again.txt" 2>&1
    grep -qE 'idlc |Building' "$folder.again.txt" && { cat "$folder.again.txt"; fail "$kind: a build without a change builds something"; }
    touch "$folder/base/base.hpp"
    cmake --build "$folder/out" >"$folder.touched.txt" 2>&1 || fail "$kind: a touched header does not build"
    grep -q 'idlc base.hpp' "$folder.touched.txt" || fail "$kind: a touched header does not run idlc"
    grep -q 'idlc top.hpp' "$folder.touched.txt" || fail "$kind: a header whose stubs' base was touched does not run idlc"
    cmake --build "$folder/out" >"$folder.after.txt" 2>&1
    grep -q 'idlc ' "$folder.after.txt" && { cat "$folder.after.txt"; fail "$kind: idlc runs again after a header was touched once"; }
    sed -i 's/int one() const;/int one() const; int more() const { return 4; }/' "$folder/base/base.hpp"
    cmake --build "$folder/out" >"$folder.changed.txt" 2>&1 || { cat "$folder.changed.txt"; fail "$kind: a changed base does not build"; }
    grep -q 'more' "$folder/out/base/base.roi/base.roi.hpp" || fail "$kind: the stubs are not those of the changed base"
    grep -qE 'middle\.server\.roi\.cpp' "$folder.changed.txt" || fail "$kind: the stubs that derive from a changed base are not compiled again"
done

# Misuse: what stands in misuse.txt as "name | commands | what the message must hold".
while IFS='|' read -r name commands expected; do
    [ -z "$name" ] && continue
    case $name in \#*) continue ;; esac
    name=$(echo "$name" | xargs) folder=$work/misuse/$(echo "$name" | tr ' ' '_')
    mkdir -p "$folder/sub"
    printf 'cmake_minimum_required(VERSION 3.25)\nproject(misuse LANGUAGES CXX)\nfind_package(roi CONFIG REQUIRED)\nadd_executable(tool tool.cpp)\n%s\n' \
        "$(echo "$commands" | sed 's/;;/\n/g')" >"$folder/CMakeLists.txt"
    printf 'int main() {}\n' >"$folder/tool.cpp"
    printf '#pragma once\n' | tee "$folder/a.hpp" >"$folder/b.hpp"
    printf 'add_executable(inner ../tool.cpp)\n' >"$folder/sub/CMakeLists.txt"
    if cmake "${generator[@]}" -S "$folder" -B "$folder/out" -DCMAKE_PREFIX_PATH="$work/prefix" >"$folder/said.txt" 2>&1; then
        fail "misuse '$name' is accepted"
    fi
    tr -s ' \n' ' ' <"$folder/said.txt" | grep -qF -- "$(echo "$expected" | sed 's/^ *//; s/ *$//')" \
        || { cat "$folder/said.txt"; fail "misuse '$name' is not explained"; }
done <"$here/misuse.txt"
exit $failed
