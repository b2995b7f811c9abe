#!/usr/bin/env bash
# All tests; arguments go to `cargo test`. Builds what the tests run first, so that its progress can be seen.
#
# End-to-end scenarios share a machine with a whole control plane. Up to three of them that fail are run once more, each
# alone; what passes then is printed as flaky, and is a bug to be found.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
"$root/hack/build-control-plane.sh" >/dev/null
CHARTWRIGHT_ORACLE=$("$root/hack/build-oracle.sh" | tail -n 1)
export CHARTWRIGHT_ORACLE
if [ $# -gt 0 ]; then
    exec cargo test --locked "$@"
fi

only_end_to_end_failed() {
    grep -q '^error: 1 target failed' "$output" && grep -q '^ *`-p chartwright --test e2e`$' "$output"
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$output" && exit 0
mapfile -t failed < <(sed -n 's/^test \(.*::e2e_[^ ]*\) \.\.\. FAILED$/\1/p' "$output")
if [ "${#failed[@]}" -eq 0 ] || [ "${#failed[@]}" -gt 3 ] || ! only_end_to_end_failed; then
    exit 1
fi
for name in "${failed[@]}"; do
    cargo test --locked --test e2e -- --exact "$name" | tee "$output"
    grep -q '^test result: ok. 1 passed' "$output"
    echo "flaky: $name failed once and passed alone"
done
