#!/usr/bin/env bash
# Writes the expected files of the cases in tests/charts with real Helm (v3.22.0),
# the only thing that may write them. Also says where Helm 4 answers otherwise than
# a case's `helm4` tells.
#
#   hack/update-goldens.sh                 # all cases
#   hack/update-goldens.sh globals hooks   # the named ones
#   hack/update-goldens.sh --check         # write nothing, fail if a file is stale
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
flags=() names=()
for argument in "$@"; do
  case $argument in
    --check) flags+=(-check) ;;
    -*) printf 'usage: %s [--check] [CASE...]\n' "$0" >&2; exit 2 ;;
    *) names+=("$argument") ;;
  esac
done

oracle=$("$root/hack/build-oracle.sh" | tail -n 1)
cd "$root/tests/charts"
if [ ${#names[@]} -eq 0 ]; then
  for file in */case.yaml; do names+=("${file%/case.yaml}"); done
fi
exec "$oracle/goracle" goldens -helm3 "$oracle/helm3" -helm4 "$oracle/helm4" "${flags[@]}" "${names[@]}"
