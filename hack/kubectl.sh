#!/bin/sh
# kubectl: the one in PATH, else the one that is in the local control plane's binary.
set -eu
if command -v kubectl >/dev/null; then
    exec kubectl "$@"
fi
binary=$("$(dirname "$0")/build-control-plane.sh")
exec "$binary" kubectl "$@"
