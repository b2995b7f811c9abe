#!/bin/sh
# Start a control plane in the background, with its files in .cluster, unless it runs already. Prints the line
# that makes kubectl use it: eval "$(hack/cluster-up.sh)".
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
state=$root/.cluster
log=$state/supervisor.log
ready=$state/ready.json
running() { [ -e "$state/lock" ] && ! flock -n "$state/lock" true; }

if ! running; then
    binary=$("$root/hack/build-control-plane.sh")
    mkdir -p "$state"
    chmod 700 "$state"
    rm -f "$ready"
    nohup setsid "$binary" up --state "$state" "$@" </dev/null >"$ready" 2>"$log" &
    supervisor=$!
fi

# The supervisor writes one line when all is ready; its own log tells how far it is.
shown=
while [ ! -s "$ready" ]; do
    if [ -n "${supervisor:-}" ] && ! kill -0 "$supervisor" 2>/dev/null; then
        cat "$log" >&2
        exit 1
    fi
    sleep 0.1
    now=$(tail -n 1 "$log" 2>/dev/null || true)
    if [ "$now" != "$shown" ]; then
        echo "$now" >&2
        shown=$now
    fi
done
echo "export KUBECONFIG=$state/kubeconfig"
