#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each interface header compiles alone, has a guard named after its path, opens with the
# licence line and a paragraph, and stays under 200 lines.
. "$(dirname "$0")/tap.sh"

flags="-std=gnu11 -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wvla
	-Wstrict-prototypes -Wundef -Werror"
config=$(cd "$top_builddir" 2>/dev/null && pwd)/config.h
[ -f "$config" ] || config=/dev/null
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# Included twice, so that the guard is proved as well.
compile() {
	local out
	printf '#include "%s"\n#include "%s"\nint header_lint;\n' "$1" "$1" >"$2/$$.c"
	# shellcheck disable=SC2086
	out=$(${CC:-cc} $flags $LINT_CPPFLAGS -Iinclude -include "$config" -fsyntax-only "$2/$$.c" 2>&1) ||
		printf '%s\n' "$out" | head -20
}

shape() {
	awk -v path="$1" '
		function say(what) { print path ":" FNR ": " what }
		FNR == 1 && $0 != "/* SPDX-License-Identifier: Apache-2.0 */" { say("first line is not the licence") }
		FNR == 2 && !/^\/\*/ { say("no paragraph on the purpose behind the licence") }
		/^#ifndef/ && guard == "" {
			guard = $2
			want = toupper(path); sub(/^INCLUDE\//, "", want); gsub(/[^A-Z0-9]/, "_", want)
			if (guard != want) say("guard is " guard ", not " want)
		}
		/^extern [^(]*;/ && !/^extern const/ { say("a variable that is not const") }
		END {
			if (guard == "") say("no guard")
			if (FNR >= 200) say("over 200 lines")
		}' "$1"
}

export -f compile
export flags config LINT_CPPFLAGS=${LINT_CPPFLAGS:-}
find include -name '*.h' | sort | sed 's,^include/,,' >"$work/list"
xargs -P 2 -I{} bash -c 'f={}; compile "$f" "$0" >"$0/${f//\//,}"' "$work" <"$work/list"
while read -r f; do
	tap "$f stands alone" "$(cat "$work/${f//\//,}")"
	tap "$f has the shape of a header" "$(shape "include/$f")"
done <"$work/list"

tap "C files open with the licence" "$(c_files src tests | grep -v '\.def$' | while read -r f; do
	[ "$(head -n 1 "$f")" = "/* SPDX-License-Identifier: Apache-2.0 */" ] || echo "$f:1: first line is not the licence"
done)"
# config.h sets what the C library's headers show, so it comes first; the own header next
# proves that it stands alone.
tap "C files include config.h first, then their own header" "$(find src -name '*.c' | sort | while read -r f; do
	own=${f#src/}
	own=${own%.c}
	grep -E '^[ 	]*#[ 	]*include' "$f" | awk -v f="$f" -v own="$own" '
		NR == 1 && $2 != "\"config.h\"" { print f ": the first include is not config.h" }
		NR == 2 { second = $2 }
		$2 == "\"" own ".h\"" && NR != 2 { print f ": " own ".h is not the second include" }'
done)"
plan
