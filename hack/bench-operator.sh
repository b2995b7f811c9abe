#!/bin/sh
# Measures our operator next to operator-framework's on the local control plane; arguments go to the bench, such as
# --scenario scale --count 1000. PEER= (empty) leaves the other one out, PEER="PROGRAM ARGUMENTS" takes another.
# IMAGE=1 measures our program as the images have it too: static, for musl.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
hack/build-control-plane.sh >/dev/null
if [ -z "${PEER+set}" ]; then
    PEER="$(hack/build-peer.sh) run"
fi
cargo build --release --locked --bin chartwright
image=
if [ -n "${IMAGE:-}" ]; then
    target=$(rustc --print host-tuple | sed 's/-gnu$/-musl/')
    rustup target add "$target" 2>/dev/null
    cargo build --release --locked --bin chartwright --target "$target"
    image="image=$root/target/$target/release/chartwright run"
fi
# The bench only drives and watches, so it is built as the tests are.
cargo build --locked --bench operator
bench=$(cargo build --locked --bench operator --message-format=json 2>/dev/null |
    sed -n 's|.*"src_path":"[^"]*/benches/operator/main.rs".*"executable":"\([^"]*\)".*|\1|p')
exec "$bench" --subject "chartwright=$root/target/release/chartwright run" \
    ${PEER:+--subject "helm-operator-plugins=$PEER"} ${image:+--subject "$image"} "$@"
