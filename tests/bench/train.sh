#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# train TRUG LOAD: what `make profiled` lays the program out for: a store's daily work, once.
# A training decides where the compiler puts what, never what it does.
set -eu
trug=$1 load=$2
home=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$home"' EXIT

start() {
	rm -f "$home/ready"
	"$trug" serve "$home/data" --address 127.0.0.1:0 --ready-file "$home/ready" \
	    --root-user trainer --root-password trainer-secret --buckets data \
	    --log-level error "$@" >"$home/log" 2>&1 &
	server=$!
	for _ in $(seq 200); do
		[ ! -s "$home/ready" ] || break
		sleep 0.05
	done
	address=$(sed -n "s,.*\"endpoint\" *: *\"https*://\([^\"/]*\).*,\1,p" "$home/ready")
	[ -n "$address" ] || { cat "$home/log" >&2; exit 1; }
}

# Only an end by itself leaves a profile behind.
stop() {
	kill "$server"
	wait "$server"
	server=
}

ask() {
	op=$1
	shift
	"$load" "$op" --address "$address" --access trainer --secret trainer-secret \
	    --bucket data --prefix s/ "$@" >"$home/answer" &&
	    grep -q '"errors": 0,' "$home/answer" || {
		echo "training: $op was not answered as expected" >&2
		exit 1
	}
}

start
ask put --keys 2000 --count 2000 --size 4096 --conns 16
ask get --keys 2000 --count 60000 --size 4096 --conns 16
ask head --keys 2000 --count 20000 --size 4096 --conns 16
ask put --keys 2000 --count 10000 --size 4096 --conns 16
ask put --keys 2000 --count 500 --size 4096 --conns 1
ask put --keys 2000 --count 2000 --size 40000 --signed-body 1 --conns 4
ask get --keys 2000 --count 4000 --size 40000 --conns 16
ask list --keys 2000 --count 200 --page 1000 --conns 4
ask list --keys 2000 --count 200 --page 100 --delimiter / --conns 4
ask copy --prefix c/ --keys 2000 --count 1000 --source /data/s/00000001 --conns 4
ask put --keys 2 --count 4 --size 33554432 --conns 2
ask put --keys 2 --count 4 --size 33554432 --signed-body 1 --conns 2
ask get --keys 2 --count 8 --size 33554432 --conns 2
ask delete --keys 2000 --count 2000 --conns 16
stop
if command -v openssl >/dev/null; then
	mkdir "$home/tls"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	    -subj /CN=localhost -keyout "$home/tls/private.key" \
	    -out "$home/tls/public.crt" 2>/dev/null
	start --tls-dir "$home/tls"
	ask put --keys 200 --count 200 --size 4096 --conns 16 --tls 1
	ask get --keys 200 --count 20000 --size 4096 --conns 16 --tls 1
	stop
fi
