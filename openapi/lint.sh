#!/bin/sh
# Lints both documents of the contract with Redocly CLI. Needs Node.js and npm; the linter is
# installed once into the user's cache folder, never into the repository.
set -eu

version=2.77.0
here=$(cd "$(dirname "$0")" && pwd)
cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mallcheck/redocly-$version"

if [ ! -x "$cache/node_modules/.bin/redocly" ]; then
	mkdir -p "$(dirname "$cache")"
	fresh=$(mktemp -d "$cache.XXXXXX")
	trap 'rm -rf "$fresh"' EXIT
	npm install --prefix "$fresh" --no-audit --no-fund --ignore-scripts --loglevel=error "@redocly/cli@$version"
	# The folder gets its name only when it is complete; whoever comes second keeps the first one's.
	[ -e "$cache" ] || mv "$fresh" "$cache"
fi

cd "$here"
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	"$cache/node_modules/.bin/redocly" lint --config redocly.yaml mall.yaml push.yaml
