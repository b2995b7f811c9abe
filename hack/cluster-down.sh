#!/bin/sh
# Stop the control plane that cluster-up.sh started, if it runs, and remove its files.
set -eu

state=$(cd "$(dirname "$0")/.." && pwd)/.cluster
[ -e "$state/lock" ] || exit 0

# The supervisor holds the lock for all its life, so a pid found behind a held lock is its own.
if ! flock -n "$state/lock" true; then
    kill "$(cat "$state/pid")"
    flock -w 30 "$state/lock" true || { echo "the control plane in $state did not stop" >&2; exit 1; }
fi
rm -rf "$state"
