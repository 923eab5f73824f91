#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls that are not made here, or only by the module that owns them.
. "$(dirname "$0")/tap.sh"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# Code without comments and without what stands in strings, as "file:line:text", so that
# prose may name what code may not call.
c_files src include tests/unit tests/fuzz tests/bench 2>/dev/null | xargs -r awk '
	FNR == 1 { comment = 0 }
	{
		out = ""
		line = $0
		while (line != "") {
			if (comment) {
				at = index(line, "*/")
				if (!at) { line = ""; break }
				line = substr(line, at + 2); comment = 0
			} else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
				what = substr(line, RSTART, 2)
				out = out substr(line, 1, RSTART - 1)
				rest = substr(line, RSTART + RLENGTH)
				if (what == "//") { line = ""; break }
				if (what == "/*") comment = 1
				else out = out "\"\""
				line = rest
			} else { out = out line; line = "" }
		}
		if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
	}' >"$work/code"

# calls NAMES WHERE EXCEPT: NAMES( in files matching WHERE but not EXCEPT. A member of that
# name (x->open, x.open), a longer name and a definition in KNF are none of them.
calls() {
	grep -E "^($2):" "$work/code" | grep -vE "^($3):" |
		grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_.>])?($1) ?\(" | sed 's/:[ \t]*/: /2'
}

ban() {
	tap "$1" "$(calls "$2" "$3" "${4:-none}")"
}

c='[^:]*\.[ch]'
ban "nothing that cannot bound what it writes" \
	'v?sprintf|strcpy|stpcpy|strcat|gets|scanf|sscanf' "$c"
ban "nothing that hides its state or its errors" \
	'strtok|atoi|atol|atoll|atof|strerror|localtime|gmtime|ctime|asctime|rand|srand|random|setjmp_' \
	"(src|include)/$c"
ban "no stack of unknown size" 'alloca|strdupa' "$c"
ban "MUST and CHECK, not assert" 'assert' "(src|include)/$c"
ban "time comes from base/clock" \
	'time|gettimeofday|clock_gettime|clock|ftime' "(src|include)/$c" 'src/base/(clock|lock)\.c'
ban "memory comes from base/mem" \
	'malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf|free|posix_memalign|aligned_alloc' \
	"src/$c" 'src/base/mem\.c'
ban "files are touched by base/io" \
	'open|openat|creat|pread|pwrite|preadv|pwritev|fsync|fdatasync|sync_file_range|fallocate|posix_fallocate|ftruncate|truncate|unlink|unlinkat|rename|renameat|mkdir|mkdirat|rmdir|link|linkat|symlink|fopen|freopen|mkstemp|mkdtemp|mkostemp' \
	"src/$c" 'src/base/io\.c'
ban "threads and locks come from base/task and base/lock" \
	'pthread_(create|mutex_[a-z]+|cond_[a-z]+|rwlock_[a-z]+|spin_[a-z]+)' "src/$c" \
	'src/base/(task|lock)\.c'
ban "randomness comes from base/rand" 'getrandom|getentropy|RAND_bytes|arc4random' "src/$c" 'src/base/rand\.c'
ban "nobody leaves the process but main and MUST" 'exit|_exit|abort|quick_exit' "src/$c" \
	'src/(base/(mini|mem|fault)|cli/.*|server/.*)\.c'
ban "no shell" 'system|popen' "src/$c"

# Markers of work left undone count wherever they stand, also in comments.
tap "nothing is left to be done" "$(grep -rnwE --exclude-dir=.cache 'TODO|FIXME|XXX|HACK' src include tests conformance \
	--include='*.[ch]' --include='*.def' --include='*.py' --include='*.sh' --include='*.mk' |
	grep -v '^tests/lint/banned\.sh:')"
tap "a struct is called struct" "$(grep -E "^(src|include)/[^:]*:[0-9]+:[ 	]*typedef[ 	]+(struct|union|enum)[ 	]+([a-z0-9_]+[ 	]*)?(\{|[a-z0-9_]+;|$)" "$work/code")"
plan
