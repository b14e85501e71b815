#!/usr/bin/env bash
# Runs idlc --explain and --suggest over every class of six real libraries' public headers.
#
#   survey.sh IDLC INCLUDE [--every N] [--table FILE]
#
# IDLC is the program, INCLUDE the directory of roi/annotations.hpp. With --every N only each N-th
# header is read. --table rewrites the table between the marks in FILE (docs/libraries.md).
# Fails when idlc crashes, hangs (60 s) or prints a line that it should not.
set -euo pipefail
idlc=$1 include=$2
shift 2
every=1 table=
while [ $# -gt 0 ]; do
    case $1 in
        --every) every=$2; shift 2 ;;
        --table) table=$2; shift 2 ;;
        *) echo "survey.sh: unknown option $1" >&2; exit 2 ;;
    esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
multiarch=$(gcc -print-multiarch)
qt=/usr/include/$multiarch/qt5

# name, where its headers are, flags they need; private, generated and platform parts are left out.
list() {
    case $1 in
        tinyxml2) ls /usr/include/tinyxml2.h ;;
        RocksDB) find /usr/include/rocksdb -name '*.h' ;;
        Poco) find /usr/include/Poco -maxdepth 2 -name '*.h' ! -name '*_WIN*' ! -name '*_VX*' ! -name '*_VMS*' \
                   ! -name '*_WINCE*' ! -name '*_HPUX*' ! -name '*_SUN*' ! -name '*_ANDROID*' ! -name '*_QNX*' \
                   ! -name '*WinRegistry*' ! -name '*WinService*' ! -name '*EventLogChannel*' ;;
        Qt) find "$qt/QtCore" -maxdepth 1 -name 'q*.h' ;;
        Xerces) find /usr/include/xercesc -name '*.hpp' ;;
        QuickFIX) find /usr/include/quickfix -maxdepth 1 -name '*.h' ;;
    esac 2>/dev/null | sort || true  # a library that is not installed has none
}
flags() {
    case $1 in
        Qt) echo "-I$qt -I$qt/QtCore -fPIC -std=c++17" ;;
        QuickFIX) echo "-std=c++14 -I/usr/include/quickfix -I/usr/include/libxml2" ;;
        Xerces) echo "-std=c++14" ;;
        *) echo "-std=c++17" ;;
    esac
}

one() {  # header, output prefix, flags...
    local header=$1 out=$2 code=0
    shift 2
    timeout 60 "$idlc" --explain --suggest "$header" "-I$include" "$@" >"$out.both" 2>"$out.err" || code=$?
    # --suggest begins with the first line that --explain would not print.
    grep -E '^[^ ]+ (remote|local|refused|class): ' "$out.both" >"$out.explain" || true
    grep -vE '^[^ ]+ (remote|local|refused|class): ' "$out.both" >"$out.suggest" || true
    # 1: clang itself cannot compile the header alone. Above: a crash, or the time-out.
    if [ "$code" -gt 1 ]; then
        echo "$header: exit code $code" >>"$work/failures"
    elif [ "$code" -eq 1 ]; then
        echo "$header" >>"$out.broken"
    fi
}
export -f one
export idlc include work every

category() {  # reasons as they are told -> kinds, for the table
    sed -E \
        -e 's/.*(is a raw pointer|is a pointer to a pointer).*/raw pointers to values/' \
        -e "s/.*points to '.*(is only declared here|is private|private|which is a remote).*/pointers to opaque objects/" \
        -e 's/.*(only declared here).*/types that are only declared/' \
        -e "s/.*(whose field '.*' is private|but its field '.*' is private).*/classes with private fields/" \
        -e 's/.*(behind which any derived class|an abstract class; name).*/polymorphic objects/' \
        -e 's/.*(void\*).*/void*/' \
        -e 's/.*(function pointer|callback|is a function).*/callbacks/' \
        -e 's/.*(stream).*/streams/' \
        -e 's/.*(in an abstract class, but|in an abstract class, whose).*/noexcept or references in abstract classes/' \
        -e 's/.*(lock or thread|atomic|exception of this|category of this|belongs to one process).*/things of one process/' \
        -e 's/.*(default constructor to decode).*/no default constructor/' \
        -e 's/.*(C array).*/C arrays/' \
        -e 's/.*(iterator).*/iterators/' \
        -e 's/.*(number of arguments of any type).*/variadic functions/' \
        -e 's/.*(private type|no name that generated).*/types without a public name/' \
        -e 's/.*(union|is const, so|is a reference, which|is or holds a view|volatile|128-bit|long double).*/fields that cannot travel/' \
        -e "s/.*(whose field|whose base|field '.*' of|base '.*' of).*/classes with such fields/" \
        -e 's/.*(wire form|template argument|template instantiation).*/other library types/'
}

