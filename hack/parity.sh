#!/bin/sh
# Compare a binary's `template` with the goldens of a chart corpus: parity.sh BINARY. CORPUS names the corpus' folder,
# which holds parity.py and dev/; without one there is nothing to compare with.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
corpus=${CORPUS:-$root/../shared/corpus}
if [ ! -f "$corpus/parity.py" ]; then
    echo "parity: no corpus at $corpus; set CORPUS to the folder that holds parity.py" >&2
    exit 2
fi
exec python3 "$corpus/parity.py" --bin "$root/$1" --diff 5
