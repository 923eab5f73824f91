#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom: the layers of src/layers.txt, and one owner per library.
. "$(dirname "$0")/tap.sh"

# Includes of project headers that src/layers.txt does not allow, and headers of layers it
# does not know.
upward() {
	local layer=$1
	find "src/$layer" "include/$layer" -name '*.[ch]' 2>/dev/null | sort | xargs -r awk -v me="$layer" '
		FILENAME == ARGV[1] {
			n = split($0, w, /[: \t]+/)
			if ($0 !~ /^#/ && w[1] != "") {
				known[w[1]] = 1
				if (w[1] == me)
					for (i = 2; i <= n; i++)
						may[w[i]] = 1
			}
			next
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, q, "\"")
			if (split(q[2], part, "/") < 2) {
				if (q[2] != "config.h" && q[2] !~ /_priv\.h$/)
					print FILENAME ":" FNR ": \"" q[2] "\" has no layer in its path"
				next
			}
			if (part[1] == me || part[1] in may)
				next
			if (part[1] in known)
				print FILENAME ":" FNR ": " me " may not include " q[2]
			else
				print FILENAME ":" FNR ": " q[2] " is of no layer"
		}' src/layers.txt
}

# owner WHAT HEADERS FILES: only FILES (both extended expressions) may include HEADERS.
owner() {
	tap "only its owner includes $1" "$(
		grep -rnE "^[ 	]*#[ 	]*include[ 	]*[<\"]($2)[>\"]" src include |
			grep -vE "^(src|include)/($3):"
	)"
}

for dir in src/*/ include/*/; do
	layer=$(basename "$dir")
	[ -d "src/$layer" ] && [ "$dir" = "include/$layer/" ] && continue
	if grep -q "^$layer:" src/layers.txt; then
		tap "$layer includes only what it may" "$(upward "$layer")"
	else
		tap "$layer includes only what it may" "src/layers.txt has no row for $layer"
	fi
done

# The rows themselves: arrows point one way, from later rows to earlier ones.
tap "layers.txt has no arrow upwards" "$(awk -F'[: \t]+' '!/^#/ && NF {
	for (i = 2; i <= NF; i++)
		if ($i != "" && !($i in seen))
			print "src/layers.txt:" FNR ": " $1 " may include " $i ", which stands below it"
	seen[$1] = 1
}' src/layers.txt)"

tap "include/ holds headers and tables only" "$(find include -type f ! -name '*.h' ! -name '*.def')"
tap "private headers stay in their layer" "$(
	grep -rnE '#[ 	]*include[ 	]*"[a-z0-9_/]*_priv\.h"' src include tests --include='*.[ch]' |
		awk -F: '{
			split($0, q, "\""); split($1, at, "/"); n = split(q[2], p, "/")
			if (at[1] == "include" || (n > 1 && at[1] == "src" && p[1] != at[2]))
				print
		}'
)"

owner LMDB 'lmdb\.h' 'store/[a-z0-9_]+\.[ch]'
owner libevent 'event[0-9a-z_/]*\.h' '(http|server)/[a-z0-9_]+\.[ch]'
owner 'OpenSSL' 'openssl/[a-z0-9_]+\.h' '(codec/(digest|jwks|seal|sha256_priv)|http/(client|probe|tls(_error|_priv|_wire)?))\.[ch]'
owner cJSON '(cjson/)?cJSON\.h' 'codec/json\.[ch]'
owner expat 'expat\.h' 'codec/xml\.c'
owner xxhash 'xxhash\.h' 'codec/xxh\.c'
owner libcurl 'curl/.*' 'http/outbound\.c'
owner libzip 'zip\.h' 'seed/seed_zip\.c'
plan
