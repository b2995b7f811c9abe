#!/bin/sh
# The charts of a corpus next to real Helm, on the local control plane; arguments go to the test program, such as
# `parity/bitnami`. CORPUS names the corpus' folder, which holds dev/; CASES other cases to install than the listed ones.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
CORPUS=${CORPUS:-$root/../shared/corpus}
if [ ! -f "$CORPUS/dev/cases.json" ]; then
    echo "e2e-corpus: no corpus at $CORPUS; set CORPUS to the folder that holds dev/" >&2
    exit 2
fi
"$root/hack/build-control-plane.sh" >/dev/null
CHARTWRIGHT_ORACLE=$("$root/hack/build-oracle.sh" | tail -n 1)
export CHARTWRIGHT_ORACLE CORPUS
cargo test --locked --test corpus -- "$@"
