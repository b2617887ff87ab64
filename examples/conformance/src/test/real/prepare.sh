#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the MCP conformance suite that the tests of the profile real run, as package.json beside this file pins it,
# and prints the directory it is in.
#
#   DIR=$(./prepare.sh)     # stdout: that one path; everything else goes to stderr
#
#   $DIR/node_modules/.bin/node             Node 22, whatever the machine has
#   $DIR/node_modules/.bin/conformance      needs that Node first on the PATH
#
# Once per set of pins, in the user's cache directory: what is complete is used as it is, and what was left half-made
# is made anew. Safe to run from several processes at once. The settings of npm are honoured.
#
# Exit: 0 done; 3 something is missing on this machine; 4 the installation failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

log() { printf '[real] %s\n' "$*" >&2; }
die() { local code=$1; shift; log "ERROR: $*"; exit "$code"; }

# Run and not only looked up: version managers leave commands on the PATH that refuse to start.
missing=()
node --version >/dev/null 2>&1 && npm --version >/dev/null 2>&1 \
  || missing+=("Node.js with npm (on Debian: apt-get install npm)")
command -v flock >/dev/null || missing+=("flock (on Debian: apt-get install util-linux)")
command -v sha256sum >/dev/null || missing+=("sha256sum (on Debian: apt-get install coreutils)")
if (( ${#missing[@]} > 0 )); then
  for thing in "${missing[@]}"; do log "missing: $thing"; done
  die 3 "the MCP conformance suite cannot be installed without that"
fi

key=$(cat "$here/package.json" "$here/.npmrc" | sha256sum)
base=${XDG_CACHE_HOME:-$HOME/.cache}/cleat-real
dir=$base/conformance-${key:0:16}
mkdir -p "$base"

install() {
  log "installing Node 22 and the MCP conformance suite in $dir (200 MB)"
  rm -rf "$dir"
  mkdir "$dir"
  cp "$here/package.json" "$here/.npmrc" "$dir"
  (cd "$dir" && npm install --no-progress --loglevel=error >&2) || die 4 "npm could not install package.json"
  [[ $("$dir/node_modules/.bin/node" --version) == v22.* ]] || die 4 "the npm package node brought no Node 22"
  PATH="$dir/node_modules/.bin:$PATH" conformance list >/dev/null || die 4 "the conformance suite does not start"
  touch "$dir/complete"
}

# The stamp is written last, so what has it is complete.
if [[ ! -f $dir/complete ]]; then
  (
    flock 9
    # Another process may have made it meanwhile. What is started here must not keep the lock.
    [[ -f $dir/complete ]] || install 9>&-
  ) 9>"$dir.lock"
  log "ready after $SECONDS s"
fi
printf '%s\n' "$dir"
