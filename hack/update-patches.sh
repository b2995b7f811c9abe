#!/bin/sh
# Writes what the patches of crates/helm-release/tests/patches make of their objects, with kubectl's kustomize, the only
# thing that may write it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for case in "$root"/crates/helm-release/tests/patches/*/; do
    "$root/hack/kubectl.sh" kustomize "$case" >"$case/expected.yaml"
done
