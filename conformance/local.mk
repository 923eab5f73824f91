# SPDX-License-Identifier: Apache-2.0
# Cases that look at S3 from outside. `make conformance ENDPOINT=http://host:port` runs them
# against any server; `make check-e2e` starts one of this build for them.
EXTRA_DIST += conformance/run conformance/lib conformance/cases conformance/clients

conformance:
	$(top_srcdir)/conformance/run --endpoint '$(ENDPOINT)' $(CONFORMANCE_ARGS)
.PHONY: conformance
