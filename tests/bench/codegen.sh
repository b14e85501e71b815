#!/usr/bin/env bash
# Measures what an interface of twenty methods costs to generate and to compile, for ROI and for gRPC.
#
#     tests/bench/codegen.sh [--rounds N]
#
# Medians of N rounds (5), interleaved. The compiler is called as a release build would (-O2), without
# ccache, with the same flags for both; what counts is all that is generated: both stub sources of ROI,
# .pb.cc and .grpc.pb.cc of gRPC. Compiling is measured in processor time, which other work on the machine
# disturbs less; sizes are `size`'s text and data. "idlc" is its whole wall time; "libclang alone" is one
# parse of the same header in idlc's own process, as `idlc --time` prints it.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=5
[ "${1-}" != --rounds ] || rounds=$2
root=$PWD
build=$root/build/release
cmake --preset release >/dev/null
cmake --build "$build" --target roi_idlc >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
source=$root/tests/bench/codegen
mkdir roi grpc
flags=(-std=c++20 -O2 -I"$root/runtime/include" -I"$source" -Iroi)

grpc=no
if pkg-config --exists grpc++ && plugin=$(command -v grpc_cpp_plugin); then
  grpc=yes
  read -ra grpc_flags <<<"-std=c++20 -O2 -Igrpc $(pkg-config --cflags grpc++)"
else
  echo "gRPC is not installed (cmake/install_packages.sh bench installs it): measured without it."
fi
printf '#include <%s>\n' cstddef cstdint map optional string vector >roi/standard.cpp
echo '#include "twenty.roi.hpp"' >roi/user.cpp
echo '#include "twenty.grpc.pb.h"' >grpc/user.cpp

export CCACHE_DISABLE=1
# timed NAME COMMAND...: appends milliseconds.
timed() {
  local name=$1 start end
  shift
  start=$(date +%s%N)
  "$@" >"$name.log" 2>&1 || { cat "$name.log" >&2; exit 1; }
  end=$(date +%s%N)
  echo $(((end - start) / 1000)) >>"$name.us"
}
# busy NAME COMMAND...: appends microseconds of processor time, of user and system.
busy() {
  local name=$1 spent TIMEFORMAT='%U %S'
  shift
  spent=$({ time "$@" >"$name.log" 2>&1 || touch "$name.failed"; } 2>&1)
  [ ! -e "$name.failed" ] || { cat "$name.log" >&2; exit 1; }
  awk '{printf "%.0f\n", ($1 + $2) * 1000000}' <<<"$spent" >>"$name.us"
}
for ((i = 0; i < rounds; ++i)); do
  timed idlc "$build/idlc/idlc" "$source/twenty.hpp" --include-as twenty.hpp -o roi -- \
    -I"$root/runtime/include" -I"$source" -std=c++20
  busy roi_client g++ "${flags[@]}" -c roi/twenty.client.roi.cpp -o roi/client.o
  busy roi_server g++ "${flags[@]}" -c roi/twenty.server.roi.cpp -o roi/server.o
  busy roi_user g++ "${flags[@]}" -c roi/user.cpp -o roi/user.o
  busy standard g++ "${flags[@]}" -c roi/standard.cpp -o roi/standard.o
  busy header g++ "${flags[@]}" -c -x c++ "$source/twenty.hpp" -o roi/header.o
  if [ $grpc = yes ]; then
    timed protoc protoc --proto_path="$source" --cpp_out=grpc --grpc_out=grpc \
      --plugin=protoc-gen-grpc="$plugin" twenty.proto
    busy grpc_messages g++ "${grpc_flags[@]}" -c grpc/twenty.pb.cc -o grpc/messages.o
    busy grpc_service g++ "${grpc_flags[@]}" -c grpc/twenty.grpc.pb.cc -o grpc/service.o
    busy grpc_user g++ "${grpc_flags[@]}" -c grpc/user.cpp -o grpc/user.o
  fi
done
for ((i = 0; i < rounds; ++i)); do
  "$build/idlc/idlc" --time --dump-model "$source/twenty.hpp" -- -I"$root/runtime/include" \
    -std=c++20 2>&1 >/dev/null | tee -a time.log >/dev/null
done

median() {
  [ -f "$1.us" ] || { echo -; return; }
  sort -n "$1.us" | awk '{v[NR] = $1} END {printf "%.0f", v[int((NR + 1) / 2)] / 1000}'
}
sum() { [ "$1" = - ] || [ "$2" = - ] && echo - || echo $(($1 + $2)); }
bytes() { size "$@" | awk 'NR > 1 {sum += $1 + $2} END {printf "%.0f", sum / 1024}'; }
ratio() { [ "$1" = - ] || [ "$2" = - ] && echo - || awk "BEGIN {printf \"%.3f\", $1 / $2}"; }
row() { printf '%-52s %8s %8s %8s\n' "$1" "$2" "$3" "$(ratio "$2" "$3")"; }

printf '%-52s %8s %8s %8s\n' "" ROI gRPC ratio
row "generate, ms" "$(median idlc)" "$(median protoc)"
row "compile both stub sources, ms of processor" \
  "$(sum "$(median roi_client)" "$(median roi_server)")" \
  "$(sum "$(median grpc_messages)" "$(median grpc_service)")"
row "  of that, the client's" "$(median roi_client)" -
row "  of that, the server's" "$(median roi_server)" -
row "  each of them reads the user's header" "$(median header)" -
row "  and that the standard library's" "$(median standard)" -
row "compile a file that includes the header, ms" "$(median roi_user)" "$(median grpc_user)"
if [ $grpc = yes ]; then grpc_objects=$(bytes grpc/messages.o grpc/service.o); else grpc_objects=-; fi
row "code and data of the stub objects, KiB" "$(bytes roi/client.o roi/server.o)" "$grpc_objects"
echo
echo "idlc and libclang alone (idlc --time):"
sort time.log | uniq | sed 's/^/  /'
