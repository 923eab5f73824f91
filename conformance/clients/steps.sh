# SPDX-License-Identifier: Apache-2.0
# Sourced by the clients' scripts. Given by run.sh: NAME TREE WORK ENDPOINT ACCESS_KEY
# SECRET_KEY REGION BUCKET PYTHON HERE, and FEW when time is short. Each script prints
# "ok - ..." lines; run.sh numbers them.
set -u

# step WHAT COMMAND...: the command succeeds.
step() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1 </dev/null); then
		echo "ok - $NAME: $what"
	else
		echo "not ok - $NAME: $what"
		printf '%s\n' "$out" | tail -n 25 | cut -c1-400 | sed 's/^/# /'
		return 1
	fi
}

# refused WHAT COMMAND...: the command fails.
refused() {
	local what=$1
	shift
	if "$@" >/dev/null 2>&1 </dev/null; then
		echo "not ok - $NAME: $what"
	else
		echo "ok - $NAME: $what"
	fi
}

# prints WANT COMMAND...: the command succeeds and prints exactly WANT.
prints() {
	local want=$1 out
	shift
	out=$("$@") || return 1
	[ "$out" = "$want" ] && return
	printf 'got %s\nwant %s\n' "$out" "$want"
	return 1
}

tree() {
	"$PYTHON" "$HERE/tree.py" "$@"
}

files_in_tree() {
	find "$TREE" -type f | wc -l
}

# full WHAT COMMAND...: a step, unless time is short.
full() {
	[ -n "${FEW:-}" ] || step "$@"
}
