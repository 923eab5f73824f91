# SPDX-License-Identifier: Apache-2.0
# Sourced by the lints: TAP lines for findings. A lint prints one line per thing it looked
# at; a "# " line behind a failure says where.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
top_builddir=${top_builddir:-build-check}
LC_ALL=C
export LC_ALL
tap_n=0

# tap NAME FINDINGS: ok when there are none.
tap() {
	tap_n=$((tap_n + 1))
	if [ -z "$2" ]; then
		echo "ok $tap_n - $1"
	else
		echo "not ok $tap_n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

skip() {
	tap_n=$((tap_n + 1))
	# A full check installs what the lints need, so there a skip would hide a hole.
	if [ -n "${TRUG_NEED_ALL:-}" ]; then
		echo "not ok $tap_n - $1: $2"
	else
		echo "ok $tap_n - $1 # SKIP $2"
	fi
}

plan() {
	echo "1..$tap_n"
}

# C files of the folders given, fuzz corpora aside.
c_files() {
	find "$@" \( -name '*.[ch]' -o -name '*.def' \) -print | sort
}
