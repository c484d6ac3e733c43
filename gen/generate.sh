#!/bin/sh
# Regenerates every package below gen/ from openapi/mall.yaml, with the
# generator that tools/go.mod pins. The same input gives the same bytes.
set -eu
cd "$(dirname "$0")/.."
mkdir -p gen/mall gen/vshop gen/topup gen/server/vshop gen/server/topup
for config in gen/config/*.yaml; do
	go tool -modfile=tools/go.mod oapi-codegen -config "$config" openapi/mall.yaml
done
