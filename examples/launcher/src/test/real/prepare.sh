#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the MCP servers and clients of others that the tests of the profile real talk to, as package.json,
# requirements.txt and go/go.mod beside this file pin them, and prints the directory they are in.
#
#   DIR=$(./prepare.sh)     # stdout: that one path; everything else goes to stderr
#
#   $DIR/node_modules/.bin/node     Node 22, whatever the machine has
#   $DIR/venv/bin/python            with the packages of requirements.txt
#   $DIR/*.mjs, $DIR/*.py           the scripts beside this file, where they find those packages
#   $DIR/peer                       the program in go
#
# Once per set of pins, sources and tools, in the user's cache directory: what is complete is used as it is, and what was
# left half-made is made anew. Safe to run from several processes at once. The settings of npm, pip and go are honoured.
#
# Exit: 0 done; 3 something is missing on this machine; 4 the installation failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

log() { printf '[real] %s\n' "$*" >&2; }
die() { local code=$1; shift; log "ERROR: $*"; exit "$code"; }

# Run and not only looked up: version managers leave commands on the PATH that refuse to start.
python_version() {
  "$1" -c 'import ensurepip, sys, venv
assert sys.version_info >= (3, 10)
print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

missing=()
python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
  if version=$(python_version "$candidate"); then python=$candidate; break; fi
done
[[ -n $python ]] || missing+=("Python 3.10 or newer with venv (on Debian: apt-get install python3-venv)")
node_major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) && npm --version >/dev/null 2>&1 \
  || missing+=("Node.js with npm (on Debian: apt-get install npm)")
# From 1.21 on, Go fetches the newer one that go.mod may ask for.
go=$(go env GOVERSION 2>/dev/null) && [[ $go =~ ^go1\.([0-9]+) ]] && (( BASH_REMATCH[1] >= 21 )) \
  || missing+=("Go 1.21 or newer (on Debian 13: apt-get install golang-go; before: from https://go.dev/dl)")
command -v flock >/dev/null || missing+=("flock (on Debian: apt-get install util-linux)")
if (( ${#missing[@]} > 0 )); then
  for thing in "${missing[@]}"; do log "missing: $thing"; done
  die 3 "the MCP servers and clients of others cannot be installed without that"
fi

hash() { "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])'; }

key=$(cat "$here/package.json" "$here/.npmrc" "$here/requirements.txt" - <<<"python $version, node $node_major" | hash)
base=${XDG_CACHE_HOME:-$HOME/.cache}/cleat-real
packages=$base/$key
dir=$packages/with-$(cat "$here"/*.mjs "$here"/*.py "$here"/go/* - <<<"$go" | hash)
mkdir -p "$base"

install() {
  log "installing Node 22 and MCP servers and clients in $packages (400 MB)"
  rm -rf "$packages"
  mkdir "$packages"
  cp "$here/package.json" "$here/.npmrc" "$packages"
  (cd "$packages" && npm install --no-progress --loglevel=error >&2) || die 4 "npm could not install package.json"
  [[ $("$packages/node_modules/.bin/node" --version) == v22.* ]] || die 4 "the npm package node brought no Node 22"
  "$python" -m venv "$packages/venv" >&2 || die 4 "$python -m venv failed"
  "$packages/venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    -r "$here/requirements.txt" >&2 || die 4 "pip could not install requirements.txt"
  "$packages/venv/bin/python" -c 'import jsonschema, mcp, mcp_server_time' >&2 \
    || die 4 "the Python packages do not load"
  touch "$packages/complete"
}

build() {
  log "building the Go client and server in $dir"
  rm -rf "$dir"
  mkdir "$dir"
  ln -s ../node_modules ../venv "$dir"
  cp "$here"/*.mjs "$here"/*.py "$dir"
  (cd "$here/go" && CGO_ENABLED=0 go build -buildvcs=false -trimpath -o "$dir/peer" . >&2) \
    || die 4 "go could not build the program in go"
  touch "$dir/complete"
}

# The stamps are written last, so what has them is complete.
if [[ ! -f $dir/complete ]]; then
  (
    flock 9
    # Another process may have made it meanwhile. What is started here must not keep the lock.
    [[ -f $packages/complete ]] || install 9>&-
    [[ -f $dir/complete ]] || build 9>&-
  ) 9>"$packages.lock"
  log "ready after $SECONDS s"
fi
printf '%s\n' "$dir"
