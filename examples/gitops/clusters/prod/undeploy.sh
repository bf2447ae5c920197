#!/usr/bin/env bash
# Uninstalls the releases of this bundle and nothing else. Volumes, definitions and namespaces
# stay unless it is told otherwise.
set -euo pipefail

program=undeploy.sh

# Folder, release, namespace, level (each after all lower ones), timeout, and whether it is waited
# for: `wait`, `jobs` also until its Jobs have ended, `alone` not at all.
release() {
  folders+=("$1")
  names+=("$2")
  namespaces+=("$3")
  levels+=("$4")
  timeouts+=("$5")
  waits+=("$6")
}
folders=()
names=()
namespaces=()
levels=()
timeouts=()
waits=()
digests=()
release 001-aws-ebs-csi-driver aws-ebs-csi-driver kube-system 0 10m wait
release 002-aws-efa aws-efa kube-system 0 10m wait
release 003-cert-manager cert-manager cert-manager 0 10m wait
release 004-nfd nfd node-feature-discovery 0 10m wait
release 005-nodewright-operator nodewright-operator skyhook 0 10m wait
release 006-nodewright-customizations nodewright-customizations skyhook 1 10m wait
release 007-prometheus-operator-crds prometheus-operator-crds monitoring 0 10m wait
release 008-kube-prometheus-stack kube-prometheus-stack monitoring 1 10m wait
release 009-gpu-operator gpu-operator gpu-operator 2 10m wait
release 010-k8s-ephemeral-storage-metrics k8s-ephemeral-storage-metrics monitoring 2 10m wait
release 011-kai-scheduler kai-scheduler kai-scheduler 3 20m alone
release 012-nvidia-dra-driver-gpu nvidia-dra-driver-gpu nvidia-dra-driver 3 10m wait
release 013-nvsentinel nvsentinel nvsentinel 3 10m wait
release 014-prometheus-adapter prometheus-adapter monitoring 2 10m wait

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

usage() {
  cat <<'TEXT'
Usage: ./undeploy.sh [FLAGS]

Uninstalls the releases of this bundle, last folder first. A release that was not installed from
its folder here is named and left. Running it again goes on.

  --dry-run             say what would be done, change nothing
  --print               print plain commands to paste; no cluster is contacted
  --context NAME        context of the kubeconfig (default: the current one)
  --timeout DURATION    how long one release may take (default 10m)
  --delete-volumes      also delete the volume claims of the releases, and their data
  --delete-definitions  also delete the definitions (CRDs) of the releases, and every object of them
  --delete-namespaces   also delete the namespaces that deploy.sh made, where nothing else lives

Exit status: 0 done, 1 a release could not be uninstalled, 2 wrong usage, 3 no such context,
6 a program or the cluster is not there, 130 interrupted.
TEXT
}

dry_run=false
print=false
volumes=false
definitions=false
own_spaces=false
timeout=10m
context=''
while [[ $# -gt 0 ]]; do
  case "$1" in
  --dry-run) dry_run=true ;;
  --print) print=true ;;
  --delete-volumes) volumes=true ;;
  --delete-definitions) definitions=true ;;
  --delete-namespaces) own_spaces=true ;;
  --context | --timeout)
    [[ $# -ge 2 && -n "$2" ]] || die "$1 needs a value; see --help" 2
    if [[ "$1" == --context ]]; then context="$2"; else timeout="$2"; fi
    shift
    ;;
  -h | --help)
    usage
    exit 0
    ;;
  *) die "unknown argument: $1; see --help" 2 ;;
  esac
  shift
done
[[ "${timeout}" =~ ^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$ ]] || die "--timeout ${timeout}: not a duration such as 90s or 15m" 2
[[ "${dry_run}" == false || "${print}" == false ]] || die '--dry-run and --print exclude each other' 2
if [[ "${print}" == true ]] && [[ "${volumes}" == true || "${definitions}" == true || "${own_spaces}" == true ]]; then
  die '--print knows no cluster, so it cannot say which volumes, definitions or namespaces; use --dry-run' 2
fi

unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")"
read_digests

