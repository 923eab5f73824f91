#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every target once over its seeds; TAP, one line per target.
# One case again: $top_builddir/tests/fuzz/<parser>_fuzz <file>
set -u
src=${top_srcdir:-.}/tests/fuzz
bin=${top_builddir:-.}/tests/fuzz
targets=("$src"/*_fuzz.c)

echo "1..${#targets[@]}"
n=0
for target in "${targets[@]}"; do
	name=$(basename "$target" _fuzz.c)
	n=$((n + 1))
	seeds=("$src/corpus/$name"/*)
	if [ ! -f "${seeds[0]}" ]; then
		echo "not ok $n - $name has no seeds"
	elif [ ! -x "$bin/${name}_fuzz" ]; then
		echo "not ok $n - ${name}_fuzz is not built: does tests/fuzz/local.mk name it?"
	elif "$bin/${name}_fuzz" "${seeds[@]}" >&2; then
		echo "ok $n - $name, ${#seeds[@]} seeds"
	else
		echo "not ok $n - $name"
	fi
done
