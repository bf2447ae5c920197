#!/usr/bin/env bash
# Installs or upgrades nfd. Arguments are passed on to helm; --print before them prints the
# commands instead.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")"

# Of this folder as it was made, without cluster-values.yaml.
digest=74b3e168fabcade75293b3af10873ded12975cd6

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

# shellcheck source=/dev/null
source ./upstream.env
args=(upgrade --install nfd "${CHART}" --version "${VERSION}")
if [[ -n "${REPO}" ]]; then
  args+=(--repo "${REPO}")
fi
args+=(--namespace node-feature-discovery --create-namespace)
args+=(--values values.yaml --values cluster-values.yaml)

# What stands is read back from these labels. The values of this cluster may be edited, so their
# checksum is taken now.
values="$(cksum <cluster-values.yaml)"
args+=(--labels "strata.dev/release=${digest},strata.dev/values=${values%% *}")
# The list of checksums stands for the bundle as a whole; a folder alone has none. A label holds 63
# characters.
if [[ -r ../checksums.txt ]]; then
  if command -v sha256sum >/dev/null; then sums=(sha256sum); else sums=(shasum -a 256); fi
  bundle="$("${sums[@]}" <../checksums.txt)"
  args+=(--labels "strata.dev/bundle=${bundle:0:40}")
fi

# Helm 4 applies on the server, where operators own fields of what they rotate; Helm 3 does not
# know the flag.
version="$(helm version --template '{{.Version}}')"
if [[ "${version}" == v[4-9]* ]]; then
  args+=(--force-conflicts)
fi

if [[ "${print}" == true ]]; then
  run helm "${args[@]}" "$@"
else
  exec helm "${args[@]}" "$@"
fi
