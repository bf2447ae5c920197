# Waits until every condition holds and goes on holding for a while; how long that may take is decided
# by who waits for this. Each condition is six words: kind, name or nothing, namespace or nothing, what
# is looked at, how it is compared, and with what.
set -u
trap 'exit 130' INT TERM
why='' said='' since=''
holds() {
  found="$(kubectl get "$1" ${2:+"$2"} ${3:+--namespace="$3"} --output="jsonpath=$4" --request-timeout=15s 2>&1)" || {
    why="$1 $2: ${found}"
    return 1
  }
  why="$1 $2: $4 is '${found}'"
  case "$5" in
    there) ;;
    is) [ "${found}" = "$6" ] ;;
    some)
      for one in ${found}; do
        if [ "${one}" = "$6" ]; then return 0; fi
      done
      return 1
      ;;
    above) [ "${found}" -gt "$6" ] 2>/dev/null ;;
    same) [ -n "${found%% *}" ] && [ "${found%% *}" = "${found#* }" ] ;;
    *)
      echo "cannot compare: $5" >&2
      exit 2
      ;;
  esac
}
all_hold() {
  while [ "$#" -gt 0 ]; do
    holds "$1" "$2" "$3" "$4" "$5" "$6" || return 1
    shift 6
  done
}
while :; do
  now="$(date +%s)"
  if all_hold "$@"; then
    since="${since:-${now}}"
    if [ "$((now - since))" -ge "${STABLE_SECONDS}" ]; then
      echo ready
      exit 0
    fi
  else
    since=''
    if [ "${why}" != "${said}" ]; then
      echo "waiting: ${why}"
      said="${why}"
    fi
  fi
  sleep "${PAUSE_SECONDS}" &
  wait "$!"
done
