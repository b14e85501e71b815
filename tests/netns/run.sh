#!/usr/bin/env bash
# run.sh NAMESERVER ROI BANK_SERVER BANK_CLIENT: two network namespaces with a link between them stand for
# two hosts. To be started by inside.sh.
set -euo pipefail
nameserver=$1 roi=$2 bank_server=$3 bank_client=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/one" "$work/two"
unset ROI_NAMESERVER ROI_LISTEN ROI_ADVERTISE
fail() {
  echo "FAILED: $1"
  for log in "$work"/*.log; do echo "--- $log"; cat "$log"; done
  exit 1
}

# Host "two" is held open by a process that waits for the end of this script.
mkfifo "$work/never"
# It has its own file systems too, so that it does not see the other host's Unix sockets.
unshare --net --mount bash -c 'mount -t tmpfs none "$1" && exec cat "$2"' - "$work/one" \
  "$work/never" &
two=$!
exec 9<>"$work/never"
until grep -q "^cat" /proc/$two/comm; do :; done
on_two() { nsenter --target "$two" --net --mount env XDG_RUNTIME_DIR="$work/two" "$@"; }
ip link add roi-one type veth peer name roi-two netns "$two"
ip address add 10.77.0.1/24 dev roi-one
ip link set lo up
ip link set roi-one up
on_two ip address add 10.77.0.2/24 dev roi-two
on_two ip link set lo up
on_two ip link set roi-two up

# until_line LOG TEXT PROCESS: a line of a process that is alive.
until_line() {
  until [ -e "$1" ]; do :; done  # the shell in the background is about to make it
  grep -qm1 -F -- "$2" < <(tail -n +1 -f --pid="$3" "$1" 2>/dev/null) || fail "no line '$2' in $1"
}

export XDG_RUNTIME_DIR=$work/one XDG_STATE_HOME=$work/one XDG_DATA_HOME=$work/one
"$nameserver" --listen tcp://10.77.0.1:7600 >"$work/nameserver.log" 2>&1 &
until_line "$work/nameserver.log" ready $!
grep -qi unauthenticated "$work/nameserver.log" || fail "no warning that the port is unauthenticated"

# A server that listens on loopback only cannot be called from the other host.
"$bank_server" >"$work/local.log" 2>&1 &
local_bank=$!
until_line "$work/local.log" "the bank is open" $local_bank
on_two env ROI_NAMESERVER=tcp://10.77.0.1:7600 "$roi" call --timeout 2s bank.balance '"alice"' \
  >"$work/refused.log" 2>&1 && fail "a server on loopback was called from another host"
kill $local_bank
wait $local_bank || fail "the bank did not end well"

# One that listens on the link can.
ROI_LISTEN=tcp://10.77.0.1:0 "$bank_server" >"$work/bank.log" 2>&1 &
bank=$!
until_line "$work/bank.log" "the bank is open" $bank
on_two env ROI_NAMESERVER=tcp://10.77.0.1:7600 "$bank_client" >"$work/client.log" 2>&1 ||
  fail "the client on the other host failed"
grep -q 'after a transfer of 500: 9500' "$work/client.log" || fail "the transfer has another result"
on_two env ROI_NAMESERVER=tcp://10.77.0.1:7600 "$roi" ls >"$work/ls.log" 2>&1 || fail "roi ls failed"
grep -q bank "$work/ls.log" || fail "roi ls does not list the bank"

# With the link down a call ends at its deadline, and not before it could have been answered.
ip link set roi-one down
on_two env ROI_NAMESERVER=tcp://10.77.0.1:7600 "$roi" call --timeout 1s bank.balance '"alice"' \
  >"$work/down.log" 2>&1 && fail "a call over a link that is down succeeded"
ip link set roi-one up
on_two env ROI_NAMESERVER=tcp://10.77.0.1:7600 "$roi" call bank.balance '"alice"' \
  >"$work/up.log" 2>&1 || fail "the link is up again, and the call failed"
grep -q 9500 "$work/up.log" || fail "the bank was another one"
echo "two hosts: found, called, cut off and found again"
