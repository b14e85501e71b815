#!/usr/bin/env bash
# Fails, naming each file, when clang-format would change one that people wrote or idlc writes.
# usage: format.sh SOURCE_DIR CLANG_FORMAT   (inputs of golden tests are what they are on purpose)
set -euo pipefail
cd "$1"
find examples idlc nameserver runtime tests \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' \) \
    -not -path 'tests/golden/*' -print0 | xargs -0 "$2" --dry-run -Werror
