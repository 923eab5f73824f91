#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same story through real clients: make a bucket, sync a tree up and down, compare every
# byte, list, copy, delete. TAP on standard output.
#
#   run.sh --endpoint URL [--access-key K --secret-key S] [--files N] [--largest BYTES]
#          [--few] [client ...]
#
# Clients: awscli boto3 minio rclone mc lifecycle (newest, fetched into conformance/.cache), and
# awscli-debian boto3-debian s3cmd rclone-debian (the distribution's). All by default; with
# --installed only those that need no fetching.
set -u
LC_ALL=C.UTF-8
export LC_ALL
HERE=$(cd "$(dirname "$0")" && pwd)
CACHE=${TRUG_CLIENT_CACHE:-$(dirname "$HERE")/.cache}
ENDPOINT=${TRUG_ENDPOINT:-}
ACCESS_KEY=${TRUG_ROOT_USER:-trugadmin}
SECRET_KEY=${TRUG_ROOT_PASSWORD:-trugadmin}
REGION=us-east-1
PYTHON=${PYTHON:-python3}
files=2000
largest=20000000
clients=()
fetched="awscli boto3 minio rclone mc lifecycle"
installed="awscli-debian boto3-debian s3cmd rclone-debian"

while [ $# -gt 0 ]; do
	case $1 in
	--endpoint) ENDPOINT=$2 && shift 2 ;;
	--access-key) ACCESS_KEY=$2 && shift 2 ;;
	--secret-key) SECRET_KEY=$2 && shift 2 ;;
	--region) REGION=$2 && shift 2 ;;
	--files) files=$2 && shift 2 ;;
	--largest) largest=$2 && shift 2 ;;
	--few) export FEW=yes && shift ;;
	--installed) read -ra clients <<<"$installed" && shift ;;
	-*) echo "run.sh: unknown option $1" >&2 && exit 2 ;;
	*) clients+=("$1") && shift ;;
	esac
done
[ -n "$ENDPOINT" ] || { echo "run.sh: --endpoint is missing" >&2 && exit 2; }
[ ${#clients[@]} -gt 0 ] || read -ra clients <<<"$fetched $installed"
# What a caller's shell says about AWS must not reach the clients.
for name in $(env | sed -n 's/^\(AWS_[A-Z_]*\|RCLONE_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
TREE=$work/tree
"$PYTHON" "$HERE/tree.py" make "$TREE" --files "$files" --largest "$largest" | sed 's/^/# /'
export HERE ENDPOINT ACCESS_KEY SECRET_KEY REGION PYTHON TREE

# venv NAME PACKAGES...: the newest of them, fetched once.
venv() {
	local dir=$CACHE/$1
	shift
	[ -f "$dir/.done" ] && return
	"$PYTHON" -m venv "$dir" && "$dir/bin/pip" -q install --upgrade "$@" && : >"$dir/.done"
}

# Sets what the client's script needs; says why not when it cannot.
prepare() {
	case $1 in
	awscli) venv awscli awscli 'botocore[crt]' && export AWS=$CACHE/awscli/bin/aws ;;
	awscli-debian) export AWS=/usr/bin/aws && [ -x "$AWS" ] ;;
	boto3) venv boto3 'boto3[crt]' && export RUN_WITH=$CACHE/boto3/bin/python ;;
	boto3-debian) export RUN_WITH=/usr/bin/python3 && "$RUN_WITH" -c 'import boto3' 2>/dev/null ;;
	minio) venv minio minio && export RUN_WITH=$CACHE/minio/bin/python ;;
	s3cmd) export S3CMD=${S3CMD:-/usr/bin/s3cmd} && [ -x "$S3CMD" ] ;;
	rclone-debian) export RCLONE=/usr/bin/rclone && [ -x "$RCLONE" ] ;;
	rclone)
		export RCLONE=$CACHE/bin/rclone
		[ -x "$RCLONE" ] || GOBIN=$CACHE/bin go install github.com/rclone/rclone@latest
		;;
	mc)
		export MC=$CACHE/bin/mc
		[ -x "$MC" ] || GOBIN=$CACHE/bin go install github.com/minio/mc@latest
		;;
	lifecycle) # three of the others, the same rules
		prepare awscli && prepare boto3 && prepare mc
		;;
	*) echo "no such client" && return 1 ;;
	esac
}

# The last part of a pipe runs in this shell, so that the counters stay.
shopt -s lastpipe
count=0
failed=0
number() {
	while IFS= read -r line; do
		case $line in
		"ok - "*)
			count=$((count + 1))
			echo "ok $count ${line#ok }"
			;;
		"not ok - "*)
			count=$((count + 1))
			failed=$((failed + 1))
			echo "not ok $count ${line#not ok }"
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

for client in "${clients[@]}"; do
	export NAME=$client WORK=$work/$client
	export BUCKET=trug-$client-$$
	mkdir -p "$WORK/down"
	if ! why=$(prepare "$client" 2>&1); then
		if [ -n "${TRUG_NEED_ALL:-}" ]; then
			echo "not ok - $client cannot be had: ${why//$'\n'/ }" | number
		else
			echo "ok - $client # SKIP cannot be had: ${why//$'\n'/ }" | number
		fi
		continue
	fi
	prepare "$client" >/dev/null 2>&1
	began=$SECONDS
	case $client in
	mc) "$PYTHON" "$HERE/mc/run" 2>&1 | number ;;
	boto3* | minio | lifecycle) "$RUN_WITH" "$HERE/${client%-debian}/run" 2>&1 | number ;;
	*) bash "$HERE/${client%-debian}/run" 2>&1 | number ;;
	esac
	echo "# $client: $((SECONDS - began)) s"
	rm -rf "$WORK"
done
echo "1..$count"
[ "$failed" = 0 ] && [ "$count" -gt 0 ]
