//! The shell scripts of a helm bundle.
//!
//! They are plain enough to read before running: strict bash that the bash 3.2 of macOS runs too,
//! argument lists in arrays, every word from outside quoted by `shell_quote`. What does not depend on
//! the graph lies in `scripts/`, in files of its own.

use strata_artifact::{shell_comment, shell_quote};

use crate::deployer::late;
use crate::graph::{ChartReference, Release, ReleaseGraph, ReleaseSource};

const STRICT: &str = "set -euo pipefail\n";

/// Minutes that a release may take where nothing else is known.
const TIMEOUT_MINUTES: u32 = 10;

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

/// `install.sh`: installs or upgrades one release. The digest goes into a label of the release.
pub(super) fn install(release: &Release, digest: &str) -> String {
    let name = shell_quote(&release.name);
    let namespace = shell_quote(&release.namespace);
    let mut script = String::from("#!/usr/bin/env bash\n");
    script.push_str(&format!(
        "# Installs or upgrades {}. Arguments are passed on to helm; --print before them prints the\n\
         # commands instead.\n",
        shell_comment(&release.name)
    ));
    script.push_str(STRICT);
    script.push_str("unset CDPATH\ncd \"$(dirname \"${BASH_SOURCE[0]}\")\"\n\n");
    script.push_str("# Of this folder as it was made, without cluster-values.yaml.\n");
    script.push_str(&format!("digest={}\n", shell_quote(digest)));
    script.push_str(include_str!("scripts/install.body.sh"));
    if late::checking_chart(release) == Some(late::GATE) {
        script.push_str(include_str!("scripts/install.late.sh"));
    }
    if !release.namespace_manifests.is_empty() {
        script.push_str(include_str!("scripts/install.namespace.sh"));
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
        ReleaseSource::Manifests(_) | ReleaseSource::Kustomization(_) => {
            script.push_str(&format!("args=(upgrade --install {name} .)\n"));
        }
    }
    script.push_str(&format!(
        "args+=(--namespace {namespace} --create-namespace)\n"
    ));
    script.push_str(include_str!("scripts/install.end.sh"));
    script
}

/// `deploy.sh`: every release that does not stand yet, from an explicit list.
pub(super) fn deploy(graph: &ReleaseGraph, folders: &[String]) -> String {
    let about = "# Installs or upgrades every release of this bundle that does not stand yet. It keeps no file:\n\
         # what stands is read from labels of the releases. Running it again is safe.\n";
    let mut late = String::from(LATE);
    for (index, release) in graph.releases.iter().enumerate() {
        if let Some(chart) = late::checking_chart(release) {
            late.push_str(&format!("lates[{index}]={}\n", shell_quote(chart)));
        }
    }
    let body = include_str!("scripts/deploy.body.sh");
    script("deploy.sh", about, graph, folders, &[&late, body])
}

/// `undeploy.sh`: uninstalls what [`deploy`] installed.
pub(super) fn undeploy(graph: &ReleaseGraph, folders: &[String]) -> String {
    let about = "# Uninstalls the releases of this bundle and nothing else. Volumes, definitions and namespaces\n\
         # stay unless it is told otherwise.\n";
    let body = include_str!("scripts/undeploy.body.sh");
    script("undeploy.sh", about, graph, folders, &["", body])
}

fn script(
    program: &str,
    about: &str,
    graph: &ReleaseGraph,
    folders: &[String],
    [more, body]: &[&str; 2],
) -> String {
    let mut script = format!("#!/usr/bin/env bash\n{about}{STRICT}\nprogram={program}\n");
    script.push_str(TABLE);
    for ((release, folder), level) in graph.releases.iter().zip(folders).zip(graph.levels()) {
        let minutes = release.install.timeout_minutes.unwrap_or(TIMEOUT_MINUTES);
        let wait = if release.install.waits_for_jobs {
            "jobs"
        } else if release.install.is_left_alone {
            "alone"
        } else {
            "wait"
        };
        script.push_str(&format!(
            "release {} {} {} {level} {minutes}m {wait}\n",
            shell_quote(folder),
            shell_quote(&release.name),
            shell_quote(&release.namespace),
        ));
    }
    script.push_str(more);
    script.push_str(include_str!("scripts/common.body.sh"));
    script.push_str(body);
    script
}

const LATE: &str = r"
# By position: the chart in the folder by which Helm checks that late values are given.
lates=()
";

const TABLE: &str = r#"
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
"#;
