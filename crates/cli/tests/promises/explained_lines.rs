//! Every line of every file of a bundle is explained, for every deployer.
//!
//! Thousands of lines: they are asked for in this process, with one catalog.

use std::path::Path;

use strata_client::{CatalogRequest, Session, SubjectRequest, open_catalog};
use strata_cluster::{Catalog, Explanation};
use strata_diagnostic::Outcome;
use strata_host::RealSystem;
use strata_testkit::read_directory;

use crate::folder::Folder;

/// A deployer, what it must be told, and lines of its bundle: file, a text on the line, what it is
/// explained as, and who decides it (or a part of what is said of it).
struct Case {
    deployer: &'static str,
    told: &'static [&'static str],
    lines: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const SWITCH: &str = "components.nfd.values.topologyUpdater.enable";
const VERSION: &str = "components.nfd.version";
const DEFAULT: &str = "registry default `helm.defaultVersion`";
const LATE: &str = "components.cert-manager.values.crds.enabled";
const GIT: &[&str] = &["--repo", "https://example.com/x.git"];

const CASES: [Case; 5] = [
    Case {
        deployer: "helm",
        told: &[],
        lines: &[
            (
                "002-nfd/values.yaml",
                "  enable: false",
                SWITCH,
                "overlay `kind`",
            ),
            ("002-nfd/upstream.env", "VERSION=", VERSION, DEFAULT),
            (
                "002-nfd/upstream.env",
                "REPO=",
                "components.nfd.source",
                "registry default",
            ),
            (
                "002-nfd/install.sh",
                "--namespace",
                "components.nfd.namespace",
                "registry default",
            ),
            ("001-cert-manager/cluster-values.yaml", "enabled", LATE, ""),
            (
                "002-nfd/values.yaml",
                "# Values",
                "002-nfd/values.yaml:1",
                "none of them",
            ),
            ("deploy.sh", "set -euo", "deploy.sh:4", "writes this script"),
            ("recipe.yaml", "name: nfd", "nfd", "overlay `base`"),
            ("recipe.yaml", "service: kind", "criterion:service", ""),
            (
                "001-cert-manager/late-values/Chart.yaml",
                "name:",
                "001-cert-manager/late-values/Chart.yaml:4",
                "check",
            ),
        ],
    },
    Case {
        deployer: "helmfile",
        told: &[],
        lines: &[
            (
                "002-nfd/values.yaml",
                "  enable: false",
                SWITCH,
                "overlay `kind`",
            ),
            ("helmfile.yaml", "version: 0.18.3", VERSION, DEFAULT),
            (
                "helmfile.yaml",
                "namespace: node-feature-discovery",
                "components.nfd.namespace",
                "registry default",
            ),
            (
                "helmfile.yaml",
                "/node-feature-discovery",
                "components.nfd.source",
                "registry default",
            ),
            ("helmfile.yaml", "wait: true", "", "level of dependencies"),
            ("001-cert-manager/cluster-values.yaml", "enabled", LATE, ""),
        ],
    },
    Case {
        deployer: "argocd",
        told: GIT,
        lines: &[
            (
                "002-nfd/values.yaml",
                "  enable: false",
                SWITCH,
                "overlay `kind`",
            ),
            (
                "002-nfd/application.yaml",
                "targetRevision: 0.18.3",
                VERSION,
                DEFAULT,
            ),
            (
                "002-nfd/application.yaml",
                "sync-wave",
                "",
                "writes the Application",
            ),
            (
                "app-of-apps.yaml",
                "kind: Application",
                "",
                "parent Application",
            ),
        ],
    },
    Case {
        deployer: "argocd-helm",
        told: GIT,
        lines: &[
            (
                "static/nfd.yaml",
                "  enable: false",
                SWITCH,
                "overlay `kind`",
            ),
            (
                "templates/nfd.yaml",
                "targetRevision: 0.18.3",
                VERSION,
                DEFAULT,
            ),
            (
                "templates/nfd.yaml",
                "{{- end }}",
                "",
                "template of the Application",
            ),
            ("values.yaml", "enabled", LATE, ""),
            ("values.yaml", "part:", "", "the values of its chart"),
            ("Chart.yaml", "version:", "", "makes the bundle a chart"),
        ],
    },
    Case {
        deployer: "flux",
        told: GIT,
        lines: &[
            (
                "nfd/helmrelease.yaml",
                "      enable: false",
                SWITCH,
                "overlay `kind`",
            ),
            ("nfd/helmrelease.yaml", "version: 0.18.3", VERSION, DEFAULT),
            (
                "nfd/helmrelease.yaml",
                "targetNamespace",
                "components.nfd.namespace",
                "registry default",
            ),
            (
                "nfd/helmrelease.yaml",
                "interval: 10m",
                "",
                "writes the HelmRelease",
            ),
            ("cert-manager/configmap-values.yaml", "enabled", LATE, ""),
            ("kustomization.yaml", "resources:", "", "lists every object"),
        ],
    },
];

fn catalog() -> Catalog {
    let mut session = Session::new(&RealSystem);
    let opened = open_catalog(&mut session, &CatalogRequest::default());
    opened.value.expect("the embedded catalog")
}

