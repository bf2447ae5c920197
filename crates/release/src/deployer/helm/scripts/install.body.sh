
print=false
if [[ "${1:-}" == --print ]]; then
  print=true
  shift
fi

# Prints words as they can be pasted, on one line.
quoted() {
  local word space=''
  local plain='^[A-Za-z0-9@%+=:,./_-]+$'
  for word in "$@"; do
    if [[ ! "${word}" =~ ${plain} ]]; then word="$(printf '%q' "${word}")"; fi
    printf '%s%s' "${space}" "${word}"
    space=' '
  done
  printf '\n'
}

# Runs a command, or prints it.
run() {
  if [[ "${print}" == true ]]; then quoted "$@"; else "$@"; fi
}

if [[ "${print}" == true ]]; then run cd "${PWD}"; fi
