#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The formatter's opinion of each C file. `clang-format -i FILE` makes it content.
. "$(dirname "$0")/tap.sh"

if ! command -v clang-format >/dev/null; then
	skip "clang-format" "no clang-format here"
	plan
	exit
fi
tap "clang-format has nothing to change" "$(c_files src include tests | grep -v '\.def$' |
	xargs -r -n 24 clang-format --dry-run -Werror 2>&1 | grep -E '^[^ ]+:[0-9]+:' | head -60)"
plan
