#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every end-to-end test is run by `make check-e2e`, and once. Lists that several hands add to
# lose lines when they are merged, and nobody misses a test that is not run.
. "$(dirname "$0")/tap.sh"

listed=$(awk '/^E2E_TESTS/ { on = 1 } on { print } on && !/\\$/ { on = 0 }' tests/e2e/local.mk |
	grep -o 'tests/e2e/[a-z_]*\.py')
present=$(ls tests/e2e/*.py | grep -vE '/(harness|foreign|certs|brokers)\.py$')
tap "every end-to-end test is in the list" \
	"$(comm -13 <(sort -u <<<"$listed") <(sort <<<"$present"))"
tap "no end-to-end test is there twice" "$(sort <<<"$listed" | uniq -d)"
tap "every one listed is there" "$(comm -23 <(sort -u <<<"$listed") <(sort <<<"$present"))"
plan
