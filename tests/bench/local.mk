# SPDX-License-Identifier: Apache-2.0
# Load from outside; nothing here runs in `make check` (tests/e2e/dataset.py does).
EXTRA_DIST += tests/bench/dataset tests/bench/figures.py
