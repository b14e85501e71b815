#!/usr/bin/env bash
# Builds ROI and shows it at work: a name server, a bank and its clients, each a process of its own.
#
#     examples/run.sh [--built DIR]    with --built nothing is installed or built: DIR has the programs
set -euo pipefail
cd "$(dirname "$0")/.."

built=
case "${1-}" in
  "") ;;
  --built) built=$(cd "$2" && pwd) ;;
  *) sed -n '2,4s/^# \{0,1\}//p' examples/run.sh; exit 2 ;;
esac

if [ -z "$built" ]; then
  built=$PWD/build/examples
  mkdir -p "$built"
  echo "This needs a compiler, libclang, Boost, Protocol Buffers and SQLite: Debian packages, listed in"
  echo "cmake/packages.txt and installed with apt where they are missing."
  cmake/install_packages.sh build
  echo "Building a release in build/examples ..."
  log=$built/build.log
  if ! {
    cmake --preset release -B "$built" -DROI_BUILD_TESTS=OFF -DROI_INSTALL=OFF &&
      cmake --build "$built" --target roi-nameserver roi bank_server bank_client bank_story \
        bank_changed_client
  } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "The build failed; all of its output is in $log" >&2
    exit 1
  fi
  if pkg-config --exists grpc++ 2>/dev/null && command -v grpc_cpp_plugin >/dev/null; then
    {
      cmake -S tests/bench/grpc -B "$built/tests/bench/grpc" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
        cmake --build "$built/tests/bench/grpc"
    } >"$built/grpc.log" 2>&1 || echo "(gRPC's part did not build, see $built/grpc.log)"
  fi
fi
bank=$built/examples/02_bank
grpc=$built/tests/bench/grpc
PATH=$built/nameserver:$bank:$PATH

# All that is started lives in a runtime directory of its own, and ends with this script.
work=$(mktemp -d)
children=()
finish() {
  exec 2>/dev/null  # the shell would tell of each
  for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export XDG_RUNTIME_DIR=$work/run XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
mkdir -m 700 "$work/run"
unset ROI_LISTEN ROI_ADVERTISE ROI_SCOPE
export ROI_NAMESERVER=unix:$work/run/roi/nameserver  # a name server of the user's is left alone

bold= plain=
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi
step=0
title() { step=$((step + 1)); printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"; }
# Shows a command and what it prints; it must end as `expected` says.
expected=0
show() {
  local status=0
  local word line=
  for word in "$@"; do [[ $word == *[\"\ ]* ]] && line+=" '$word'" || line+=" $word"; done
  echo "\$$line"
  "$@" 2>&1 | sed 's/^/  /' || status=${PIPESTATUS[0]}
  if [ "$status" != "$expected" ]; then
    echo "This ended with $status, not $expected: the story does not hold." >&2
    exit 1
  fi
}
# start LOG COMMAND...: in the background; its process is in $started.
start() {
  local log=$1
  shift
  : >"$log"  # there before it is looked into
  "$@" >"$log" 2>&1 &
  started=$!
  children+=("$started")
}
# until_line LOG TEXT PROCESS: waits for what a process prints, as long as it lives, at most 20 s.
until_line() {
  local tries=0
  until grep -qF -- "$2" "$1"; do
    if ! kill -0 "$3" 2>/dev/null || [ $((tries += 1)) -gt 1000 ]; then
      grep -qF -- "$2" "$1" && return
      echo "It did not say '$2', but:" >&2
      cat "$1" >&2
      exit 1
    fi
    sleep 0.02
  done
}

title "The interface is a C++ header: a class, and a mark (examples/02_bank/bank.hpp)"
sed -n '/^namespace demo {/,/^}  \/\/ namespace demo/p' examples/02_bank/bank.hpp | sed 's/^/  /'

title "A name server, and a bank that publishes itself by being created"
start "$work/nameserver.log" roi-nameserver --no-tcp
nameserver=$started
until_line "$work/nameserver.log" ready "$nameserver"
echo '$ roi-nameserver --no-tcp &'
start "$work/bank.log" bank_server
server=$started
until_line "$work/bank.log" "the bank is open" "$server"
echo '$ bank_server &'
show roi ls

title "A client in a process of its own calls it like a local object (examples/02_bank/client.cpp)"
sed -n '/demo::BankClient bank;/,/insufficient_funds/p; /refused:/p' examples/02_bank/client.cpp |
  sed 's/^/  /'
show bank_client
echo "  The last line was printed in catch (const demo::insufficient_funds&): the error that the"
echo "  server's method threw, caught by its type, with its fields."

title "A second bank of the same name is denied, and told who holds it"
expected=1 show bank_server

title "The interface is known at run time too"
show roi call bank.balance '"alice"'

title "kill -9 in the middle of a call: what is the client told?"
start "$work/story.log" bank_story crash
client=$started
until_line "$work/bank.log" "an audit has begun" "$server"
echo "\$ bank_story crash &"
echo "\$ kill -9 $server    # the bank, while it runs the client's call"
kill -9 "$server"
wait "$server" 2>/dev/null || true
until_line "$work/story.log" "did it run?" "$client"
sed 's/^/  /; /did it run/q' "$work/story.log"

title "The bank is started again, and the same client object is answered"
start "$work/bank.log" bank_server
server=$started
echo '$ bank_server &'
if ! wait "$client"; then
  cat "$work/story.log" >&2
  exit 1
fi
sed '1,/did it run/d; s/^/  /' "$work/story.log"
echo "  (The bank keeps its accounts in memory, so it opened again with what it always begins with.)"

title "A client of a changed interface is refused, and told what differs"
diff -U0 examples/02_bank/bank.hpp examples/02_bank/changed/bank.hpp | grep -E '^[-+] .*transfer\(' |
  sed 's/^/  /' || true
show bank_changed_client

title "10,000 calls, one after the other, over a Unix socket"
show bank_story measure 10000
if [ -x "$grpc/bench_grpc_server" ] && [ -x "$grpc/bench_grpc_client" ]; then
  start "$work/grpc.log" "$grpc/bench_grpc_server" "unix:$work/grpc" callback
  until_line "$work/grpc.log" ready "$started"
  "$grpc/bench_grpc_client" "unix:$work/grpc" bank --calls 10000 >"$work/grpc.result"
  sed -E 's/.*p50_us=([0-9.]+) p99_us=([0-9.]+).*/  the same call with gRPC: p50 \1 us, p99 \2 us/' \
    "$work/grpc.result"
  echo "  (tests/bench/run.sh compares at length, and says what the figures mean.)"
else
  echo "  (gRPC is not installed; with it, its figures would stand here:"
  echo "   cmake/install_packages.sh bench)"
fi

title "The end: on SIGTERM a server takes its name back, finishes its calls and exits with 0"
kill -TERM "$server"
status=0
wait "$server" || status=$?
echo "\$ kill $server; exit status $status"
[ "$status" = 0 ]
show roi ls
