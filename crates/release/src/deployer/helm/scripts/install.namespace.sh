
# The namespace has labels of its own, and Helm keeps its records in it, so it must be there before
# the release. kubectl is given the cluster that helm is given.
apply=(kubectl)
before=''
for word in --kube-context "${HELM_KUBECONTEXT:-}" "$@"; do
  case "${before}=${word}" in
  --kube-context=?*) apply+=(--context "${word}") ;;
  --kubeconfig=?*) apply+=(--kubeconfig "${word}") ;;
  *=--kube-context=*) apply+=(--context "${word#*=}") ;;
  *=--kubeconfig=*) apply+=(--kubeconfig "${word#*=}") ;;
  *) ;;
  esac
  before="${word}"
done
apply+=(apply --server-side --field-manager=strata --filename namespace.yaml)
case " $* " in
*' --dry-run'*) apply+=(--dry-run=server) ;;
*) ;;
esac
run "${apply[@]}"