: >"$work/rows"
for library in tinyxml2 RocksDB Poco Qt Xerces QuickFIX; do
    mkdir -p "$work/$library"
    number=0
    list "$library" | awk -v n="$every" 'NR % n == 1 || n == 1' | while read -r header; do
        number=$((number + 1))
        printf '%s\0' "$header $work/$library/$number $(flags "$library")"
    done | xargs -0 -r -P 2 -I{} bash -c 'set -- {}; one "$@"'
    cat "$work/$library"/*.explain 2>/dev/null >"$work/$library.all" || true
    headers=$(find "$work/$library" -name '*.explain' | wc -l)
    broken=$(find "$work/$library" -name '*.broken' | wc -l)
    # A line that is no known kind would be a wrong answer.
    if cat "$work/$library"/*.suggest | grep -vE '^ *[^ ]+:[0-9]+:[0-9]+: (ROI_|class .*: no method|specialise roi::adapt)|^  \([0-9]+ further' >"$work/odd"; then
        echo "$library: unexpected lines" >>"$work/failures"
        head -3 "$work/odd" >>"$work/failures"
    fi
    count() { grep -cE "^[^ ]+ $1: " "$work/$library.all" || true; }
    classes=$(count class) remote=$(count remote) locals=$(count local) refused=$(count refused)
    methods=$((remote + refused))
    # What no mark and no adapter helps: named one by one, or counted where they are many.
    hopeless=$(cat "$work/$library"/*.suggest | awk '/ROI_LOCAL before/ { n++ }
        /further methods cannot be served/ { sub(/^ *\(/, ""); n += $1 } END { print n + 0 }')
    [ "$methods" -gt 0 ] || methods=1
    why=$(grep -E '^[^ ]+ refused: ' "$work/$library.all" | category | sort | uniq -c | sort -rn | head -4 |
        awk -v m="$methods" '{n = $1; $1 = ""; sub(/^ /, ""); printf "%s%s %d %%", (NR > 1 ? ", " : ""), $0, 100 * n / m + 0.5}') || true
    whole=$(grep -E '^[^ ]+ class: ' "$work/$library.all" | grep -cE ' [1-9][0-9]* remote, [0-9]+ local, 0 refused' || true)
    printf '| %s | %d | %d | %d | %d | %d %% | %d %% | %s |\n' "$library" "$((headers - broken))" "$classes" "$whole" \
        "$((remote + refused))" "$((100 * remote / methods))" "$((100 * (methods - hopeless) / methods))" "$why" >>"$work/rows"
    echo "$library: $headers headers ($broken do not compile alone), $classes classes, $remote remote, $locals local, $refused refused" >&2
    if [ -n "${ROI_SURVEY_KEEP:-}" ]; then cp "$work/$library.all" "$ROI_SURVEY_KEEP/$library.txt"; cat "$work/$library"/*.broken >"$ROI_SURVEY_KEEP/$library.broken" 2>/dev/null || true; fi
done
{
    echo '| library | headers | classes | served whole | methods | as they are | with marks and adapters | why not as they are (share of methods) |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- |'
    cat "$work/rows"
} >"$work/table"
cat "$work/table"
if [ -n "$table" ]; then
    awk -v new="$work/table" '
        /<!-- survey begins -->/ { print; while ((getline line < new) > 0) print line; skip = 1 }
        /<!-- survey ends -->/ { skip = 0 }
        !skip { print }
    ' "$table" | awk '!/<!-- survey begins -->/ || !seen++' >"$work/new"
    cp "$work/new" "$table"
fi
if [ -s "$work/failures" ]; then
    cat "$work/failures" >&2
    exit 1
fi