fn explained(catalog: &Catalog, bundle: &Path, file: &str, line: usize) -> Outcome<Explanation> {
    let mut session = Session::new(&RealSystem);
    let target = format!("{}/{file}:{line}", bundle.display());
    strata_client::explain(&mut session, catalog, &SubjectRequest::default(), &target)
}

#[test]
fn every_line_of_every_file_is_explained() {
    let folder = Folder::in_memory(&[]);
    let catalog = catalog();
    let walked = |case: &Case| -> (usize, Vec<String>) {
        let flags = "bundle -q --service kind --readiness-hooks --dynamic cert-manager:crds.enabled --dynamic cert-manager:replicaCount \
                     --set prometheus-operator-crds:enabled=false --set kube-prometheus-stack:enabled=false";
        let mut words: Vec<&str> = flags.split_whitespace().collect();
        words.extend(["-o", case.deployer, "--deployer", case.deployer]);
        words.extend(case.told);
        let made = folder.strata(&words);
        assert_eq!(made.status, 0, "{made:?}");
        let bundle = folder.at(case.deployer);
        let mut problems = Vec::new();
        let mut count = 0;
        let files = read_directory(&bundle);
        for (file, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            for line in 1..=text.lines().count() {
                count += 1;
                let outcome = explained(&catalog, &bundle, file, line);
                let is_answer = outcome.value.is_some_and(|explanation| {
                    !explanation.history.is_empty() || !explanation.derivation.is_empty()
                });
                // What was made just now is as it was made.
                if !is_answer || !outcome.findings.is_empty() {
                    problems.push(format!(
                        "{} {file}:{line}: {:?}",
                        case.deployer, outcome.findings
                    ));
                }
            }
        }
        for (file, wanted, target, author) in case.lines {
            let text = files.get(*file).unwrap_or_else(|| panic!("{file}"));
            let text = String::from_utf8_lossy(text);
            let in_part = |line: &&str| line.contains(wanted);
            let lines: Vec<usize> = (1..)
                .zip(text.lines())
                .filter(|(_, line)| in_part(line))
                .map(|(at, _)| at)
                .collect();
            let answers = lines
                .iter()
                .filter_map(|line| explained(&catalog, &bundle, file, *line).value);
            let is_right = |explanation: &Explanation| {
                let winner = explanation
                    .history
                    .first()
                    .map(|entry| entry.author.clone());
                let said = [winner.unwrap_or_default(), explanation.derivation.join(" ")].concat();
                (target.is_empty() || explanation.target == *target) && said.contains(author)
            };
            let found: Vec<Explanation> = answers.collect();
            if !found.iter().any(is_right) {
                problems.push(format!("{} {file} {wanted}: {found:?}", case.deployer));
            }
        }
        (count, problems)
    };
    let (first, second) = CASES.split_at(2);
    let mut results = std::thread::scope(|scope| {
        let other = scope.spawn(|| second.iter().map(walked).collect::<Vec<_>>());
        let mut results: Vec<_> = first.iter().map(walked).collect();
        results.extend(other.join().expect("it ends"));
        results
    });
    let problems: Vec<String> = results
        .iter_mut()
        .flat_map(|(_, problems)| problems.drain(..))
        .collect();
    let some: Vec<&String> = problems.iter().take(20).collect();
    assert!(problems.is_empty(), "{} lines: {some:#?}", problems.len());
    let lines: usize = results.iter().map(|(lines, _)| lines).sum();
    assert!(lines > 3000, "{lines} lines in all");
}

/// A recipe without criteria has no history, and its bundle is explained all the same where that is not
/// needed.
#[test]
fn lines_of_a_recipe_without_a_history_say_what_they_are() {
    let recipe = "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs: [{name: k, type: Kustomize, \
                  path: components/k, namespace: k}]\ndeploymentOrder: [k]\n";
    let folder = Folder::in_memory(&[
        ("r.yaml", recipe),
        ("d/registry.yaml", crate::folder::EMPTY_REGISTRY),
        ("d/components/k/kustomization.yaml", "resources: [a.yaml]\n"),
        (
            "d/components/k/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        ),
    ]);
    for deployer in ["argocd", "argocd-helm", "flux"] {
        let words = [
            "bundle",
            "-q",
            "-r",
            "r.yaml",
            "--data",
            "d",
            "--deployer",
            deployer,
            "-o",
            deployer,
        ];
        let made = folder.strata(&[&words[..], GIT].concat());
        assert_eq!(made.status, 0, "{made:?}");
        for (file, bytes) in read_directory(&folder.at(deployer)) {
            for line in 1..=String::from_utf8_lossy(&bytes).lines().count() {
                let target = format!("{}/{file}:{line}", folder.at(deployer).display());
                let mut session = Session::new(&RealSystem);
                let data = CatalogRequest {
                    data: vec![folder.at("d").display().to_string()],
                    ..CatalogRequest::default()
                };
                let catalog = open_catalog(&mut session, &data).value.expect("a catalog");
                let request = SubjectRequest::default();
                let outcome = strata_client::explain(&mut session, &catalog, &request, &target);
                assert!(outcome.value.is_some(), "{target}: {:?}", outcome.findings);
            }
        }
    }
}
