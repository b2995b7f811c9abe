#!/bin/sh
# Builds the operator that ours is measured against, operator-framework's helm-operator-plugins, unless this machine has
# it already, and prints the path of its program.
set -eu

source=$(cd "$(dirname "$0")/peer" && pwd)
command -v go >/dev/null || { echo "peer: Go is needed to build it and was not found" >&2; exit 1; }
key=$({
    go env GOVERSION GOOS GOARCH
    cat "$0" "$source/go.mod" "$source/go.sum"
} | sha256sum | cut -c1-20)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/chartwright/peer/$key
program=$folder/helm-operator-plugins
if [ ! -x "$program" ]; then
    echo "peer: building it, once; from nothing it takes some minutes" >&2
    mkdir -p "$folder"
    (cd "$source" && GOWORK=off GOFLAGS=-buildvcs=false CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' \
        -o "$program.$$" github.com/operator-framework/helm-operator-plugins) >&2
    mv "$program.$$" "$program"
fi
echo "$program"
