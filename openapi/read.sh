#!/bin/sh
# Has Schemathesis and Specmatic read both documents of the contract. Needs Python 3 with venv,
# Java 17 and npm; both programs are installed once into the user's cache folder, never into
# the repository. Specmatic judges the documents alone: it wants examples of its own kind.
set -eu

schemathesis=4.0.0
specmatic=2.55.1
here=$(cd "$(dirname "$0")" && pwd)
cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mallcheck/read-$schemathesis-$specmatic"

if [ ! -e "$cache/complete" ]; then
	mkdir -p "$cache"
	python3 -m venv "$cache/python"
	"$cache/python/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$schemathesis"
	npm install --prefix "$cache/npm" --no-audit --no-fund --ignore-scripts --loglevel=error "specmatic@$specmatic"
	touch "$cache/complete"
fi

"$cache/python/bin/python" -W ignore "$here/read.py" "$here/mall.yaml" "$here/push.yaml"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/mall.yaml" "$here/push.yaml" "$work"
cd "$work"
for document in mall.yaml push.yaml; do
	# Its exit code also counts the examples.
	java -jar "$cache/npm/node_modules/specmatic/specmatic.jar" validate --spec-file "$document" >said 2>&1 || true
	if ! grep -q "Specification $document: PASSED" said; then
		cat said >&2
		echo "$document: Specmatic does not take the document" >&2
		exit 1
	fi
	echo "$document: Specmatic takes the document"
done
