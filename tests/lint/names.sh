#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Exported symbols carry the name of their module, and no name is used twice: read from
# the libraries by nm. names.txt lists modules that stand for more than one word.
. "$(dirname "$0")/tap.sh"

if ! command -v nm >/dev/null; then
	skip "names of exported symbols" "no nm"
	plan
	exit
fi

# "<layer>/<module> <symbol>" of all exported symbols. The layer's own name is a prefix
# too (http_reply may be in any file of http), and so is the first word of the file's
# (obj_find may be in any obj_*.c).
symbols=$(for lib in "$top_builddir"/lib*.a; do
	layer=$(basename "$lib" .a)
	nm -g --defined-only "$lib" 2>/dev/null | awk -v layer="${layer#lib}" '
		/\.o:$/ { sub(/\.o:$/, ""); sub(/^.*-/, ""); module = $0; next }
		NF == 3 && $3 !~ /^_/ && $3 !~ /^(LLVMFuzzer|asan\.)/ { print layer "/" module, $3 }'
done)

for lib in "$top_builddir"/lib*.a; do
	layer=$(basename "$lib" .a)
	layer=${layer#lib}
	tap "$layer exports under its modules' names" "$(
		printf '%s\n' "$symbols" | awk -v layer="$layer" '
			FNR == NR {
				if ($0 !~ /^#/ && split($0, w, /[: \t]+/) > 1)
					for (i = 2; i in w; i++)
						also[w[1]] = also[w[1]] " " w[i]
				split("", w)
				next
			}
			index($1, layer "/") == 1 {
				n = split($1, at, "/")
				ok = 0
				first = at[2]
				sub(/_.*/, "", first)
				k = split(at[2] " " first " " layer also[$1], p, /[ \t]+/)
				for (i = 1; i <= k; i++)
					if (p[i] != "" && ($2 == p[i] || index($2, p[i] "_") == 1))
						ok = 1
				if (!ok)
					print "src/" $1 ".c exports " $2
			}' tests/lint/names.txt -
	)"
done
tap "no symbol has two homes" "$(printf '%s\n' "$symbols" | awk '
	$2 in home && home[$2] != $1 { print $2 " is exported by " home[$2] " and " $1 }
	{ home[$2] = $1 }')"
tap "no two modules share a name" "$(find src -name '*.c' ! -path 'src/cli/*' | sed 's,.*/,,' | sort | uniq -d)"
tap "names.txt names modules that are there" "$(sed -n 's/^\([a-z0-9_/]*\):.*/\1/p' tests/lint/names.txt |
	while read -r m; do [ -f "src/$m.c" ] || echo "tests/lint/names.txt: no src/$m.c"; done)"
plan
