#!/usr/bin/env bash
# Installs the Debian packages of the given groups of packages.txt (default: build) that are missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- build
wanted=()
for group in "$@"; do
  while read -r name packages; do
    [ "$name" = "$group" ] && read -ra more <<<"$packages" && wanted+=("${more[@]}")
  done < <(grep -v '^#' "$here/packages.txt")
done
missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "Installing with apt: ${missing[*]}"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "${missing[@]}" >/dev/null
