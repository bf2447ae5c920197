#!/usr/bin/env bash
# Installs or upgrades every release of this bundle that does not stand yet. It keeps no file:
# what stands is read from labels of the releases. Running it again is safe.
set -euo pipefail

program=deploy.sh

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
release 001-cert-manager cert-manager cert-manager 0 10m wait
release 002-nfd nfd node-feature-discovery 0 10m wait
release 003-prometheus-operator-crds prometheus-operator-crds monitoring 0 10m wait
release 004-kube-prometheus-stack kube-prometheus-stack monitoring 1 10m wait
release 005-k8s-ephemeral-storage-metrics k8s-ephemeral-storage-metrics monitoring 2 10m wait

# By position: the chart in the folder by which Helm checks that late values are given.
lates=()

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
Usage: ./deploy.sh [FLAGS]

Installs or upgrades every release of this bundle that does not stand yet.

  --dry-run           let the cluster check every release, change nothing
  --print             print plain commands to paste; no cluster is contacted
  --context NAME      context of the kubeconfig (default: the current one)
  --from RELEASE      leave out what comes before, for example after a failure
  --only RELEASE      deploy this release alone (can be repeated)
  --all               also upgrade what stands already
  --serial            one release after the other, in the order of folders
  --retries N         try a failed release again, so often (default 2)
  --timeout DURATION  how long one release may take (default 10m, or what it is known to need)
  --no-wait           do not wait until a release is ready

RELEASE is a name, a number or a folder. Exit status: 0 done, 1 a release failed, 2 wrong usage,
3 no such context, 4 a release is in other hands, 6 a program or the cluster is not there,
130 interrupted.
TEXT
}

dry_run=false
print=false
all=false
wait=true
retries=2
most=8
timeout=''
context=''
from=''
only=()
again=()
while [[ $# -gt 0 ]]; do
  case "$1" in
  --dry-run) dry_run=true ;;
  --print) print=true ;;
  --all)
    all=true
    again+=("$1")
    ;;
  --serial)
    most=1
    again+=("$1")
    ;;
  --no-wait)
    wait=false
    again+=("$1")
    ;;
  --from | --only | --context | --timeout | --retries)
    [[ $# -ge 2 && -n "$2" ]] || die "$1 needs a value; see --help" 2
    case "$1" in
    --from) from="$2" ;;
    --only) only+=("$2") ;;
    --context) context="$2" ;;
    --timeout)
      [[ "$2" =~ ^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$ ]] || die "--timeout $2: not a duration such as 90s or 15m" 2
      timeout="$2"
      again+=("$1" "$2")
      ;;
    *)
      [[ "$2" =~ ^[0-9]{1,3}$ ]] || die "--retries $2: not a number from 0 to 999" 2
      retries="$((10#$2))"
      again+=("$1" "$2")
      ;;
    esac
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
[[ "${dry_run}" == false || "${print}" == false ]] || die '--dry-run and --print exclude each other' 2

command="$0"
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")"
read_digests

first=0
if [[ -n "${from}" ]]; then
  find_release --from "${from}"
  first="${index}"
fi
chosen=()
for word in ${only[@]+"${only[@]}"}; do
  find_release --only "${word}"
  chosen[index]=yes
done
selected=()
for index in "${!folders[@]}"; do
  if [[ "${index}" -lt "${first}" ]]; then continue; fi
  if [[ "${#only[@]}" -gt 0 && -z "${chosen[index]:-}" ]]; then continue; fi
  selected+=("${index}")
done
[[ "${#selected[@]}" -gt 0 ]] || die '--from leaves nothing of --only' 2

# Sets `args` to what install.sh passes on to helm for a release.
set_args() {
  args=(--timeout "${timeout:-${timeouts[$1]}}")
  if [[ -n "${context}" ]]; then
    args+=(--kube-context "${context}")
  fi
  if [[ "${dry_run}" == true ]]; then
    args+=(--dry-run=server)
  elif [[ "${waits[$1]}" == jobs ]]; then
    # It is there for being waited for, so --no-wait means the others.
    args+=(--wait --wait-for-jobs)
  elif [[ "${wait}" == true && "${waits[$1]}" == wait ]]; then
    args+=(--wait)
  fi
}

