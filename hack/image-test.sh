#!/bin/sh
# The images, as a cluster runs them: builds the base image and the BookStore operator's image from their Dockerfiles with
# buildah, without an engine; looks into the OCI layout; deploys the project on the local control plane; and runs the image
# in namespaces as the Deployment says: user 65532, its root read-only, its account's token, the cluster by name. It ends
# when the sample is deployed and gone again.
#
# The stage of hack/image/Dockerfile that compiles is replaced by what cargo builds here for musl.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
limit=$((20 * 1024 * 1024))
patience=${PATIENCE:-120}
target=$(uname -m)-unknown-linux-musl
kubectl=$root/hack/kubectl.sh
name_server=127.7.7.53
say() { echo "==> $*" >&2; }
fail() {
    echo "image-test: $*" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail "it must be run as root: it makes namespaces and mounts"
missing=
command -v buildah >/dev/null || missing="$missing buildah"
command -v musl-gcc >/dev/null || missing="$missing musl-tools"
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || fail "not run: it needs$missing"
    say "Installing$missing"
    # shellcheck disable=SC2086 # They are several.
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >/dev/null ||
        fail "not run: failed to install$missing"
fi

say "Building chartwright for $target"
rustup target add "$target" 2>/dev/null
cargo build --release --locked --bin chartwright --target "$target"

work=$(mktemp -d)
was_running=no
if [ -e .cluster/lock ] && ! flock -n .cluster/lock true; then was_running=yes; fi
operator='' names=''
finish() {
    trap - INT TERM EXIT
    for process in $operator $names; do
        kill "$process" 2>/dev/null && wait "$process" 2>/dev/null || true
    done
    if [ "$was_running" = no ]; then hack/cluster-down.sh; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
build() { buildah build --quiet --isolation chroot "$@" >/dev/null; }

say "Building the images"
mkdir -p "$work/built/out" "$work/empty"
install "target/$target/release/chartwright" "$work/built/out/chartwright"
build --build-context "build=$work/built" --build-arg "COMMIT=$(git rev-parse HEAD)" \
    -f hack/image/Dockerfile -t localhost/chartwright "$work/empty"
build --build-arg CHARTWRIGHT=localhost/chartwright -t localhost/operator .
buildah push --quiet localhost/operator "oci:$work/layout:operator" >/dev/null

# Where a blob of the layout is, and what an expression says of a JSON file.
blob() { echo "$work/layout/blobs/sha256/${1#sha256:}"; }
field() { python3 -c 'import json, sys; print(eval(sys.argv[2], {"it": json.load(open(sys.argv[1]))}))' "$1" "$2"; }
manifest=$(blob "$(field "$work/layout/index.json" 'it["manifests"][0]["digest"]')")
config=$(blob "$(field "$manifest" 'it["config"]["digest"]')")
packed=$(field "$manifest" 'sum(layer["size"] for layer in it["layers"])')
container=$work/container
mkdir "$container"
for layer in $(field "$manifest" '" ".join(layer["digest"] for layer in it["layers"])'); do
    tar -xf "$(blob "$layer")" -C "$container"
done
size=$(du -bs "$container" | cut -f 1)
say "The image: $((size / 1024)) KiB, packed $((packed / 1024)) KiB; the program: $(stat -c %s "$container/usr/local/bin/chartwright") bytes"
[ "$size" -lt "$limit" ] || fail "the image has $size bytes, more than $limit"
[ "$(field "$config" 'it["config"]["User"]')" = 65532:65532 ] || fail "the image is for another user"
for path in $(cd "$container" && find . -type f | sed 's|^\./||'); do
    case $path in
    usr/local/bin/chartwright | opt/helm/watches.yaml | opt/helm/helm-charts/*) ;;
    *) fail "the image has $path, which is neither the program nor watches.yaml nor of a chart" ;;
    esac
done
if readelf -ld "$container/usr/local/bin/chartwright" | grep -E 'INTERP|NEEDED'; then fail "the program is not static"; fi
if readelf -S "$container/usr/local/bin/chartwright" | grep -E '\.(symtab|debug)'; then fail "the program is not stripped"; fi

say "Deploying the project on a local control plane"
eval "$(hack/cluster-up.sh)"
make -s deploy KUBECTL="$kubectl" IMG=localhost/operator >/dev/null
system=chartwright-system deployment=chartwright-controller-manager
"$kubectl" rollout status -n $system deployment/$deployment --timeout 60s >&2
# Its pod is played. From here on, the operator runs below.
"$kubectl" scale -n $system deployment/$deployment --replicas 0 >/dev/null
"$kubectl" get -n $system deployment/$deployment -o json >"$work/deployment.json"
arguments=$(field "$work/deployment.json" '" ".join(it["spec"]["template"]["spec"]["containers"][0]["args"])')
entry=$(field "$config" '" ".join(it["config"]["Entrypoint"])')
folder=$(field "$config" 'it["config"]["WorkingDir"]')
server=$("$kubectl" config view -o jsonpath='{.clusters[0].cluster.server}')

say "Running the image as the Deployment does"
# What a kubelet mounts into a container.
account=var/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$container/$account" "$container/etc" "$container/proc" "$work/account"
touch "$container/etc/resolv.conf"
"$kubectl" create token -n $system $deployment >"$work/account/token"
printf %s $system >"$work/account/namespace"
"$kubectl" config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d >"$work/account/ca.crt"
chmod -R a+rX "$work"
printf 'nameserver %s\noptions timeout:1\n' $name_server >"$work/resolv.conf"
python3 hack/image/resolve.py $name_server kubernetes.default.svc 127.0.0.1 &
names=$!
ports=$(python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(port.getsockname()[1] for port in held))')
# shellcheck disable=SC2016,SC2086 # The inner shell expands its own; arguments are several.
env -i PATH="$PATH" KUBERNETES_SERVICE_HOST=kubernetes.default.svc KUBERNETES_SERVICE_PORT="${server##*:}" \
    unshare --mount --propagation private sh -eu -c '
        container=$1 account=$2 work=$3 folder=$4
        shift 4
        mount --bind "$container" "$container"
        mount --bind "$work/account" "$container/$account"
        mount --bind "$work/resolv.conf" "$container/etc/resolv.conf"
        mount -o remount,bind,ro "$container"
        exec unshare --pid --fork --kill-child=TERM --ipc --uts --mount-proc \
            --root "$container" --wd "$folder" --setgid 65532 --setuid 65532 "$@"
    ' container "$container" $account "$work" "$folder" $entry $arguments \
    --metrics-bind-address "127.0.0.1:${ports% *}" --health-probe-bind-address "127.0.0.1:${ports#* }" \
    >"$work/operator.log" 2>&1 &
operator=$!

show_log() { tail -n 20 "$work/operator.log" >&2; }
make -s sample KUBECTL="$kubectl" >/dev/null
for condition in Deployed Ready; do
    "$kubectl" wait bookstore/bookstore-sample --for "condition=$condition" --timeout "${patience}s" >&2 || {
        show_log
        fail "the sample is not $condition"
    }
done
inside=$(pgrep -n -P "$(pgrep -n -P "$operator" || echo "$operator")" || pgrep -n -P "$operator")
[ "$(awk '/^Uid:/ { print $2 }' "/proc/$inside/status")" = 65532 ] || fail "the program runs as another user"
awk '$5 == "/" { print $6 }' "/proc/$inside/mountinfo" | grep -q '^ro' || fail "the program's root can be written"
python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "http://127.0.0.1:${ports#* }/readyz" ||
    fail "the program is not ready"
"$kubectl" delete bookstore bookstore-sample --timeout 60s >&2
if grep -iE 'forbidden|read-only file system' "$work/operator.log"; then fail "the program was refused something"; fi
make -s undeploy KUBECTL="$kubectl" >/dev/null
say "The sample was deployed and deleted by user 65532 on a read-only root"
