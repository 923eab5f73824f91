#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh corpus seconds program...: each libFuzzer program for so many seconds, from its seeds
# and from what earlier runs found (fuzz-found/). A failing input is left in the build directory.
set -u
corpus=$1 seconds=$2
shift 2
failed=
for program in "$@"; do
	name=$(basename "$program" _fuzz)
	found=fuzz-found/$name
	mkdir -p "$found"
	if ! "$program" -help=1 2>&1 | grep -q max_total_time; then
		echo "$program is no libFuzzer program: configure CC=clang --enable-fuzz" >&2
		exit 1
	fi
	echo "$name: $seconds seconds"
	"./$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
		-artifact_prefix="fuzz-$name-" "$found" "$corpus/$name" >"$found.log" 2>&1 && continue
	tail -n 40 "$found.log"
	failed="$failed $name"
done
[ -z "$failed" ] || { echo "failed:$failed; run again: tests/fuzz/<name>_fuzz <file>" >&2; exit 1; }
