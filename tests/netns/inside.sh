#!/usr/bin/env bash
# inside.sh PROGRAM...: runs it in network, process and mount namespaces of its own, as their root. Needs no
# privileges where user namespaces are allowed; else it ends with 77, "skipped".
set -euo pipefail
if ! unshare --user --map-root-user --net --pid --fork true 2>/dev/null; then
  echo "network namespaces are not permitted here"
  exit 77
fi
# The process namespace ends with the program, and all in it.
exec unshare --user --map-root-user --net --mount --pid --fork --mount-proc --kill-child "$@"
