# SPDX-License-Identifier: Apache-2.0
# Cases that look at S3 from outside. `make conformance` runs all of them, and the scenario
# through every client, against a server of this build; with ENDPOINT=http://host:port against
# any other. CONFORMANCE_ARGS narrows it: `--client installed`, `--client boto3`, `--client
# raw`. `make check-e2e` runs the cases and the clients that the distribution has.
EXTRA_DIST += conformance/run conformance/coverage.py conformance/lib conformance/cases \
	conformance/clients conformance/expected conformance/tiers

CONFORMANCE_ARGS = --client raw,all --json conformance.json --matrix conformance.md

conformance: all
	@if test -n '$(ENDPOINT)'; then \
		$(top_srcdir)/conformance/run --endpoint '$(ENDPOINT)' $(CONFORMANCE_ARGS); \
	else \
		TRUG=$(abs_top_builddir)/trug python3 $(top_srcdir)/tests/e2e/conformance.py \
			--run $(CONFORMANCE_ARGS); \
	fi

# The table of clients in the README, from a run of all of them.
conformance-matrix:
	$(MAKE) $(AM_MAKEFLAGS) conformance \
		CONFORMANCE_ARGS='--client all --matrix $(abs_top_srcdir)/README.md'
.PHONY: conformance conformance-matrix
