//! Which programs there are, at which versions.
//!
//! Data only: a new version is one changed line here, and the folder then brings it anew. The order
//! is the order of building, so a program stands after what it needs.

use anyhow::bail;

use super::recipe::{GoProgram, Recipe};

#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The version as its own project writes it; for Debian's packages the distribution decides.
    pub(super) version: &'static str,
    pub(super) recipe: Recipe,
    /// Files and folders that the recipe leaves in the folder.
    pub(super) outputs: &'static [&'static str],
    /// Programs that the recipe runs, or without which this one is of no use.
    pub(super) needs: &'static [&'static str],
}

const KUBERNETES: &str = "v1.34.4";

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "helm3",
        version: "v3.22.0",
        // As in Helm's own release build. Without them Helm 3 believes in Kubernetes 1.20, and
        // `kubeVersion` in a chart's manifest refuses to render without a cluster.
        recipe: Recipe::GoInstall {
            package: "helm.sh/helm/v3/cmd/helm",
            variables: &[
                "helm.sh/helm/v3/internal/version.version=v3.22.0",
                "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1",
                "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=37",
                "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1",
                "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=37",
            ],
        },
        outputs: &["helm3"],
        needs: &[],
    },
    Program {
        name: "helm4",
        version: "v4.3.1",
        recipe: Recipe::GoInstall {
            package: "helm.sh/helm/v4/cmd/helm",
            variables: &["helm.sh/helm/v4/internal/version.version=v4.3.1"],
        },
        outputs: &["helm4"],
        needs: &[],
    },
    Program {
        name: "registry",
        version: "v3.1.2",
        recipe: Recipe::GoInstall {
            package: "github.com/distribution/distribution/v3/cmd/registry",
            variables: &["github.com/distribution/distribution/v3/version.version=v3.1.2"],
        },
        outputs: &["registry"],
        needs: &[],
    },
    Program {
        name: "kubeconform",
        version: "v0.8.0",
        recipe: Recipe::GoInstall {
            package: "github.com/yannh/kubeconform/cmd/kubeconform",
            variables: &["main.version=v0.8.0"],
        },
        outputs: &["kubeconform"],
        needs: &[],
    },
    Program {
        name: "kustomize",
        // Later versions want Go 1.27.
        version: "v5.8.1",
        recipe: Recipe::GoInstall {
            package: "sigs.k8s.io/kustomize/kustomize/v5",
            variables: &[],
        },
        outputs: &["kustomize"],
        needs: &[],
    },
    Program {
        name: "kwok-stages",
        version: KWOK,
        recipe: Recipe::KustomizeBuild {
            module: "sigs.k8s.io/kwok",
            folder: "kustomize/stage/fast",
        },
        outputs: &["kwok-stages.yaml"],
        needs: &["kustomize"],
    },
    Program {
        name: "kwok",
        version: KWOK,
        recipe: Recipe::GoInstall {
            package: "sigs.k8s.io/kwok/cmd/kwok",
            variables: &[],
        },
        outputs: &["kwok"],
        needs: &["kwok-stages"],
    },
    Program {
        name: "etcd",
        version: "v3.6.16",
        recipe: Recipe::GoBuild {
            module: "go.etcd.io/etcd/server/v3",
            package: "go.etcd.io/etcd/server/v3",
            language: "1.26.0",
            replace: &[],
            variables: &[],
            links: &[],
        },
        outputs: &["etcd"],
        needs: &[],
    },
    kubernetes(
        "kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        &["kube-apiserver"],
    ),
    kubernetes(
        "kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        &["kube-controller-manager"],
    ),
    kubernetes(
        "kube-scheduler",
        "k8s.io/kubernetes/cmd/kube-scheduler",
        &["kube-scheduler"],
    ),
    kubernetes("kubectl", "k8s.io/kubernetes/cmd/kubectl", &["kubectl"]),
    Program {
        name: "helmfile",
        version: "v1.8.0",
        recipe: Recipe::GoBuild {
            module: "github.com/helmfile/helmfile",
            package: "github.com/helmfile/helmfile",
            language: "1.26.6",
            replace: &[
                ("v0.35.4", &["k8s.io/api", "k8s.io/client-go"]),
                ("v0.36.0", &["k8s.io/apimachinery"]),
            ],
            variables: &["go.szostok.io/version.version=1.8.0"],
            links: &[],
        },
        outputs: &["helmfile"],
        needs: &[],
    },
    Program {
        name: "cargo-fuzz",
        version: "0.13.2",
        recipe: Recipe::CargoInstall {
            package: "cargo-fuzz",
        },
        outputs: &["cargo-fuzz"],
        needs: &[],
    },
    // Minutes each, which is why `cargo xtask book` and `policy` also do something without them.
    Program {
        name: "mdbook",
        version: "0.5.4",
        recipe: Recipe::CargoInstallBare { package: "mdbook" },
        outputs: &["mdbook"],
        needs: &[],
    },
    Program {
        name: "cargo-deny",
        version: "0.20.2",
        recipe: Recipe::CargoInstall {
            package: "cargo-deny",
        },
        outputs: &["cargo-deny"],
        needs: &[],
    },
    Program {
        name: "docker-compose",
        version: "v2.40.3",
        recipe: Recipe::GoBuild {
            module: "github.com/docker/compose/v2",
            package: "github.com/docker/compose/v2/cmd",
            language: "1.24.9",
            replace: &[],
            variables: &["github.com/docker/compose/v2/internal.Version=v2.40.3"],
            links: &[],
        },
        outputs: &["docker-compose"],
        needs: &[],
    },
    Program {
        name: "container-engine",
        version: "Debian's",
        recipe: Recipe::DebianUnpacked {
            packages: &[
                "docker.io",
                "containerd",
                "runc",
                // Names of services and published ports are rules of the packet filter.
                "iptables",
                "libip4tc2",
                "libip6tc2",
                "libmnl0",
                "libnetfilter-conntrack3",
                "libnfnetlink0",
                "libnftnl11",
                "libxtables12",
            ],
        },
        outputs: &["container-engine"],
        needs: &[],
    },
    Program {
        name: "container-roots",
        version: "Debian's",
        recipe: Recipe::DebianRoots {
            roots: &[
                ("nginx", &["nginx-light", "busybox-static"]),
                ("postgres", &["postgresql-15", "busybox-static"]),
                ("prometheus", &["prometheus", "busybox-static"]),
                ("redis", &["redis-server", "busybox-static"]),
            ],
        },
        outputs: &["container-roots"],
        needs: &[],
    },
    Program {
        name: "redis",
        version: "Debian's",
        recipe: Recipe::DebianUnpacked {
            packages: &[
                "redis-server",
                "redis-tools",
                "libatomic1",
                "libjemalloc2",
                "liblzf1",
            ],
        },
        outputs: &["redis"],
        needs: &[],
    },
    Program {
        name: "argocd",
        // The newest whose every module a proxy serves; charts in registries want 3.1 or later.
        version: "v3.2.11",
        recipe: Recipe::GoBuild {
            module: "github.com/argoproj/argo-cd/v3",
            package: "github.com/argoproj/argo-cd/v3/cmd",
            language: "1.25.5",
            replace: &[
                ("v1.5.4", &["github.com/golang/protobuf"]),
                ("v1.16.0", &["github.com/grpc-ecosystem/grpc-gateway"]),
                ("v0.35.0", &["golang.org/x/tools"]),
                ("v2.4.0", &["gopkg.in/yaml.v2"]),
                ("v3.0.1", &["gopkg.in/yaml.v3"]),
                ("v0.34.0", KUBERNETES_STAGING),
            ],
            variables: &["github.com/argoproj/argo-cd/v3/common.version=3.2.11"],
            // What each is depends on the name that it is started by.
            links: &["argocd-application-controller", "argocd-repo-server"],
        },
        outputs: &[
            "argocd",
            "argocd-application-controller",
            "argocd-repo-server",
        ],
        needs: &["helm3", "kustomize", "redis"],
    },
    Program {
        name: "oras",
        version: "v1.3.3",
        recipe: Recipe::GoBuild {
            module: "oras.land/oras",
            package: "oras.land/oras/cmd/oras",
            language: "1.25.0",
            replace: &[],
            variables: &["oras.land/oras/internal/version.Version=1.3.3"],
            links: &[],
        },
        outputs: &["oras"],
        needs: &[],
    },
    Program {
        name: "flux",
        version: "v2.9",
        // Each at the newest of that release whose every module a proxy serves; the controllers
        // alone, since the command line embeds files that its module lacks.
        recipe: Recipe::GoBuildTogether {
            programs: &[
                GoProgram {
                    name: "source-controller",
                    module: "github.com/fluxcd/source-controller",
                    version: "v1.9.3",
                    package: "github.com/fluxcd/source-controller",
                },
                GoProgram {
                    name: "source-watcher",
                    module: "github.com/fluxcd/source-watcher/v2",
                    version: "v2.2.2",
                    package: "github.com/fluxcd/source-watcher/v2/cmd",
                },
                GoProgram {
                    name: "kustomize-controller",
                    module: "github.com/fluxcd/kustomize-controller",
                    version: "v1.9.5",
                    package: "github.com/fluxcd/kustomize-controller",
                },
                GoProgram {
                    name: "helm-controller",
                    module: "github.com/fluxcd/helm-controller",
                    version: "v1.6.4",
                    package: "github.com/fluxcd/helm-controller",
                },
            ],
            language: "1.26.0",
            replace: &[
                (
                    "v1.0.1-0.20231025023718-d50d2fec9c98",
                    &["github.com/opencontainers/go-digest"],
                ),
                (
                    "v0.21.1",
                    &["sigs.k8s.io/kustomize/api", "sigs.k8s.io/kustomize/kyaml"],
                ),
            ],
        },
        outputs: &[
            "source-controller",
            "source-watcher",
            "kustomize-controller",
            "helm-controller",
        ],
        needs: &[],
    },
    debian("shellcheck"),
    debian("valgrind"),
    Program {
        name: "pyyaml",
        version: "6.0.3",
        recipe: Recipe::PythonEnvironment {
            package: "PyYAML",
            environment: "python-environment",
            starter: "python3",
        },
        // `python3` in the folder starts the environment's interpreter, so that a script's
        // `#!/usr/bin/env python3` has the package as soon as the folder leads the search path.
        outputs: &["python-environment", "python3"],
        needs: &[],
    },
    // It brings the official schemas of CycloneDX.
    Program {
        name: "cyclonedx",
        version: "11.12.0",
        recipe: Recipe::PythonEnvironment {
            package: "cyclonedx-python-lib[json-validation]",
            environment: "cyclonedx-environment",
            starter: "python3-cyclonedx",
        },
        outputs: &["cyclonedx-environment", "python3-cyclonedx"],
        needs: &[],
    },
    // It brings the Compose schema.
    Program {
        name: "check-jsonschema",
        version: "0.39.0",
        recipe: Recipe::PythonProgram {
            package: "check-jsonschema",
            module: "check_jsonschema",
        },
        outputs: &["check-jsonschema", "check-jsonschema-environment"],
        needs: &[],
    },
    Program {
        name: "compose-lint",
        version: "0.36.2",
        recipe: Recipe::PythonProgram {
            package: "compose-lint",
            module: "compose_lint",
        },
        outputs: &["compose-lint", "compose-lint-environment"],
        needs: &[],
    },
    // It wants Node 20.19 or later, which Debian 12 has not.
    Program {
        name: "dclint",
        version: "3.1.0",
        recipe: Recipe::NodeProgram {
            package: "dclint",
            script: "bin/dclint.cjs",
        },
        outputs: &["dclint", "dclint-environment"],
        needs: &[],
    },
    Program {
        name: "pre-commit",
        version: "4.7.0",
        recipe: Recipe::PythonProgram {
            package: "pre-commit",
            module: "pre_commit",
        },
        outputs: &["pre-commit", "pre-commit-environment"],
        needs: &[],
    },
    // Schemas of what reports are written in, from packages that carry them.
    Program {
        name: "sarif-schema",
        version: "1.0.0-beta.0",
        recipe: Recipe::NodeFile {
            package: "@microsoft/jest-sarif",
            file: "lib/schemas/sarif-2.1.0-rtm.5.json",
            output: "sarif-2.1.0.json",
        },
        outputs: &["sarif-2.1.0.json"],
        needs: &[],
    },
    Program {
        name: "ctrf-schema",
        version: "0.3.0",
        recipe: Recipe::NodeFile {
            package: "ctrf",
            file: "dist/ctrf-schema-0.0.json",
            output: "ctrf.json",
        },
        outputs: &["ctrf.json"],
        needs: &[],
    },
];

