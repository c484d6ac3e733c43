#!/bin/sh
# Regenerates every package below gen/ from the two documents in openapi/, with
# the generator that tools/go.mod pins. The same input gives the same bytes.
set -eu
cd "$(dirname "$0")/.."

# Two templates differ from the generator's own: typedef.tmpl, which decodes data
# after the code, and client.tmpl, whose path parameters are checked first.
templates=$(mktemp -d)
trap 'rm -rf "$templates"' EXIT
cp gen/templates/typedef.tmpl "$templates"
generator=$(go list -modfile=tools/go.mod -f '{{.Dir}}' github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen)
awk '
	/^    pathParam\{\{\$paramIdx\}\}, err = runtime\.StyleParamWithOptions\(/ {
		print "    if err = CheckPathParameter(\"{{.ParamName}}\", {{.GoVariableName}}); err != nil {"
		print "        return nil, err"
		print "    }"
		checked++
	}
	{ print }
	END {
		if (checked != 1) {
			print "client.tmpl of the generator has another form: see gen/generate.sh" >"/dev/stderr"
			exit 1
		}
	}
' "$generator/templates/client.tmpl" >"$templates/client.tmpl"

for config in gen/config/*.yaml; do
	case "$config" in
	*push.yaml) document=openapi/push.yaml ;;
	*) document=openapi/mall.yaml ;;
	esac
	mkdir -p "$(dirname "$(sed -n 's/^output: //p' "$config")")"
	go tool -modfile=tools/go.mod oapi-codegen -templates "$templates" -config "$config" "$document"
done
