#!/bin/sh
# Imports both documents of the contract into Postman and Prism, and sends what
# Postman makes of each operation to what Prism makes of it. Needs Node.js 18.20
# or later and npm; both programs are installed once into the user's cache
# folder, never into the repository. With a run.json or several as arguments, it
# has Prism judge the answers of these runs instead.
set -eu

postman=6.3.3
prism=5.14.2
here=$(cd "$(dirname "$0")" && pwd)
cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mallcheck/import-$postman-$prism"

if [ ! -d "$cache/node_modules" ]; then
	mkdir -p "$(dirname "$cache")"
	fresh=$(mktemp -d "$cache.XXXXXX")
	trap 'rm -rf "$fresh"' EXIT
	npm install --prefix "$fresh" --no-audit --no-fund --ignore-scripts --loglevel=error \
		"openapi-to-postmanv2@$postman" "@stoplight/prism-cli@$prism"
	# The folder gets its name only when it is complete; whoever comes second keeps the first one's.
	[ -e "$cache" ] || mv "$fresh" "$cache"
fi

# Neither program is known to send telemetry; what a dependency asks for is refused all the same.
export DO_NOT_TRACK=1 NO_UPDATE_NOTIFIER=1
if [ $# -gt 0 ]; then
	exec node "$here/judge.mjs" "$cache" "$here/mall.yaml" "$@"
fi
node "$here/import.mjs" "$cache" "$here/mall.yaml" "$here/push.yaml"