const KWOK: &str = "v0.8.0";

/// Kubernetes is one module whose staging modules are folders of its own repository, which no
/// module proxy serves; each is also published by itself.
const fn kubernetes(
    name: &'static str,
    package: &'static str,
    outputs: &'static [&'static str],
) -> Program {
    Program {
        name,
        version: KUBERNETES,
        recipe: Recipe::GoBuild {
            module: "k8s.io/kubernetes",
            package,
            language: "1.24.0",
            replace: &[("v0.34.4", KUBERNETES_STAGING)],
            variables: &[
                "k8s.io/component-base/version.gitVersion=v1.34.4",
                "k8s.io/component-base/version.gitMajor=1",
                "k8s.io/component-base/version.gitMinor=34",
            ],
            links: &[],
        },
        outputs,
        needs: &[],
    }
}

const fn debian(name: &'static str) -> Program {
    Program {
        name,
        version: "Debian's",
        recipe: Recipe::DebianPackage {
            package: name,
            program: name,
        },
        outputs: &[],
        needs: &[],
    }
}

const KUBERNETES_STAGING: &[&str] = &[
    "k8s.io/api",
    "k8s.io/apiextensions-apiserver",
    "k8s.io/apimachinery",
    "k8s.io/apiserver",
    "k8s.io/cli-runtime",
    "k8s.io/client-go",
    "k8s.io/cloud-provider",
    "k8s.io/cluster-bootstrap",
    "k8s.io/code-generator",
    "k8s.io/component-base",
    "k8s.io/component-helpers",
    "k8s.io/controller-manager",
    "k8s.io/cri-api",
    "k8s.io/cri-client",
    "k8s.io/csi-translation-lib",
    "k8s.io/dynamic-resource-allocation",
    "k8s.io/endpointslice",
    "k8s.io/externaljwt",
    "k8s.io/kms",
    "k8s.io/kube-aggregator",
    "k8s.io/kube-controller-manager",
    "k8s.io/kube-proxy",
    "k8s.io/kube-scheduler",
    "k8s.io/kubectl",
    "k8s.io/kubelet",
    "k8s.io/metrics",
    "k8s.io/mount-utils",
    "k8s.io/pod-security-admission",
    "k8s.io/sample-apiserver",
    "k8s.io/sample-cli-plugin",
    "k8s.io/sample-controller",
];

