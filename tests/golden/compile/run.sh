#!/usr/bin/env bash
# Compiles what idlc writes for every golden header: run.sh <idlc> <source> <work> <protoc> [jobs]
#
# Each output is generated twice and compared byte for byte, compiled by GCC and Clang with our
# warnings as errors, compared with what clang-format makes of it, and the .proto goes through
# protoc. Headers themselves are included as system headers: their warnings are their own.
set -uo pipefail
idlc=$1 source=$2 work=$3 protoc=$4 jobs=${5:-2}
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

one_case() {
    local case=$1 name out failed=0
    name=$(basename "$case")
    out=$work/$name
    rm -rf "$out"
    mkdir -p "$out/again"
    local flags
    flags=$(sed -n 's|^// flags:||p' "$case/in.hpp")
    for folder in "$out" "$out/again"; do
        # Headers that others include come first: their stubs are included too.
        for header in $(ls "$case"/*.hpp | grep -v -e /in.hpp -e '\.roi\.hpp$') "$case/in.hpp"; do
            "$idlc" "$header" -o "$folder" --include-as "$(basename "$header")" -- \
                -I"$source/runtime/include" -I"$case" -I"$folder" -std=c++20 $flags \
                >"$out/idlc.txt" 2>&1 || { echo "$name: idlc failed"; cat "$out/idlc.txt"; return 1; }
        done
    done
    for file in "$out"/*.roi.* "$out"/*.proto "$out"/*.desc; do
        cmp "$file" "$out/again/$(basename "$file")" || failed=1
    done
    for file in "$out"/*.roi.cpp; do
        for compiler in g++ clang++-14; do
            $compiler -std=c++20 $warnings $flags -fsyntax-only -I"$source/runtime/include" \
                -isystem "$case" -I"$out" "$file" || failed=1
        done
    done
    if command -v clang-format-14 >/dev/null; then
        for file in "$out"/*.roi.*; do
            clang-format-14 --style="file:$source/.clang-format" "$file" | diff -u "$file" - || failed=1
        done
    fi
    # All of a case in one run: what its headers share has a name of its own in each .proto.
    "$protoc" -I "$source/runtime/proto" -I "$out" --descriptor_set_out=/dev/null "$out"/*.proto || failed=1
    [ $failed -eq 0 ] || echo "$name: FAILED"
    return $failed
}
export -f one_case
export idlc source work protoc warnings

# Cases that only warn have a model too; those without one are refused, and have nothing to compile.
# A case that declares a type of ours itself says so: "// not compiled".
for case in "$source"/tests/golden/cases/*/; do
    [ -f "$case/model.txt" ] || continue
    grep -q '^// not compiled' "$case/in.hpp" && continue
    printf '%s\n' "${case%/}"
done | xargs -P "$jobs" -I{} bash -c 'one_case {}' || { echo "some outputs are not clean"; exit 1; }
