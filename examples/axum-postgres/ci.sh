#!/bin/bash
# Starts a server and two replicas at once, and asks both how they are.
set -euo pipefail
cd "$(dirname "$0")/../.."

work="$(mktemp -d)"
replicas=()
server="$(docker run -d --rm -e POSTGRES_PASSWORD=secret -e POSTGRES_DB=notes -p 127.0.0.1::5432 postgres:15)"
clean_up() {
    if [ "${#replicas[@]}" -gt 0 ]; then kill "${replicas[@]}" 2> /dev/null || true; fi
    docker stop --time 1 "$server" > /dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

fail() {
    echo "axum-postgres: $1" >&2
    tail -n +1 "$work"/*.out >&2
    exit 1
}

# until_true SECONDS COMMAND...
until_true() {
    local left="$(($1 * 10))"
    shift
    until "$@" > /dev/null 2>&1; do
        left="$((left - 1))"
        if [ "$left" = 0 ]; then return 1; fi
        sleep 0.1
    done
}

cargo build --quiet --package axum-postgres
until_true 60 docker exec "$server" pg_isready -q -h 127.0.0.1 -d notes || fail "the server does not start"
address="$(docker port "$server" 5432/tcp | head -n 1)"
export DATABASE_URL="postgres://postgres:secret@$address/notes"

for n in 1 2; do
    LISTEN=127.0.0.1:0 "${CARGO_TARGET_DIR:-target}/debug/axum-postgres" > "$work/$n.out" 2>&1 &
    replicas+=("$!")
done
urls=()
for n in 1 2; do
    until_true 60 grep -q ^listening "$work/$n.out" || fail "replica $n does not listen"
    urls+=("http://$(awk '/^listening/ { print $2 }' "$work/$n.out")")
done

cat "$work"/*.out
applied="$(cat "$work"/*.out | grep -c ^applied)"
[ "$applied" = 3 ] || fail "3 revisions were applied $applied times"
for url in "${urls[@]}"; do
    health="$(curl --silent --show-error --fail "$url/health")" || fail "$url is not healthy"
    [ "$health" = '{"status":"ok","head":["90fa4e2d7b58"],"pending":[]}' ] || fail "$url says $health"
    notes="$(curl --silent --show-error --fail "$url/notes")" || fail "$url has no notes"
    [ "$notes" = "The database upgraded itself." ] || fail "$url says $notes"
done

# A database that is behind, as after a backup was restored.
docker exec "$server" psql -q -U postgres -d notes -c "DELETE FROM migrate_version WHERE revision = '90fa4e2d7b58'"
health="$(curl --silent --write-out ' %{http_code}' "${urls[0]}/health" | tr -d '\n')"
[ "$health" = '{"status":"pending","head":["b7d30c96e1f2"],"pending":["90fa4e2d7b58"]} 503' ] || fail "a pending revision gives $health"

# A database that is not there is an error in words, not a panic.
if DATABASE_URL="postgres://postgres:secret@$address/nowhere" LISTEN=127.0.0.1:0 \
    "${CARGO_TARGET_DIR:-target}/debug/axum-postgres" > "$work/3.out" 2>&1; then
    fail "a replica without a database goes on"
fi
grep -q '^error .*"nowhere" does not exist' "$work/3.out" || fail "the error does not name the database"
echo "axum-postgres: two replicas, $applied revisions, healthy"
