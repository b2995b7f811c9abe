#!/bin/sh
# All tests; arguments go to `cargo test`. Builds what the tests run first, so that its progress can be seen.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
"$root/hack/build-control-plane.sh" >/dev/null
CHARTWRIGHT_ORACLE=$("$root/hack/build-oracle.sh" | tail -n 1)
export CHARTWRIGHT_ORACLE
if [ $# -eq 0 ]; then
    set -- --workspace
fi
cargo test --locked "$@"
