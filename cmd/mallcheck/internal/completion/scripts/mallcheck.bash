# Completion of mallcheck for bash: source <(mallcheck completion bash)
_mallcheck() {
  local line=${COMP_LINE:0:COMP_POINT} cur=${COMP_WORDS[COMP_CWORD]} word before candidate
  local -a words
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  # Bash splits words at = and : as well, and replaces what stands behind the last of them.
  [[ $cur == [=:] ]] && cur=
  word=${words[-1]} before=${word%"$cur"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    COMPREPLY+=("${candidate#"$before"}")
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _mallcheck mallcheck
