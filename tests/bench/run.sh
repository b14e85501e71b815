#!/usr/bin/env bash
# Measures ROI against gRPC and against bare sockets in one run, and prints one table.
#
#     tests/bench/run.sh [--rounds N] [--seconds S] [--raw FILE] [--built DIR]
#
# Every figure is the median of N rounds (3) of S seconds (0.7); the rounds are interleaved, so that a
# change of the machine meets all systems alike. Two processes each, over a Unix socket and over TCP,
# with free cores, then both on one core. Of gRPC's styles (sync, completion queue, callback) the
# best counts in each cell. --raw keeps the single measurements; with --built nothing is built.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=3 seconds=0.7 raw= built=
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    --raw) raw=$(realpath "$2") ;;
    --built) built=$(realpath "$2") ;;
    *) sed -n '2,10s/^# \{0,1\}//p' tests/bench/run.sh; exit 2 ;;
  esac
  shift 2
done

build=${built:-build/release}
bin=$build/tests/bench
[ -n "$built" ] || cmake --preset release -DROI_BUILD_TESTS=ON >/dev/null
targets=(bench_floor bench_roi_server bench_roi_client)
systems=(floor-blocking floor-spin roi)
if ninja -C $build -t query bench_grpc_client >/dev/null 2>&1; then
  targets+=(bench_grpc_server bench_grpc_client)
  systems+=(grpc-sync grpc-cq grpc-callback)
else
  echo "gRPC is not installed (cmake/install_packages.sh bench installs it): measured without it."
fi
[ -n "$built" ] || cmake --build $build --target "${targets[@]}" >&2

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
export XDG_RUNTIME_DIR=$work
unset ROI_NAMESERVER ROI_LISTEN ROI_ADVERTISE

# One system over one transport: its server, and every workload that its clients know.
measure() {
  local system=$1 transport=$2 place=$3 address=tcp:0 start=() call=() cells=() pin=() cell mode
  [ "$place" = same ] && pin=(taskset -c 0)
  [ "$transport" = unix ] && address=unix:$work/socket
  case $system in
    floor-*) start=($bin/bench_floor server "$address" "${system#*-}")
             call=($bin/bench_floor client)
             cells=("W1 ${system#*-}" "W2 ${system#*-}" "W3 ${system#*-}") ;;
    grpc-*)  start=($bin/grpc/bench_grpc_server "$address" "${system#*-}")
             call=($bin/grpc/bench_grpc_client)
             cells=(W1 W2 W3 W5 "W4:64 cq" "W4:64 callback") ;;
    roi)     start=($bin/bench_roi_server "$address")
             call=($bin/bench_roi_client)
             cells=(W1 W2 W3 W5 W4:64) ;;
  esac
  rm -f "$work/socket" "$work/ready"
  mkfifo "$work/ready"
  "${pin[@]}" "${start[@]}" >"$work/ready" 2>"$work/log" &
  server=$!
  read -r _ address <"$work/ready" || { cat "$work/log" >&2; exit 1; }
  for cell in "${cells[@]}"; do
    mode=-
    [[ $cell == *" "* ]] && mode=${cell#* }
    # shellcheck disable=SC2086  # a cell is a workload and, for some, a mode
    "${pin[@]}" timeout 60 "${call[@]}" "$address" $cell --seconds "$seconds" --server "$server" |
      sed "s/^result/$system $mode $transport $place/" >>"$work/results"
  done
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

for ((round = 1; round <= rounds; ++round)); do
  printf 'round %d of %d\n' "$round" "$rounds" >&2
  for place in free same; do
    for transport in unix tcp; do
      for system in "${systems[@]}"; do
        measure "$system" "$transport" "$place"
      done
    done
  done
done
[ -z "$raw" ] || cp "$work/results" "$raw"

printf '%s, %s cores, %s rounds of %s s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
  "$(nproc)" "$rounds" "$seconds"
awk -f tests/bench/table.awk "$work/results"
