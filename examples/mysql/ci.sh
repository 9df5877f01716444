#!/bin/bash
# Starts a server and runs the program twice: the first run upgrades, the second finds nothing to do.
set -euo pipefail
cd "$(dirname "$0")/../.."

server="$(docker run -d --rm -e MARIADB_ROOT_PASSWORD=secret -e MARIADB_DATABASE=shop -p 127.0.0.1::3306 mariadb:10.11)"
trap 'docker stop --time 1 "$server" > /dev/null || true' EXIT

fail() {
    echo "mysql: $1" >&2
    exit 1
}

cargo build --quiet --package mysql
left=600
until docker exec "$server" mariadb -h 127.0.0.1 -uroot -psecret -e 'SELECT 1' shop > /dev/null 2>&1; do
    left="$((left - 1))"
    if [ "$left" = 0 ]; then fail "the server does not start"; fi
    sleep 0.1
done
address="$(docker port "$server" 3306/tcp | head -n 1)"
export DATABASE_URL="mysql://root:secret@$address/shop"

first="$("${CARGO_TARGET_DIR:-target}/debug/mysql")"
echo "$first"
[ "$(grep -c '^applied .* ms$' <<< "$first")" = 2 ] || fail "the first run does not apply two revisions"
second="$("${CARGO_TARGET_DIR:-target}/debug/mysql")"
echo "$second"
grep -q '^applied   nothing' <<< "$second" || fail "the second run finds something to do"
grep -q '^total     2500$' <<< "$second" || fail "the trigger does not keep the total"
