# SPDX-License-Identifier: Apache-2.0
# The rules of the house, each a TAP script; alone: `bash tests/lint/names.sh`.
LINTS = tests/lint/layers.sh tests/lint/headers.sh tests/lint/names.sh tests/lint/banned.sh \
	tests/lint/length.sh tests/lint/format.sh tests/lint/lists.sh \
	tests/lint/readme.py tests/lint/tiers.py
TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) tests/lint/tap.sh tests/lint/names.txt
AM_TESTS_ENVIRONMENT += CC='$(CC)'; LINT_CPPFLAGS='$(CMOCKA_CFLAGS) $(EVENT_CFLAGS)'; \
	export CC LINT_CPPFLAGS;
