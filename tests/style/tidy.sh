#!/usr/bin/env bash
# Runs clang-tidy over our own sources, as .clang-tidy at the root says, with the flags of a build.
# usage: tidy.sh SOURCE_DIR BUILD_DIR CLANG_TIDY
#
# A file is looked at again when its object was built again since, which is when any of its headers
# changed. What is left out is for its time: tests, stubs, and idlc's rules, which are thirty times
# the same shape.
set -euo pipefail
source=$1 build=$2 tidy=$3
stamps=$build/tests/style/tidy
mkdir -p "$stamps"

check() {
  local source=$1 build=$2 tidy=$3 stamps=$4 file=$5 object=$6 stamp
  stamp=$stamps/${file//\//_}
  [ "$stamp" -nt "$build/$object" ] && [ "$stamp" -nt "$source/.clang-tidy" ] && return 0
  "$tidy" -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option "$source/$file" && touch "$stamp"
}
export -f check

awk -F'"' -v source="$source/" '
  $2 == "command" { match($0, / -o [^ ]+/); object = substr($0, RSTART + 4, RLENGTH - 4) }
  $2 == "file" && index($4, source) == 1 {
    name = substr($4, length(source) + 1)
    if (name ~ /^(runtime\/src|idlc\/src|nameserver)\/.*\.cpp$/ && name !~ /^idlc\/src\/check\// && !seen[name]++) {
      printf "%s%c%s%c", name, 0, object, 0
      ++count
    }
  }
  END { if (!count) { print "no sources in compile_commands.json" > "/dev/stderr"; exit 1 } }
' "$build/compile_commands.json" |
  xargs -0 -n 2 -P "$(nproc)" bash -c 'check "$@"' check "$source" "$build" "$tidy" "$stamps"
