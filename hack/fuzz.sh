#!/usr/bin/env bash
# Fuzzes each target for some seconds, one after the other: fuzz.sh [SECONDS] [TARGET...].
#
# Needs a nightly toolchain and cargo-fuzz. What is found stands in fuzz/artifacts; inputs that reach new code are kept
# in fuzz/corpus, so that a later run goes on from there. FUZZ_LOG names a folder for the targets' output.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
seconds=${1:-60}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(execute yaml archive template strvals)
cargo +nightly fuzz --version >/dev/null 2>&1 || {
  echo "fuzz: needs a nightly toolchain and cargo-fuzz:" \
    "rustup toolchain install nightly --profile minimal && cargo install --locked cargo-fuzz" >&2
  exit 2
}

# A target takes at most 1 GiB and 10 s for one input. There is no unsafe code to sanitize, and without a sanitizer
# there are several times as many executions; overflow checks and debug assertions are on.
options=(-rss_limit_mb=1024 -timeout=10 -print_final_stats=1 -reload=0 "-max_total_time=$seconds")
cargo +nightly fuzz build -s none
python3 fuzz/seeds.py target/fuzz-seeds
failed=()
for target in "${targets[@]}"; do
  dictionary=fuzz/dictionaries/$target.dict
  [ -f "$dictionary" ] || dictionary=target/fuzz-seeds/functions.dict
  longest=8192
  [ "$target" != archive ] || longest=65536
  mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
  echo "fuzz: $target for $seconds s"
  log=${FUZZ_LOG:+$FUZZ_LOG/$target.log}
  fuzz/target/*/release/"$target" "${options[@]}" -dict="$dictionary" -max_len="$longest" \
    -artifact_prefix="fuzz/artifacts/$target/" "fuzz/corpus/$target" "target/fuzz-seeds/$target" \
    >"${log:-/dev/stdout}" 2>&1 || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || { echo "fuzz: findings in ${failed[*]}; see fuzz/artifacts" >&2; exit 1; }