if [[ "${print}" == true ]]; then
  if [[ -n "${context}" ]]; then helm+=(--kube-context "${context}"); fi
  printf '# Also uninstalls releases that are not of this bundle, and definitions that helm does not keep.\n'
  for ((index = ${#folders[@]} - 1; index >= 0; index--)); do
    quoted "${helm[@]}" uninstall "${names[index]}" --namespace "${namespaces[index]}" --wait --timeout "${timeout}"
  done
  exit 0
fi

require helm kubectl
choose_cluster
# Bash lets the helm that runs come to its end first, so none goes on unseen.
trap 'die "interrupted; running this again goes on" 130' INT TERM HUP

# Changes something, or says that it would.
act() {
  if [[ "${dry_run}" == true ]]; then
    printf '    would run: '
    quoted "$@"
  else
    "$@" </dev/null
  fi
}

# Prints the kinds of which helm would delete objects that are kept here: `definitions`, `volumes`.
would_lose() {
  "${helm[@]}" get manifest "${names[$1]}" --namespace "${namespaces[$1]}" | awk '
    function end_document() {
      if (kind != "" && !kept) { found[kind] = 1 }
      kind = ""; kept = 0
    }
    /^---/ { end_document() }
    /(^|[{,] *|^ *")kind"?: *["\047]?CustomResourceDefinition/ { kind = "definitions" }
    /(^|[{,] *|^ *")kind"?: *["\047]?PersistentVolumeClaim/ { kind = "volumes" }
    /^[^#]*helm.sh\/resource-policy["\047]?: *["\047]?keep["\047]? *([,}].*)?$/ { kept = 1 }
    END { end_document(); for (kind in found) { print kind } }'
}

# Volume claims carry the name of their release under one of two labels. Ours are marked before the
# release is gone, since nothing tells afterwards whose they were.
mark_volumes() {
  local label
  for label in app.kubernetes.io/instance release; do
    act "${kubectl[@]}" label persistentvolumeclaims --namespace "${namespaces[$1]}" --overwrite \
      --selector "${label}=${names[$1]}" "strata.dev/release=${digests[$1]}"
  done
}

gone=()
left=()
for ((index = ${#folders[@]} - 1; index >= 0; index--)); do
  folder="${folders[index]}"
  found="$(listed "${index}")" || die "cannot read how ${names[index]} stands" 6
  if [[ ! "${found}" =~ ${status_field} || "${BASH_REMATCH[1]}" == uninstalled ]]; then
    printf '%s: not there\n' "${folder}"
    gone[index]=yes
    continue
  fi
  status="${BASH_REMATCH[1]}"
  ours="$(listed "${index}" --selector "strata.dev/release=${digests[index]}")"
  if [[ ! "${ours}" =~ ${status_field} ]]; then
    printf '%s: left, not installed from here\n' "${folder}"
    left+=("${names[index]} in ${namespaces[index]}: not installed from this bundle")
    continue
  fi
  lost="$(would_lose "${index}")"
  if [[ "${definitions}" == false && "${lost}" == *definitions* ]]; then
    printf '%s: left, helm would delete its definitions\n' "${folder}"
    left+=("${names[index]} in ${namespaces[index]}: its definitions would go with it; --delete-definitions removes both")
    continue
  fi
  if [[ "${volumes}" == false && "${lost}" == *volumes* ]]; then
    printf '%s: left, helm would delete its volume claims\n' "${folder}"
    left+=("${names[index]} in ${namespaces[index]}: its volume claims would go with it; --delete-volumes removes both")
    continue
  fi
  printf '%s: uninstalling (%s)\n' "${folder}" "${status}"
  mark_volumes "${index}" >/dev/null 2>&1 || say "cannot mark the volume claims of ${names[index]}"
  if ! act "${helm[@]}" uninstall "${names[index]}" --namespace "${namespaces[index]}" --wait --timeout "${timeout}"; then
    die "${folder} is not uninstalled; what comes before it stands. Once the cause is gone, run this again"
  fi
  gone[index]=yes
done

kept=()
incomplete=false

# The volume claims of a release; before it is gone, by its name.
claims() {
  local label labels=("strata.dev/release=${digests[$1]}")
  if [[ "${dry_run}" == true ]]; then
    labels+=("app.kubernetes.io/instance=${names[$1]}" "release=${names[$1]}")
  fi
  for label in "${labels[@]}"; do
    "${kubectl[@]}" get persistentvolumeclaims --namespace "${namespaces[$1]}" \
      --selector "${label}" --output name
  done | sort -u
}

for index in ${gone[@]+"${!gone[@]}"}; do
  found="$(claims "${index}")"
  for claim in ${found}; do
    if [[ "${volumes}" == true ]]; then
      # Without a limit kubectl waits for ever for a claim that a pod still uses.
      act "${kubectl[@]}" delete "${claim}" --namespace "${namespaces[index]}" --timeout "${timeout}" || incomplete=true
    else
      kept+=("${claim} in ${namespaces[index]} (--delete-volumes)")
    fi
  done
done

# Prints the definitions in the `crds` folder of a release's chart.
chart_definitions() {
  (
    # shellcheck source=/dev/null
    source "${folders[$1]}/upstream.env"
    args=(show crds "${CHART}" --version "${VERSION}")
    if [[ -n "${REPO}" ]]; then args+=(--repo "${REPO}"); fi
    shown="$(helm "${args[@]}")"
    if [[ "${shown}" == *CustomResourceDefinition* ]]; then
      "${kubectl[@]}" create --dry-run=client --output name --filename - <<<"${shown}"
    fi
  )
}

# Every definition: name, release that owns it, who wrote it.
columns='{range .items[*]}{.metadata.name}|{.metadata.annotations.meta\.helm\.sh/release-namespace}/{.metadata.annotations.meta\.helm\.sh/release-name}|{range .metadata.managedFields[*]}{.manager},{end}{"\n"}{end}'
if ! known="$("${kubectl[@]}" get customresourcedefinitions --show-managed-fields --output "jsonpath=${columns}")"; then
  say 'cannot list definitions'
  known=''
  incomplete=true
fi
doomed=' '
for index in ${gone[@]+"${!gone[@]}"}; do
  # Those that helm kept for the policy on them name their release.
  while IFS='|' read -r definition owner _; do
    if [[ "${owner}" != "${namespaces[index]}/${names[index]}" ]]; then continue; fi
    if [[ "${definitions}" == true ]]; then
      doomed+="${definition} "
    else
      kept+=("definition ${definition} of ${names[index]} (--delete-definitions)")
    fi
  done <<<"${known}"
  if [[ "${definitions}" == false || ! -r "${folders[index]}/upstream.env" ]]; then continue; fi
  # Those of the `crds` folder name nothing; nobody but helm may have made them.
  if ! shown="$(chart_definitions "${index}")"; then
    say "cannot read the definitions of ${names[index]}"
    incomplete=true
  fi
  for definition in ${shown}; do
    definition="${definition##*/}"
    while IFS='|' read -r name owner managers; do
      if [[ "${name}" == "${definition}" && "${owner}" == / && ",${managers}" == *,helm,* ]]; then
        doomed+="${definition} "
      fi
    done <<<"${known}"
  done
done
for definition in $(tr ' ' '\n' <<<"${doomed}" | sort -u); do
  act "${kubectl[@]}" delete customresourcedefinition "${definition}" --ignore-not-found \
    --timeout "${timeout}" || incomplete=true
done

for space in $(own_namespaces); do
  if ! maker="$("${kubectl[@]}" get namespace "${space}" --ignore-not-found \
    --output 'jsonpath={.metadata.name}/{.metadata.labels.strata\.dev/made-by}')"; then
    say "cannot read namespace ${space}"
    incomplete=true
    continue
  fi
  if [[ -z "${maker}" ]]; then continue; fi
  if [[ "${maker##*/}" != deploy.sh ]]; then
    kept+=("namespace ${space}, which deploy.sh did not make")
    continue
  fi
  if [[ "${own_spaces}" == false ]]; then
    kept+=("namespace ${space} (--delete-namespaces)")
    continue
  fi
  releases="$("${helm[@]}" list --namespace "${space}" "${every_status[@]}" --short)"
  objects="$("${kubectl[@]}" get all,persistentvolumeclaims --namespace "${space}" --output name)"
  if [[ "${dry_run}" == false && -n "${releases}${objects}" ]]; then
    kept+=("namespace ${space}, where there is still: $(tr '\n' ' ' <<<"${releases} ${objects}" | cut -c 1-120)")
    continue
  fi
  act "${kubectl[@]}" delete namespace "${space}" --timeout "${timeout}" || incomplete=true
done

if [[ "${#left[@]}" -gt 0 ]]; then
  printf 'left:\n'
  printf '  %s\n' "${left[@]}"
fi
if [[ "${#kept[@]}" -gt 0 ]]; then
  printf 'kept:\n'
  printf '  %s\n' "${kept[@]}"
fi
if [[ "${definitions}" == false ]]; then
  printf '  definitions from crds folders of charts (--delete-definitions)\n'
fi
if [[ "${incomplete}" == true ]]; then die 'not everything was removed; running this again goes on'; fi
if [[ "${dry_run}" == true ]]; then
  printf 'nothing was changed\n'
else
  printf 'done\n'
fi