require helm
version="$(helm version --template '{{.Version}}')"
if [[ "${version}" =~ ^v3\.([0-9]+)\. && "${BASH_REMATCH[1]}" -lt 13 ]]; then
  die "Helm ${version} is too old: 3.13 or later, or 4" 6
fi

if [[ "${print}" == true ]]; then
  context="${context:-${HELM_KUBECONTEXT:-}}"
  for index in "${selected[@]}"; do
    set_args "${index}"
    printf '# %s\n' "${folders[index]}"
    bash "${folders[index]}/install.sh" --print "${args[@]}"
  done
  exit 0
fi

# Nothing begins while a value that must be given is missing.
missing=false
for index in "${selected[@]}"; do
  if [[ -z "${lates[index]:-}" ]]; then continue; fi
  folder="${folders[index]}"
  if ! helm template late-values "./${folder}/${lates[index]}" --values "${folder}/cluster-values.yaml" >/dev/null; then
    say "${folder}/cluster-values.yaml does not give what it must; README.md lists the values"
    missing=true
  fi
done
[[ "${missing}" == false ]] || exit 2

revision_field='"revision":"([0-9]+)"'

# How a release stands: `current` if it is deployed from this folder with these values.
look() {
  local found values
  values="$(cksum <"${folders[$1]}/cluster-values.yaml")"
  found="$(listed "$1" --selector "strata.dev/release=${digests[$1]},strata.dev/values=${values%% *}")" || return
  if [[ "${found}" =~ ${status_field} && "${BASH_REMATCH[1]}" == deployed ]]; then
    printf 'current 0\n'
    return
  fi
  found="$(listed "$1")" || return
  if [[ "${found}" =~ ${status_field} ]]; then
    printf '%s ' "${BASH_REMATCH[1]}"
    [[ "${found}" =~ ${revision_field} ]]
    printf '%s\n' "${BASH_REMATCH[1]}"
  else
    printf 'absent 0\n'
  fi
}

look_at_all() {
  local count=0
  for index in "${selected[@]}"; do
    { printf '%s %s\n' "${index}" "$(look "${index}" || printf 'unknown 0')"; } &
    count="$((count + 1))"
    if [[ "$((count % 8))" -eq 0 ]]; then wait; fi
  done
  wait
}

# Where Helm keeps its records, in kubectl's words.
case "${HELM_DRIVER:-secret}" in
secret | secrets) records=secret ;;
configmap | configmaps) records=configmap ;;
*) records='' ;;
esac

# The record of one revision, if this bundle's kind of labels is on it.
own_record() {
  printf 'owner=helm,name=%s,status=%s,version=%s,strata.dev/release' "${names[$1]}" "$2" "$3"
}

# Refuses to touch a release that something else is working on.
refuse_foreign() {
  local at="$1" status="$2" revision="$3" found=''
  local target="${folders[at]}: ${names[at]} is ${status} at revision ${revision}"
  [[ -n "${records}" ]] || die "${target}, and HELM_DRIVER=${HELM_DRIVER} keeps it where kubectl cannot clear it" 4
  if [[ "${status}" != pending-rollback ]]; then
    found="$("${kubectl[@]}" get "${records}" --namespace "${namespaces[at]}" \
      --selector "$(own_record "${at}" "${status}" "${revision}")" --output name)" || die 'cannot read the record' 6
  fi
  if [[ -z "${found}" && "${status}" == uninstalling ]]; then
    say "${target}, and no bundle installed it; to finish that:"
    quoted "${helm[@]}" uninstall "${names[at]}" --namespace "${namespaces[at]}" >&2
    exit 4
  fi
  if [[ -z "${found}" ]]; then
    say "${target}, and no bundle began that"
    say 'if no helm works on it any more, remove that record and run this again:'
    quoted "${kubectl[@]}" delete "${records}" --namespace "${namespaces[at]}" \
      --selector "owner=helm,name=${names[at]},status=${status},version=${revision}" >&2
    exit 4
  fi
}

require kubectl cksum
choose_cluster
printf 'namespaces  %s\n' "$(own_namespaces | tr '\n' ' ')"

