#!/bin/sh
# Build the registry (tests/registry) unless this machine has it already, and print the program's path.
set -eu
source=$(cd "$(dirname "$0")/../tests/registry" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chartwright/registry
key=$(cd "$source" && { go version; cat go.mod go.sum main.go; } | sha256sum | cut -c1-20)
program=$cache/$key/registry
if [ ! -x "$program" ]; then
    echo "registry: building it (the first build takes minutes)" >&2
    mkdir -p "$cache/$key"
    (cd "$source" && CGO_ENABLED=0 GOWORK=off GOFLAGS=-buildvcs=false go build -trimpath -o "$program.$$" .) >&2
    mv "$program.$$" "$program"
fi
echo "$program"
