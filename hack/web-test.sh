#!/usr/bin/env bash
# Looks at the web page with headless Chromium: CHARTWRIGHT_CHROMIUM, else /usr/bin/chromium, else Debian's, installed now.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export CHARTWRIGHT_CHROMIUM=${CHARTWRIGHT_CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$CHARTWRIGHT_CHROMIUM" ]; then
    apt-get update
    apt-get install --yes --no-install-recommends chromium
fi
exec "$root/hack/test.sh" --workspace --test e2e web::
