#!/bin/sh
# From five charts of the corpus to five operators, as a new user would: from an empty folder `init --helm-chart`,
# `make install`, `make run`, the sample. Each operator runs as the account of its own project, with the generated rights
# and no others. Prints how many of the custom resources became ready while nothing was refused to their operators.
#
#   hack/five-operators.sh [PATH OF chartwright]      CORPUS=... the folder that holds dev/, CHARTS=... others than the five
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
chartwright=$(realpath "${1:-$root/target/release/chartwright}")
corpus=${CORPUS:-$root/../shared/corpus}/dev/charts
if [ ! -d "$corpus" ]; then
    echo "five-operators: no charts in $corpus; set CORPUS to the folder that holds dev/" >&2
    exit 2
fi
# Many switches, definitions, hooks, a stateful set, and subcharts.
charts=${CHARTS:-bitnami+charts/mongodb bitnami+charts/sealed-secrets fluxcd-community+helm-charts/flux2
    bitnami+charts/zookeeper prometheus-community+helm-charts/prometheus}
patience=${PATIENCE:-120}
work=$(mktemp -d)
kubectl=$root/hack/kubectl.sh
say() { echo "==> $*" >&2; }

say "Starting a local control plane"
was_running=no
if [ -e "$root/.cluster/lock" ] && ! flock -n "$root/.cluster/lock" true; then was_running=yes; fi
eval "$("$root/hack/cluster-up.sh")"
admin=$KUBECONFIG
operator=
stop() {
    if [ -n "$operator" ]; then
        kill "$operator" 2>/dev/null || true
        wait "$operator" 2>/dev/null || true
        operator=
    fi
}
finish() {
    trap - INT TERM EXIT
    stop
    if [ "$was_running" = no ]; then "$root/hack/cluster-down.sh"; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# A kubeconfig of the account that the operator has when it is deployed.
kubeconfig_of() {
    token=$("$kubectl" create token "$1-controller-manager" -n "$1-system" --duration 1h)
    KUBECONFIG=$2 "$kubectl" config set-credentials operator --token "$token" >/dev/null
    KUBECONFIG=$2 "$kubectl" config set-context operator --cluster "$3" --user operator >/dev/null
    KUBECONFIG=$2 "$kubectl" config use-context operator >/dev/null
}

try() {
    chart=$1 name=$2 namespace=$3
    project=$work/$name
    mkdir "$project"
    cd "$project"
    "$chartwright" init --domain "$name.example.com" --project-name "$name" --helm-chart "$corpus/$chart" >files
    make -s install KUBECTL="$kubectl" >/dev/null
    # All but the Deployment: the operator runs here.
    "$kubectl" kustomize config/default | "$kubectl" apply --server-side --force-conflicts -f - >/dev/null
    "$kubectl" scale deployment "$name-controller-manager" -n "$name-system" --replicas 0 >/dev/null
    cluster=$("$kubectl" config view -o jsonpath='{.clusters[0].name}')
    cp "$admin" kubeconfig
    kubeconfig_of "$name" "$project/kubeconfig" "$cluster"
    KUBECONFIG=$project/kubeconfig make -s run CHARTWRIGHT="$chartwright" ARGS="--metrics-bind-address 0 --health-probe-bind-address 0" >operator.log 2>&1 &
    operator=$!
    "$kubectl" create namespace "$namespace" >/dev/null
    "$kubectl" apply -n "$namespace" -k config/samples >/dev/null
    resource=$(sed -n 's/^  name: \(.*\)/\1/p' config/crd/bases/*.yaml | head -n 1)
    "$kubectl" wait -n "$namespace" --for=condition=Ready --timeout="${patience}s" "$resource" --all >wait.log 2>&1
    # Ready, and refused nothing.
    if grep -m 3 forbidden operator.log >&2; then false; fi
}

ready=0 count=0
for chart in $charts; do
    count=$((count + 1))
    name=operator-$count
    say "$chart"
    # Inside a condition, a command that fails would not end the trial.
    set +e
    (set -e; trap stop EXIT; try "$chart" "$name" "trial-$count")
    code=$?
    set -e
    if [ "$code" -eq 0 ]; then
        ready=$((ready + 1))
        say "$chart: ready, with $(grep -c . "$work/$name/files") generated files"
    else
        say "$chart: not ready"
        tail -n 3 "$work/$name/wait.log" "$work/$name/operator.log" >&2 || true
        "$kubectl" get -n "trial-$count" -f "$work/$name/samples" -o jsonpath='{.status.conditions}' >&2 || true
    fi
done
echo "$ready of $count"
[ "$ready" -eq "$count" ]
