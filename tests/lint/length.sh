#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No file over 1,000 lines, no function over 100, no line over 100 columns (90 is the
# formatter's, which cannot break strings). The formatter puts a function's braces at the
# line's start and nothing else there, so counting needs no parser.
. "$(dirname "$0")/tap.sh"

tap "no file is over 1,000 lines" "$(find src include tests conformance -name .cache -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.def' -o -name '*.py' -o -name '*.sh' -o -name '*.mk' \) \
	-exec awk 'END { if (FNR > 1000) print FILENAME ": " FNR " lines" }' {} \;)"
tap "no function is over 100 lines" "$(c_files src include tests | xargs -r awk '
	FNR == 1 { start = 0 }
	/^[A-Za-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
	/^\{$/ { start = FNR }
	/^\}/ && start { if (FNR - start + 1 > 100) print FILENAME ":" start ": " name " has " FNR - start + 1 " lines"; start = 0 }')"
tap "no line is over 100 columns" "$(c_files src include | grep -v '\.def$' | xargs -r awk '
	{ line = $0; n = 0; while (sub(/\t/, "", line)) n += 8
	  if (length(line) + n > 100 && line !~ /https?:\/\//) print FILENAME ":" FNR ": " length(line) + n " columns" }')"
tap "no blanks at the end of a line" "$(find src include tests conformance -name .cache -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.def' -o -name '*.py' -o -name '*.sh' -o -name '*.mk' \) \
	-exec grep -nHE '[ 	]+$' {} +)"
plan
