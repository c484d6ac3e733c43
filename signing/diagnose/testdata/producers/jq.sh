#!/usr/bin/env bash
# Prints what jq makes of the bodies, one JSON object a line. Run by produce, with Debian's jq.
set -euo pipefail

bodies=$1
library=$(jq --version)
library=${library/-/ }
filled='with_entries(select(.value != "" and .value != null))'

way() { # NAME OPTIONS FILTER
  local name
  for name in $(jq -r 'keys[]' "$bodies"); do
    local hex
    # shellcheck disable=SC2086 # the options are several words
    hex=$(jq -j --arg name "$name" '.[$name]' "$bodies" | jq $2 "$3" | xxd -p | tr -d '\n')
    jq -nc --arg library "$library" --arg way "$1" --arg body "$name" --arg hex "$hex" '{$library, $way, $body, $hex}'
  done
}

way "jq -cS" "-cS" "$filled"
way "jq -cS, its new line cut" "-cSj" "$filled"
way "jq -S" "-S" "$filled"
way "jq -cSa" "-cSaj" "$filled"
way "jq -cSj ." "-cSj" .
