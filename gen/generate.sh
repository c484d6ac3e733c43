#!/bin/sh
# Regenerates every package below gen/ from the two documents in openapi/, with
# the generator that tools/go.mod pins. The same input gives the same bytes.
set -eu
cd "$(dirname "$0")/.."
for config in gen/config/*.yaml; do
	case "$config" in
	*push.yaml) document=openapi/push.yaml ;;
	*) document=openapi/mall.yaml ;;
	esac
	mkdir -p "$(dirname "$(sed -n 's/^output: //p' "$config")")"
	go tool -modfile=tools/go.mod oapi-codegen -config "$config" "$document"
done
