#!/bin/sh
# Build the control plane (hack/control-plane) unless this machine has it already, and print the binary's path.
#
# The binary lies in a cache under the hash of everything it is made of, so that later builds and fresh clones
# find it. With KUBEBUILDER_ASSETS set, etcd and the kube-* programs are left out: they come from that folder.
set -eu

source=$(cd "$(dirname "$0")/control-plane" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chartwright/control-plane
say() { echo "control-plane: $*" >&2; }

if ! command -v go >/dev/null; then
    say "building it needs Go, which is not in PATH"
    exit 1
fi

tags=
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
    tags=assets
fi

# Everything that decides what the binary is. A version that the linker sets has one owner: go.mod.
version=$(sed -n 's|^\tk8s.io/kubernetes v\(.*\)$|\1|p' "$source/go.mod")
minor=${version#*.}
key=$(cd "$source" && {
    go version
    echo "$tags"
    cat ../build-control-plane.sh go.mod go.sum ./*.go stages/*
} | sha256sum | cut -c1-20)
binary=$cache/$key/control-plane
if [ -x "$binary" ]; then
    echo "$binary"
    exit 0
fi

mkdir -p "$cache/$key"
if command -v flock >/dev/null; then
    exec 9>"$cache/lock"
    flock -n 9 || { say "waiting for another build"; flock 9; }
    if [ -x "$binary" ]; then
        echo "$binary"
        exit 0
    fi
fi

# `go build -v` names each module it downloads and each package it compiles: their number is the progress.
log=$cache/$key/build.log
fresh=$(mktemp "$cache/$key/control-plane.XXXXXX")
stop_build() { kill "$build" 2>/dev/null || true; rm -f "$fresh"; }
started=$(date +%s)
say "building Kubernetes $version for this machine, once; from nothing it takes some minutes (log: $log)"
(
    cd "$source"
    info=k8s.io/component-base/version
    GOFLAGS='' GOWORK=off CGO_ENABLED=0 exec go build -v -trimpath -buildvcs=false -tags "$tags" -o "$fresh" -ldflags "-s -w
        -X $info.gitVersion=v$version -X $info.gitMajor=${version%%.*} -X $info.gitMinor=${minor%%.*}" .
) >"$log" 2>&1 9>&- &
build=$!
trap 'stop_build; exit 1' INT TERM HUP
next=5
while kill -0 "$build" 2>/dev/null; do
    sleep 0.2
    seconds=$(($(date +%s) - started))
    if [ "$seconds" -ge "$next" ]; then
        next=$((seconds + 10))
        say "${seconds}s: $(grep -c '^go: downloading' "$log" || true) modules downloaded, $(grep -vc '^go: ' "$log" || true) packages compiled"
    fi
done
if ! wait "$build"; then
    say "the build failed:"
    grep -v '^go: downloading' "$log" | tail -20 >&2
    rm -f "$fresh"
    exit 1
fi
chmod 755 "$fresh"
mv "$fresh" "$binary"
# Each change of the sources makes another 130 MB: keep the last four.
find "$cache" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +5 | cut -d' ' -f2- |
    while read -r old; do rm -rf "$old"; done
say "built in $(($(date +%s) - started))s"
echo "$binary"