statuses=()
revisions=()
outcomes=()
while read -r index status revision; do
  statuses[index]="${status}"
  revisions[index]="${revision}"
done <<<"$(look_at_all)"
todo=0
stand=0
for index in "${selected[@]}"; do
  revision="${revisions[index]}"
  case "${statuses[index]}" in
  current)
    if [[ "${all}" == true ]]; then
      plan='upgrade, though it stands'
    else
      plan='stands already'
      outcomes[index]=stands
      stand="$((stand + 1))"
    fi
    ;;
  absent | uninstalled) plan=install ;;
  pending-*)
    refuse_foreign "${index}" "${statuses[index]}" "${revision}"
    plan="clear revision ${revision}, left ${statuses[index]} by a killed run; then install or upgrade"
    ;;
  uninstalling)
    refuse_foreign "${index}" "${statuses[index]}" "${revision}"
    plan='finish uninstalling, then install'
    ;;
  deployed | failed | superseded) plan="upgrade (${statuses[index]}, revision ${revision})" ;;
  *) die "cannot read how ${names[index]} stands" 6 ;;
  esac
  if [[ "${dry_run}" == true && "${statuses[index]}" =~ ^(pending-.*|uninstalling)$ ]]; then
    plan+='; cannot be checked before'
    outcomes[index]=unchecked
  fi
  if [[ -z "${outcomes[index]:-}" ]]; then todo="$((todo + 1))"; fi
  printf '  %-36s %s\n' "${folders[index]}" "${plan}"
done
if [[ "${todo}" -eq 0 && "${dry_run}" == false ]]; then
  printf 'nothing to do\n'
  exit 0
fi

# Prints lines with the name of the release before each, so that those of several can be told apart.
under_name() {
  local line
  printable | while IFS= read -r line || [[ -n "${line}" ]]; do
    printf '%s | %s\n' "$1" "${line}"
  done
}

# Says whether helm does not trust the server of a chart. Webhooks are not trusted either until their
# authority is there, which passes.
is_distrust() {
  [[ "$1" == *'tls: failed to verify certificate'* && "$1" != *webhook* ]]
}

# Says whether trying again could help: not where helm or the API server refuses what it is given.
is_final() {
  if is_distrust "$1"; then return 0; fi
  case "$1" in
  *'parse error at '* | *'execution error at '* | *'error calling '* | *'YAML parse error on '*) return 0 ;;
  *'meet the specifications of the schema'* | *'field is immutable'* | *' is invalid: '*) return 0 ;;
  *'invalid ownership metadata'* | *' is forbidden: '* | *'Unauthorized'* | *'unknown flag: '*) return 0 ;;
  *'version "'*'" not found'* | *'no chart version found'*) return 0 ;;
  *) return 1 ;;
  esac
}

# Removes what a killed run left, so that revisions are those of an undisturbed one. It is part of
# install_one.
clear_pending() {
  local at="$1" status="$2" revision="$3"
  case "${status}" in
  pending-*)
    printf '%s | clearing revision %s, which was left %s\n' "${folders[at]}" "${revision}" "${status}"
    "${kubectl[@]}" delete "${records}" --namespace "${namespaces[at]}" \
      --selector "$(own_record "${at}" "${status}" "${revision}")" >/dev/null
    ;;
  uninstalling)
    printf '%s | finishing what was left uninstalling\n' "${folders[at]}"
    attend "${helm[@]}" uninstall "${names[at]}" --namespace "${namespaces[at]}" --wait \
      --timeout "${timeout:-${timeouts[at]}}" >/dev/null
    return "${ended}"
    ;;
  *) ;;
  esac
}

# Makes the namespace where it is missing, with a label by which undeploy.sh knows it again. Where
# that is not permitted, helm makes it.
claim_namespace() {
  if "${kubectl[@]}" get namespace "$1" >/dev/null 2>&1; then return; fi
  printf '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s","labels":{"strata.dev/made-by":"deploy.sh"}}}' "$1" |
    "${kubectl[@]}" create --filename - >/dev/null 2>&1 || true
}

