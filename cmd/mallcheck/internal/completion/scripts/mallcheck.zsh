#compdef mallcheck
# Completion of mallcheck for zsh: mallcheck completion zsh > "${fpath[1]}/_mallcheck"
_mallcheck() {
  local line
  local -a candidates shown
  for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    candidates+=("${line%%$'\t'*}")
    shown+=("${line%%$'\t'*}  ${line#*$'\t'}")
  done
  if (( ${#candidates} )); then
    compadd -l -d shown -a candidates
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _mallcheck ]]; then
  _mallcheck "$@"
else
  compdef _mallcheck mallcheck
fi
