#!/usr/bin/env bash
# Takes the pictures of the book from the real program: starts the local control plane and the operator, makes some
# releases, and looks at the web page with Chromium and at `chartwright top` in tmux. Needs chromium and tmux.
# CHARTWRIGHT names another binary than the release build.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
pictures=$root/docs/images
web=127.0.0.1:18090
metrics=127.0.0.1:18080
for tool in "${CHROMIUM:=chromium}" tmux python3; do
    command -v "$tool" >/dev/null || { echo "$tool is needed: apt-get install chromium tmux python3" >&2; exit 1; }
done
if [ -z "${CHARTWRIGHT:-}" ]; then
    cargo build --release --locked
    CHARTWRIGHT=$root/target/release/chartwright
fi
work=$(mktemp -d)
was_running=no
if [ -e .cluster/lock ] && ! flock -n .cluster/lock true; then was_running=yes; fi
eval "$(hack/cluster-up.sh)"
kubectl() { hack/kubectl.sh "$@"; }
operator=
finish() {
    tmux -S "$work/tmux" kill-server 2>/dev/null || true
    [ -z "$operator" ] || kill "$operator" 2>/dev/null || true
    for name in pictures-books pictures-shop; do
        kubectl delete namespace "$name" --wait=false --ignore-not-found >/dev/null 2>&1 || true
    done
    [ "$was_running" = yes ] || hack/cluster-down.sh
    rm -rf "$work"
}
trap finish EXIT

kubectl apply --server-side -k config/crd
"$CHARTWRIGHT" run --log-format console --metrics-bind-address "$metrics" --health-probe-bind-address 0 \
    --web-bind-address "$web" --reconcile-period 10s 2>"$work/operator.log" &
operator=$!

# release NAMESPACE NAME SPEC [ANNOTATIONS]: makes or edits a BookStore.
release() {
    kubectl apply -f - <<EOF
apiVersion: charts.example.com/v1alpha1
kind: BookStore
metadata: {namespace: $1, name: $2, annotations: {${4:-}}}
spec: {$3}
EOF
}
ready() {
    kubectl wait -n "$1" bookstore "$2" --for=condition=Ready --timeout=120s
}
kubectl create namespace pictures-books
kubectl create namespace pictures-shop
release pictures-books library 'replicaCount: 2, persistence: {enabled: true}'
release pictures-books reading-room 'replicaCount: 1'
release pictures-shop corner-shop 'replicaCount: 3'
release pictures-shop second-hand 'replicaCount: 1, service: {app: {type: ClusterIP}}'
for name in library reading-room; do ready pictures-books "$name"; done
for name in corner-shop second-hand; do ready pictures-shop "$name"; done
release pictures-books library 'replicaCount: 3, image: {app: {tag: "2.1"}}, persistence: {enabled: true}'
kubectl wait -n pictures-books bookstore library --for=jsonpath='{.status.revision}'=2 --timeout=120s
ready pictures-books library
kubectl delete -n pictures-books service library-app --wait=false
release pictures-shop flea-market 'replicaCount: 1, nameOverride: "not a label!"'
release pictures-shop second-hand 'replicaCount: 2' 'chartwright.dev/paused: "true"'
kubectl wait -n pictures-shop bookstore second-hand --for=condition=Paused --timeout=120s
sleep 4

mkdir -p "$pictures"
# picture NAME PATH WIDTH HEIGHT [FLAGS]
picture() {
    "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$work/profile-$1" --window-size="$3,$4" --screenshot="$pictures/$1.png" "${@:5}" \
        "http://$web$2" 2>"$work/$1.log" || { cat "$work/$1.log" >&2; exit 1; }
}
library=/releases/BookStore.v1alpha1.charts.example.com/pictures-books/library
picture web-list /releases 1100 640
picture web-list-dark /releases 1100 640 --blink-settings=preferredColorScheme=0
picture web-release "$library" 1100 1500
picture web-revision "$library/revisions/2" 1100 900
picture web-phone /releases 500 1000

# `top`, with a pane of its own size and nothing of anybody's settings.
tmux() { command tmux -f /dev/null -S "$work/tmux" "$@"; }
tmux new-session -d -x 116 -y 22 \
    "KUBECONFIG='$KUBECONFIG' '$CHARTWRIGHT' top --metrics-url http://$metrics/metrics --interval 1s"
sleep 5
tmux capture-pane -e -p | hack/terminal_to_svg.py >"$pictures/top.svg"
tmux send-keys Down Down Enter
sleep 1
tmux capture-pane -e -p | hack/terminal_to_svg.py >"$pictures/top-details.svg"
tmux send-keys q
[ -z "${KEEP_METRICS:-}" ] || python3 -c "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen('http://$metrics/metrics').read())" >"$KEEP_METRICS"
ls -l "$pictures"
