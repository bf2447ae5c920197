
die() {
  printf '%s: %s\n' "${program}" "$1" >&2
  exit "${2:-1}"
}

say() {
  printf '%s: %s\n' "${program}" "$1" >&2
}

# Statuses of releases that `helm list` shows; Helm 4 has no `--all`.
every_status=(--deployed --failed --pending --superseded --uninstalled --uninstalling)
status_field='"status":"([a-z-]+)"'

require() {
  local name
  for name in "$@"; do
    command -v "${name}" >/dev/null || die "${name} is not on the PATH" 6
  done
}

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

# What is not text does not reach the terminal: these lines come from the cluster.
printable() {
  LC_ALL=C tr -d '\000-\010\013-\037\177'
}

# Reads what each folder holds, from the digest that its install.sh puts on the release. Each folder
# says that itself, so that a change in one changes nothing here.
read_digests() {
  local at line
  for at in "${!folders[@]}"; do
    digests[at]=''
    while IFS= read -r line; do
      if [[ "${line}" == digest=* ]]; then
        digests[at]="${line#digest=}"
        break
      fi
    done <"${folders[at]}/install.sh"
    [[ "${digests[at]}" =~ ^[0-9a-f]{40}$ ]] ||
      die "${folders[at]}/install.sh does not say what the folder holds; make the bundle again" 2
  done
}

# Settles which cluster is meant, for helm and kubectl alike, and says so.
helm=(helm)
kubectl=(kubectl)
choose_cluster() {
  local server known
  if [[ -n "${HELM_KUBEAPISERVER:-}" ]]; then
    die 'HELM_KUBEAPISERVER is set, which kubectl does not follow; unset it and use --context' 2
  fi
  if [[ -z "${context}" ]]; then
    context="${HELM_KUBECONTEXT:-}"
  fi
  if [[ -z "${context}" ]]; then
    context="$(kubectl config current-context 2>/dev/null)" || context=''
  elif ! kubectl config get-contexts "${context}" >/dev/null 2>&1; then
    known="$(kubectl config get-contexts --output name | tr '\n' ' ')"
    die "no context ${context} in the kubeconfig; there are: ${known:-none}" 3
  fi
  if [[ -n "${context}" ]]; then
    helm+=(--kube-context "${context}")
    kubectl+=(--context "${context}")
  fi
  server="$("${kubectl[@]}" config view --minify --output 'jsonpath={.clusters[0].cluster.server}' 2>/dev/null)" || server=''
  if [[ -z "${server}" ]]; then
    server="${KUBERNETES_SERVICE_HOST:+the one of the pod that this runs in}"
  fi
  printf 'context     %s\n' "${context:-none}"
  printf 'API server  %s\n' "${server:-none is named}"
  "${kubectl[@]}" version --request-timeout=15s >/dev/null || die 'the API server does not answer' 6
}

# Sets `index` to that of a release given by name, number or folder.
find_release() {
  local word="${2%/}"
  for index in "${!folders[@]}"; do
    if [[ "${word}" == "${folders[index]}" || "${word}" == "${names[index]}" ]]; then return; fi
    if [[ "${word}" =~ ^[0-9]{1,3}$ && "$((10#${word}))" -eq "$((index + 1))" ]]; then return; fi
  done
  die "$1 $2: no such release in this bundle; see --help" 2
}

# Prints the namespaces of this bundle, each once.
own_namespaces() {
  printf '%s\n' "${namespaces[@]}" | sort -u
}

# Prints what Helm knows of a release, as one line of JSON. Words after the index go to helm.
listed() {
  local at="$1"
  shift
  "${helm[@]}" list --namespace "${namespaces[at]}" --filter "^${names[at]}\$" \
    "${every_status[@]}" --output json "$@"
}
