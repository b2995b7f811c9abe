#!/bin/sh
# Run the operator (`make run`). With KUBECONFIG or CONTEXT set, on that cluster, applying nothing. Otherwise on the
# local control plane, started for it: install the definitions, apply the sample, wait until it is ready, and go on until
# Ctrl-C, which stops everything that this script started.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
if [ -t 2 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
say() { echo "$bold==> $*$plain" >&2; }

cargo build --release --locked
binary=$root/target/release/chartwright
if [ -n "${KUBECONFIG:-}" ] || [ -n "${CONTEXT:-}" ]; then
    # shellcheck disable=SC2086 # ARGS are several.
    exec "$binary" run --log-format console ${CONTEXT:+--context "$CONTEXT"} ${ARGS:-}
fi

say "Starting a local control plane"
was_running=no
if [ -e .cluster/lock ] && ! flock -n .cluster/lock true; then was_running=yes; fi
eval "$(hack/cluster-up.sh)"
operator=
finish() {
    trap - INT TERM EXIT
    if [ -n "$operator" ] && kill "$operator" 2>/dev/null; then
        wait "$operator" || true
    fi
    if [ "$was_running" = no ]; then
        say "Stopping the local control plane"
        hack/cluster-down.sh
    fi
}
trap finish EXIT
trap 'exit 0' INT TERM

say "Installing the custom resource definitions"
hack/kubectl.sh apply --server-side -k config/crd
say "Starting the operator"
"$binary" run --log-format console --metrics-bind-address 0 --health-probe-bind-address 0 ${ARGS:-} &
operator=$!
say "Applying the sample"
hack/kubectl.sh apply -f samples/charts_v1alpha1_bookstore.yaml
say "Waiting until bookstore-sample is ready"
shown=
while :; do
    kill -0 "$operator" 2>/dev/null || exit 1
    status='{range .status.conditions[?(@.type=="Ready")]}{.status} {.message}{end}'
    now=$(hack/kubectl.sh get bookstore bookstore-sample -o jsonpath="$status" 2>/dev/null || true)
    if [ -n "$now" ] && [ "$now" != "$shown" ]; then
        echo "    ${now#* }" >&2
        shown=$now
    fi
    case $now in "True "*) break ;; esac
    sleep 0.3
done
say "bookstore-sample is ready"
hack/kubectl.sh get bookstore bookstore-sample
hack/kubectl.sh get deployments,statefulsets,services,persistentvolumeclaims \
    -l app.kubernetes.io/instance=bookstore-sample
say "To look around in another terminal:  export KUBECONFIG=$KUBECONFIG"
say "Ctrl-C stops the operator and the control plane"
wait "$operator"
