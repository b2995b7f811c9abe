#!/usr/bin/env bash
# Builds the test oracle (real Helm 3, real Helm 4, goracle, olm) into a cache that
# later runs and other clones on this machine find again, and prints the folder
# as the last line on standard output. Everything else goes to standard error.
#
#   dir=$(hack/build-oracle.sh)      # $dir/helm3  $dir/helm4  $dir/goracle  $dir/olm
#   hack/build-oracle.sh goracle     # only the named parts
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
oracle=$root/tests/oracle
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(helm3 helm4 goracle olm)

export CGO_ENABLED=0 GOWORK=off GOFLAGS=-buildvcs=false

say() { printf 'oracle: %s\n' "$*" >&2; }

command -v go >/dev/null || { say "Go is needed to build the oracle and was not found"; exit 1; }

# The inputs of the build, in a stable order.
inputs_hash() {
  {
    go env GOVERSION GOOS GOARCH
    cd "$root"
    find hack/build-oracle.sh tests/oracle -type f \
      \( -name '*.sh' -o -name '*.go' -o -name '*.s' -o -name go.mod -o -name go.sum \) -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-24
}

# The version that a module folder requires of a module.
required() { (cd "$oracle/$1" && go list -m -f '{{.Version}}' "$2"); }

# What Helm's own build sets: its version, and the Kubernetes version that
# charts see without a cluster, which is that of the client library.
helm_flags() {
  local folder=$1 major=$2 package=helm.sh/helm/v$2 client
  client=$(required "$folder" k8s.io/client-go)
  client=${client#v0.}
  printf '%s' "-s -w -X $package/internal/version.version=$(required "$folder" "$package")"
  printf '%s' " -X $package/internal/version.metadata= -X $package/internal/version.gitTreeState=clean"
  if [ "$major" = 3 ]; then
    for variable in pkg/lint/rules.k8sVersion pkg/chartutil.k8sVersion; do
      printf '%s' " -X $package/${variable}Major=1 -X $package/${variable}Minor=${client%%.*}"
    done
  fi
}

build() {
  local part=$1 out=$2 started=$SECONDS
  say "building $part (the first build takes minutes) ..."
  case $part in
    helm3) (cd "$oracle/helm3" && go build -trimpath -ldflags "$(helm_flags helm3 3)" -o "$out" helm.sh/helm/v3/cmd/helm) ;;
    helm4) (cd "$oracle/helm4" && go build -trimpath -ldflags "$(helm_flags helm4 4)" -o "$out" helm.sh/helm/v4/cmd/helm) ;;
    goracle) (cd "$oracle/goracle" && go build -trimpath -ldflags "$(helm_flags goracle 3)" -o "$out" .) ;;
    olm) (cd "$oracle/olm" && go build -trimpath -ldflags "-s -w" -o "$out" .) ;;
    *) say "unknown part $part: want helm3, helm4, goracle or olm"; return 1 ;;
  esac 1>&2
  say "built $part in $((SECONDS - started)) s"
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/chartwright/oracle
dir=$cache/$(inputs_hash)
mkdir -p "$dir"

exec 9>"$dir/.lock"
if ! flock -n 9; then
  say "another build of the oracle is under way; waiting for it ..."
  flock 9
fi
for part in "${parts[@]}"; do
  [ -x "$dir/$part" ] && continue
  build "$part" "$dir/.$part.$$" 9>&-
  mv "$dir/.$part.$$" "$dir/$part"
done
printf '%s\n' "$dir"