/// Picks the named programs and what they need, in the table's order; all of them without a name.
pub(super) fn select<'t>(
    table: &'t [Program],
    names: &[String],
) -> anyhow::Result<Vec<&'t Program>> {
    if names.is_empty() {
        return Ok(table.iter().collect());
    }
    let mut wanted: Vec<&str> = Vec::new();
    let mut pending: Vec<&str> = names.iter().map(String::as_str).collect();
    while let Some(name) = pending.pop() {
        let Some(program) = table.iter().find(|program| program.name == name) else {
            let known: Vec<&str> = table.iter().map(|program| program.name).collect();
            bail!(
                "no program is named `{name}`; there are: {}",
                known.join(", ")
            );
        };
        if !wanted.contains(&name) {
            wanted.push(name);
            pending.extend(program.needs);
        }
    }
    Ok(table
        .iter()
        .filter(|program| wanted.contains(&program.name))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(names: &[&str]) -> anyhow::Result<Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Ok(select(PROGRAMS, &names)?
            .iter()
            .map(|program| program.name)
            .collect())
    }

    #[test]
    fn a_named_program_brings_what_it_needs_first() {
        assert_eq!(
            selected(&["kwok"]).unwrap(),
            ["kustomize", "kwok-stages", "kwok"]
        );
        assert_eq!(selected(&["kwok", "helm3", "kwok"]).unwrap().len(), 4);
        assert_eq!(selected(&[]).unwrap().len(), PROGRAMS.len());
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let message = selected(&["helm5"]).unwrap_err().to_string();
        assert!(
            message.contains("`helm5`") && message.contains("helm3, helm4"),
            "{message}"
        );
    }

    #[test]
    fn names_and_outputs_are_unique_and_needs_stand_before() {
        for (index, program) in PROGRAMS.iter().enumerate() {
            let earlier = &PROGRAMS[..index];
            assert!(
                earlier.iter().all(|other| other.name != program.name),
                "{}",
                program.name
            );
            for output in program.outputs {
                assert!(
                    earlier.iter().all(|other| !other.outputs.contains(output)),
                    "{output}"
                );
            }
            for need in program.needs {
                assert!(earlier.iter().any(|other| other.name == *need), "{need}");
            }
        }
    }

    #[test]
    fn every_staging_module_of_kubernetes_is_listed() {
        assert_eq!(KUBERNETES_STAGING.len(), 31);
    }
}
