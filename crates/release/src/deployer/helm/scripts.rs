//! The shell scripts of a helm bundle.
//!
//! They are plain enough to read before running: strict bash, argument lists in arrays, every word
//! from outside quoted by `shell_quote`.

use strata_artifact::{shell_comment, shell_quote};

use crate::graph::{ChartReference, Release, ReleaseGraph, ReleaseSource};

const STRICT: &str = "set -euo pipefail\n";

/// `upstream.env`: which chart, from where, in which version. Single quotes always, so that any
/// reader of such files agrees on the value.
pub(super) fn upstream_env(chart: &ChartReference) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    format!(
        "CHART={}\nREPO={}\nVERSION={}\n",
        quoted(&chart.helm_name()),
        quoted(chart.helm_repository()),
        quoted(&chart.version)
    )
}

/// `install.sh`: installs or upgrades one release. Arguments go on to Helm.
pub(super) fn install(release: &Release) -> String {
    let name = shell_quote(&release.name);
    let namespace = shell_quote(&release.namespace);
    let mut script = String::from("#!/usr/bin/env bash\n");
    script.push_str(&format!(
        "# Installs or upgrades {}. Arguments are passed on to helm.\n",
        shell_comment(&release.name)
    ));
    script.push_str(STRICT);
    script.push_str("cd \"$(dirname \"${BASH_SOURCE[0]}\")\"\n");
    if !release.namespace_manifests.is_empty() {
        script.push_str(
            "\n# The namespace has labels of its own, and Helm keeps its records in it, so it must be\n\
             # there before the release.\n\
             case \" $* \" in\n\
             *' --dry-run'*) kubectl apply --server-side --field-manager=strata --dry-run=server --filename namespace.yaml ;;\n\
             *) kubectl apply --server-side --field-manager=strata --filename namespace.yaml ;;\n\
             esac\n",
        );
    }
    script.push('\n');
    match &release.source {
        ReleaseSource::Chart(_) => {
            script.push_str("# shellcheck source=/dev/null\nsource ./upstream.env\n");
            script.push_str(&format!(
                "args=(upgrade --install {name} \"${{CHART}}\" --version \"${{VERSION}}\")\n\
                 if [[ -n \"${{REPO}}\" ]]; then\n  args+=(--repo \"${{REPO}}\")\nfi\n"
            ));
        }
        ReleaseSource::Manifests(_) => {
            script.push_str(&format!("args=(upgrade --install {name} .)\n"));
        }
    }
    script.push_str(&format!(
        "args+=(--namespace {namespace} --create-namespace)\n"
    ));
    script.push_str("args+=(--values values.yaml --values cluster-values.yaml)\n\n");
    script.push_str(
        "# Helm 4 applies on the server, where operators own fields of what they rotate; Helm 3 does\n\
         # not know the flag.\n\
         version=\"$(helm version --template '{{.Version}}')\"\n\
         if [[ \"${version}\" == v[4-9]* ]]; then\n  args+=(--force-conflicts)\nfi\n\n\
         exec helm \"${args[@]}\" \"$@\"\n",
    );
    script
}

/// `deploy.sh`: every release in order, from an explicit list.
pub(super) fn deploy(graph: &ReleaseGraph, folders: &[String]) -> String {
    let mut script = String::from(
        "#!/usr/bin/env bash\n\
         # Installs or upgrades every release of this bundle, in order, into the cluster of the current\n\
         # context. Running it again is safe: what is there already is upgraded in place.\n",
    );
    script.push_str(STRICT);
    script.push_str("\nreleases=(\n");
    for folder in folders {
        script.push_str(&format!("  {}\n", shell_quote(folder)));
    }
    script.push_str(")\n");
    script.push_str(DEPLOY_BODY);
    if graph
        .releases
        .iter()
        .any(|release| !release.namespace_manifests.is_empty())
    {
        script = script.replace("required=(helm)", "required=(helm kubectl)");
    }
    script
}

const DEPLOY_BODY: &str = r#"
usage() {
  cat <<'TEXT'
Usage: ./deploy.sh [--dry-run] [--from FOLDER] [--no-wait] [--timeout DURATION]

  --dry-run           let the cluster check every release, change nothing
  --from FOLDER       start at this folder, for example after a failure
  --no-wait           do not wait until a release is ready before the next one
  --timeout DURATION  how long to wait for one release (default 10m)

Helm decides which cluster: KUBECONFIG, HELM_KUBECONTEXT, or the current context.
TEXT
}

die() {
  printf 'deploy.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

dry_run=false
wait=true
timeout=10m
from=''
while [[ $# -gt 0 ]]; do
  case "$1" in
  --dry-run) dry_run=true ;;
  --no-wait) wait=false ;;
  --from | --timeout)
    [[ $# -ge 2 ]] || die "$1 needs a value; see --help" 2
    if [[ "$1" == --from ]]; then from="${2%/}"; else timeout="$2"; fi
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

required=(helm)
for program in "${required[@]}"; do
  command -v "${program}" >/dev/null || die "${program} is not on the PATH" 6
done

cd "$(dirname "${BASH_SOURCE[0]}")"

start=0
if [[ -n "${from}" ]]; then
  start=-1
  for index in "${!releases[@]}"; do
    if [[ "${releases[index]}" == "${from}" ]]; then start="${index}"; fi
  done
  [[ "${start}" -ge 0 ]] || die "--from ${from}: no such folder in this bundle" 2
fi

args=(--timeout "${timeout}")
if [[ "${dry_run}" == true ]]; then
  args+=(--dry-run=server)
elif [[ "${wait}" == true ]]; then
  args+=(--wait)
fi

for ((index = start; index < ${#releases[@]}; index++)); do
  folder="${releases[index]}"
  printf '[%d/%d] %s\n' "$((index + 1))" "${#releases[@]}" "${folder}"
  if [[ "${dry_run}" == true ]]; then
    # Helm prints every manifest, which hides what the cluster says; its complaints come on stderr.
    bash "${folder}/install.sh" "${args[@]}" >/dev/null || die "the cluster refuses ${folder}"
  elif ! bash "${folder}/install.sh" "${args[@]}"; then
    printf 'deploy.sh: %s failed; what came before it is installed\n' "${folder}" >&2
    printf 'once the cause is gone, go on with: ./deploy.sh --from %s\n' "${folder}" >&2
    exit 1
  fi
done
count="$((${#releases[@]} - start))"
if [[ "${dry_run}" == true ]]; then
  printf 'checked: %d releases; nothing was changed\n' "${count}"
else
  printf 'done: %d releases\n' "${count}"
fi
"#;