# Says whether deploy.sh itself is still there; one that nobody has waited for yet is not.
is_alive() {
  local state
  kill -0 "$$" 2>/dev/null || return
  state="$(ps -o stat= -p "$$" 2>/dev/null)" || state=''
  [[ "${state}" != Z* ]]
}

# Were deploy.sh alone killed, its helm would go on unseen beside the next run. So it is killed too,
# and the next run clears what it leaves. It ends with what it guards, so that nobody waits for it.
guard() {
  while kill -0 "$1" 2>/dev/null; do
    if ! is_alive; then
      kill -KILL "$1"
      return
    fi
    sleep 1
  done
}

# Runs a command of a job where a signal can reach it; sets `ended` to its status.
attend() {
  local guardian
  "$@" &
  child=$!
  if [[ "${stopped}" == true ]]; then kill -TERM "${child}" 2>/dev/null || true; fi
  guard "${child}" </dev/null >/dev/null 2>&1 3>&- 4<&- &
  guardian=$!
  # A signal ends the waiting, not the command.
  signaled=true
  while [[ "${signaled}" == true ]]; do
    signaled=false
    ended=0
    wait "${child}" || ended=$?
  done
  child=''
  # Its process number may soon be that of another.
  kill -KILL "${guardian}" 2>/dev/null || true
  wait "${guardian}" 2>/dev/null || true
}

# install.sh becomes helm, so a signal to it is one to helm.
run_install() {
  exec </dev/null 4<&-
  if [[ "${dry_run}" == true ]]; then
    # Helm prints every manifest, which hides what the cluster says; its complaints come on stderr.
    exec bash "$@" >/dev/null 2>&3 3>&-
  fi
  exec bash "$@" >&3 2>&3 3>&-
}

# Installs or upgrades one release, in a process of its own.
install_one() {
  local at="$1" state="$2" revision="$3" folder="${folders[$1]}"
  local attempt=0 began="${SECONDS}" stopped=false signaled=false child='' ended=0 pause spool text
  trap 'stopped=true; signaled=true; if [[ -n "${child}" ]]; then kill -TERM "${child}" 2>/dev/null || true; fi' TERM
  set_args "${at}"
  while [[ "${stopped}" == false ]] && is_alive; do
    if [[ "${dry_run}" == false ]]; then
      if ! clear_pending "${at}" "${state}" "${revision}"; then
        if [[ "${stopped}" == true ]]; then break; fi
        exit 1
      fi
      claim_namespace "${namespaces[at]}"
    fi
    # The file has lost its name before it is written to, so nothing is left of it.
    spool="$(mktemp "${TMPDIR:-/tmp}/deploy.XXXXXX")"
    exec 3>"${spool}"
    exec 4<"${spool}"
    rm -f "${spool}"
    attend run_install "${folder}/install.sh" "${args[@]}"
    exec 3>&-
    text="$(cat <&4)"
    exec 4<&-
    if [[ -n "${text}" ]]; then under_name "${folder}" <<<"${text}"; fi
    if [[ "${ended}" -eq 0 ]]; then
      printf '%s | done after %d s\n' "${folder}" "$((SECONDS - began))"
      exit 0
    fi
    if [[ "${stopped}" == true ]] || ! is_alive; then break; fi
    attempt="$((attempt + 1))"
    if is_distrust "${text}"; then
      printf '%s | the certificate is not trusted here; SSL_CERT_FILE=FILE names authorities that are\n' "${folder}"
    fi
    if [[ "${attempt}" -gt "${retries}" || "${dry_run}" == true ]] || is_final "${text}"; then exit 1; fi
    # What was waited for so long is not worth the same time again.
    if [[ "${waits[at]}" == jobs && "${text}" =~ (timed out|deadline exceeded) ]]; then exit 1; fi
    pause="$((attempt * attempt * 5))"
    if [[ "${pause}" -gt 120 ]]; then pause=120; fi
    printf '%s | failed; again in %d s (%d of %d)\n' "${folder}" "${pause}" "${attempt}" "${retries}"
    attend sleep "${pause}"
    read -r state revision <<<"$(look "${at}" || printf 'unknown 0')"
    if [[ "${state}" == current ]]; then exit 0; fi
  done
  printf '%s | stopped\n' "${folder}"
  exit 143
}

