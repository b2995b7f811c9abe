#!/bin/sh
# Times our engine against Helm's, side by side: builds both, then runs hack/bench_render.py with the arguments given.
# CORPUS names a folder with dev/cases.json; without one the charts of tests/charts are timed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
corpus=${CORPUS:-$root/../shared/corpus}
cd "$root"
cargo build --release --locked --bin chartwright --bench render
ours=$(cargo build --release --locked --bench render --message-format=json 2>/dev/null |
    sed -n 's|.*"src_path":"[^"]*/benches/render.rs".*"executable":"\([^"]*\)".*|\1|p')
oracle=$("$root/hack/build-oracle.sh" helm3 goracle | tail -n 1)
exec python3 "$root/hack/bench_render.py" --ours "$ours" --oracle "$oracle" \
    --command "$root/target/release/chartwright" --corpus "$corpus" "$@"
