#!/bin/bash
# Starts the application on an empty database, migrates with its own commands, and starts it again.
set -euo pipefail
cd "$(dirname "$0")"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export DATABASE_URL="sqlite:$work/mounted.db?mode=rwc"

mounted() {
    cargo run --quiet --package mounted -- "$@"
}

if mounted 2> "$work/refused"; then
    echo "mounted: it started on an old schema" >&2
    exit 1
fi
grep -q "2 revisions are pending" "$work/refused"
mounted migrate upgrade
mounted migrate check
mounted
mounted migrate downgrade -1
mounted migrate current
