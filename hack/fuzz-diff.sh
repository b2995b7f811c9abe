#!/bin/sh
# Compare generated templates, calls and texts with real Go and Sprig: fuzz-diff.sh [CASES] [SEED].
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
CHARTWRIGHT_CASES=${1:-200000}
CHARTWRIGHT_SEED=${2:-$(date +%s)}
SPRIG_CALLS=$CHARTWRIGHT_CASES
SPRIG_SEED=$CHARTWRIGHT_SEED
CHARTWRIGHT_ORACLE=$("$root/hack/build-oracle.sh" goracle | tail -n 1)
export CHARTWRIGHT_CASES CHARTWRIGHT_SEED CHARTWRIGHT_ORACLE SPRIG_CALLS SPRIG_SEED
echo "fuzz-diff: $CHARTWRIGHT_CASES cases, seed $CHARTWRIGHT_SEED" >&2
cargo test --locked -p gotemplate --test parity --test fmt -- --nocapture
cargo test --locked -p sprig -- --nocapture