# Jobs in the order of their start; those before `collected` have ended.
jobs_of=()
pids=()
started=0
collected=0
failed=()

collect() {
  local at="${jobs_of[collected]}" ended=0
  wait "${pids[collected]}" || ended=$?
  if [[ "${ended}" -eq 0 ]]; then
    outcomes[at]=installed
  else
    failed+=("${at}")
  fi
  collected="$((collected + 1))"
}

# Prints the command that goes on from here.
print_resume() {
  local words=("${command}") index
  if [[ -n "${context}" ]]; then words+=(--context "${context}"); fi
  words+=(${again[@]+"${again[@]}"})
  for index in "${selected[@]}"; do
    if [[ -n "${outcomes[index]:-}" ]]; then continue; fi
    if [[ "${#only[@]}" -eq 0 && "${all}" == false ]]; then
      words+=(--from "${folders[index]}")
      break
    fi
    words+=(--only "${folders[index]}")
  done
  printf 'go on with: ' >&2
  quoted "${words[@]}" >&2
}

interrupted() {
  trap '' INT TERM HUP
  say 'interrupted; helm is asked to stop and to record it'
  local at
  for ((at = collected; at < started; at++)); do
    kill -TERM "${pids[at]}" 2>/dev/null || true
  done
  while [[ "${collected}" -lt "${started}" ]]; do collect; done
  print_resume
  exit 130
}

# Prints the last warnings of a release's namespace.
print_events() {
  local events
  events="$("${kubectl[@]}" get events --namespace "$1" --field-selector type=Warning \
    --sort-by .metadata.creationTimestamp --no-headers --request-timeout=15s \
    --output 'custom-columns=KIND:.involvedObject.kind,NAME:.involvedObject.name,REASON:.reason,MESSAGE:.message' 2>/dev/null)" || events=''
  if [[ -n "${events}" ]]; then
    printf 'last warnings in namespace %s:\n' "$1" >&2
    printf '%s\n' "${events}" | printable | tail -n 10 | cut -c 1-200 | sed 's/^/  /' >&2
  fi
}

trap interrupted INT TERM HUP
highest=0
for index in "${selected[@]}"; do
  if [[ "${levels[index]}" -gt "${highest}" ]]; then highest="${levels[index]}"; fi
done
# One after the other goes by folder; else level by level, each when the lower ones are there.
for ((level = 0; level <= highest; level++)); do
  for index in "${selected[@]}"; do
    if [[ -n "${outcomes[index]:-}" || "${most}" -gt 1 && "${levels[index]}" -ne "${level}" ]]; then continue; fi
    if [[ "$((started - collected))" -ge "${most}" ]]; then collect; fi
    if [[ "${#failed[@]}" -gt 0 && "${dry_run}" == false ]]; then break; fi
    printf '[%d/%d] %s\n' "$((started + 1))" "${todo}" "${folders[index]}"
    install_one "${index}" "${statuses[index]}" "${revisions[index]}" &
    pids[started]=$!
    jobs_of[started]="${index}"
    started="$((started + 1))"
  done
  while [[ "${collected}" -lt "${started}" ]]; do collect; done
  if [[ "${#failed[@]}" -gt 0 && "${dry_run}" == false || "${most}" -eq 1 ]]; then break; fi
done

if [[ "${#failed[@]}" -gt 0 ]]; then
  seen=' '
  for index in "${failed[@]}"; do
    if [[ "${dry_run}" == true ]]; then
      say "the cluster refuses ${folders[index]}"
      continue
    fi
    say "${folders[index]} failed"
    if [[ "${seen}" == *" ${namespaces[index]} "* ]]; then continue; fi
    seen+="${namespaces[index]} "
    print_events "${namespaces[index]}"
  done
  if [[ "${dry_run}" == false ]]; then print_resume; fi
  exit 1
fi
if [[ "${dry_run}" == true ]]; then
  printf 'checked: %d, standing already: %d; nothing was changed\n' "${todo}" "${stand}"
else
  printf 'done: %d, standing before: %d\n' "${todo}" "${stand}"
fi
