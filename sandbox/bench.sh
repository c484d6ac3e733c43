#!/bin/sh
# Measures how many signed, validated requests the sandbox answers a second, over loopback, with
# wrk (Debian: apt-get install wrk) on the same cores. Fails below 12,000.
# usage: sandbox/bench.sh [seconds of one of the 18 runs]
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "bench.sh: wrk is not installed (Debian: apt-get install wrk)" >&2; exit 2; }
exec go test -count=1 -run '^TestWrk$' -v ./sandbox -args -wrk "${1:-3}s"
