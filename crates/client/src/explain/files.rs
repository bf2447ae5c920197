//! Which part of strata wrote a file of a bundle, and where in it values of a component stand.
//!
//! One table per deployer. A file that a new deployer brings and that stands in none of them is said to be
//! the deployer's, without more.

use std::collections::BTreeMap;
use std::path::Path;

use strata_artifact::shell_quote;
use strata_cluster::Catalog;
use strata_diagnostic::Place;
use strata_document::{Limits, Node, digest_bytes, read};

use crate::open::CatalogRequest;
use crate::session::Session;

/// What a bundle says of itself.
pub(super) struct Bundle {
    deployer: String,
    recipe: Node,
    /// Paths that strata wrote, with the digests of their bytes.
    files: BTreeMap<String, String>,
    /// How to ask about its recipe: `strata explain` with the catalog that was named.
    command: String,
    /// It was made with another catalog than that.
    is_of_other_catalog: bool,
    /// Paths that are the user's.
    keep: Vec<String>,
}

/// What is known of a file.
pub(super) struct About {
    /// Who wrote it and why, one sentence each.
    pub(super) sentences: Vec<String>,
    /// Where values stand in it.
    pub(super) content: Content,
    /// Whose chart, version, source and namespace its lines say.
    pub(super) owner: Owner,
}

/// Where values stand in a file.
pub(super) enum Content {
    /// Below these keys of the document.
    Values {
        component: String,
        above: Vec<String>,
        /// The file is nothing but values.
        is_whole: bool,
        /// They may be edited.
        is_late: bool,
    },
    /// In a text at these keys, which is a document of its own.
    TextOfValues {
        component: String,
        above: Vec<String>,
    },
    /// Below the short names of components.
    ValuesByKey,
    /// The recipe itself.
    Recipe,
    /// Nowhere.
    Fixed,
}

/// Whose coordinates the lines of a file say.
pub(super) enum Owner {
    /// Those of one component.
    Component(String),
    /// Those of the release in whose item a line is.
    ListedAbove,
    /// Those of the components that come from an address.
    Source,
    /// Nobody's.
    Nobody,
}

impl Bundle {
    /// Reads what a bundle records; what cannot be read says nothing.
    pub(super) fn open(
        session: &Session<'_>,
        root: &Path,
        catalog: &Catalog,
        request: &CatalogRequest,
    ) -> Self {
        let limits = Limits::CATALOG_FILE;
        let document = |name: &str| {
            let bytes = session
                .system
                .read(&root.join(name), limits.bytes)
                .unwrap_or_default();
            let tree = read(&bytes, Place::NOWHERE.source, &limits).value;
            tree.unwrap_or_else(|| Node::null(Place::NOWHERE))
        };
        let record = document("bundle.yaml");
        let list = |key: &str| {
            let items = record.at(&["spec", key]).and_then(Node::as_sequence);
            items.unwrap_or_default().to_vec()
        };
        let text = |node: &Node| node.as_text().map(str::to_owned);
        Self {
            deployer: record
                .at(&["spec", "deployer"])
                .and_then(text)
                .unwrap_or_default(),
            files: list("files")
                .iter()
                .filter_map(|file| Some((text(file.get("path")?)?, text(file.get("sha256")?)?)))
                .collect(),
            command: command(root, request),
            is_of_other_catalog: record
                .at(&["spec", "catalog", "digest"])
                .and_then(text)
                .is_some_and(|digest| digest != catalog.digest.prefixed()),
            keep: list("keep").iter().filter_map(text).collect(),
            recipe: document("recipe.yaml"),
        }
    }

    /// Returns whether a file has other bytes than the bundle was made with.
    pub(super) fn is_changed(&self, path: &str, bytes: &[u8]) -> bool {
        let recorded = self.files.get(path);
        recorded.is_some_and(|recorded| *recorded != digest_bytes(bytes).to_string())
    }

    /// Returns how to ask about its recipe, without what is asked.
    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// Returns what a component needs, as the recipe says.
    pub(super) fn needs(&self, component: &str) -> Vec<String> {
        let needs = self.component(component);
        let needs = needs.and_then(|component| component.get("dependencyRefs"));
        let needs = needs.and_then(Node::as_sequence).unwrap_or_default();
        let needs = needs.iter().filter_map(Node::as_text);
        needs.map(str::to_owned).collect()
    }

    fn components(&self) -> &[Node] {
        let components = self.recipe.get("componentRefs");
        components.and_then(Node::as_sequence).unwrap_or_default()
    }

    /// Returns what the recipe says of a component.
    pub(super) fn component(&self, name: &str) -> Option<&Node> {
        let is_it = |component: &&Node| component.get("name").and_then(Node::as_text) == Some(name);
        self.components().iter().find(is_it)
    }

    /// Returns the first component whose chart comes from an address.
    pub(super) fn component_from(&self, address: &str) -> Option<String> {
        let plain = |text: &str| {
            text.trim_start_matches("oci://")
                .trim_end_matches('/')
                .to_owned()
        };
        let address = plain(address.trim_matches(['\'', '"']));
        let component = self.components().iter().find(|component| {
            let source = component.get("source").and_then(Node::as_text);
            source.is_some_and(|source| plain(source) == address)
        })?;
        component.get("name")?.as_text().map(str::to_owned)
    }

    /// Returns the component that a release is a part of.
    pub(super) fn component_of(&self, release: &str) -> String {
        let is_component = |name: &str| self.component(name).is_some();
        strata_release::component_of(release, is_component).to_owned()
    }

    /// Returns what is known of a file; nothing of one that the bundle does not record.
    pub(super) fn about(&self, path: &str) -> Option<About> {
        let is_record = ["bundle.yaml", "checksums.txt"].contains(&path);
        let is_kept = self.keep.iter().any(|kept| {
            path.strip_prefix(kept.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !is_record && !is_kept && !self.files.contains_key(path) {
            return None;
        }
        let mut about = self
            .common(path)
            .or_else(|| self.in_folder(path))
            .unwrap_or_else(|| fixed(format!("the deployer `{}` writes this file", self.deployer)));
        if is_kept {
            about
                .sentences
                .push("the file is yours: the bundle records it under `keep`".to_owned());
        }
        Some(about)
    }

    /// Files at the top of a bundle.
    fn common(&self, path: &str) -> Option<About> {
        let deployer = self.deployer.as_str();
        let sentence = match (deployer, path) {
            (_, "recipe.yaml") => {
                let command = &self.command;
                let sentence = format!(
                    "the recipe that the bundle was made from; `{command} PATH` explains all of it"
                );
                return Some(About {
                    content: Content::Recipe,
                    ..fixed(sentence)
                });
            }
            (_, "bundle.yaml") => {
                "the record of the bundle: strata writes it so that `verify`, `bundle --check` and `explain` know the deployer, the catalog, what was stated and every file"
            }
            (_, "checksums.txt") => {
                "digests of every file, for `sha256sum --check` and `strata verify`"
            }
            (_, "bom.cdx.json") => {
                "the inventory of charts and images, in CycloneDX, made of the recipe and its values"
            }
            (_, "README.md") => {
                "notes for people, made of the recipe, the deployer and what was stated for the bundle"
            }
            ("helm", "deploy.sh") => {
                "the deployer `helm` writes this script: it installs the folders in the order of the recipe's dependencies"
            }
            ("helm", "undeploy.sh") => {
                "the deployer `helm` writes this script: it removes what deploy.sh installed, in the opposite order"
            }
            ("helmfile", "helmfile.yaml") => {
                return Some(About {
                    owner: Owner::ListedAbove,
                    ..fixed(HELMFILE)
                });
            }
            ("helmfile", level) if level.starts_with("level-") => {
                return Some(About {
                    owner: Owner::ListedAbove,
                    ..fixed(HELMFILE)
                });
            }
            ("argocd", "app-of-apps.yaml") => {
                "the deployer `argocd` writes the parent Application: it applies the Applications of the folders"
            }
            (_, "argocd-cm-patch.yaml") => {
                "a patch for the configuration of Argo CD, the same in every bundle: by it a wave waits until the Applications before it are healthy"
            }
            ("argocd-helm", "values.yaml") => {
                return Some(About {
                    content: Content::ValuesByKey,
                    ..fixed(
                        "the deployer `argocd-helm` writes the values of its chart: what is given when it is installed, and under the short names of components their late values",
                    )
                });
            }
            ("argocd-helm", "values.schema.json") => {
                "the deployer `argocd-helm` writes this schema, by which Helm refuses an installation that lacks a late value or has an unknown one"
            }
            ("argocd-helm", "Chart.yaml") => {
                "the deployer `argocd-helm` makes the bundle a chart; its name and version come from `--app-name` and `--target-revision`"
            }
            ("flux", "kustomization.yaml") => {
                "the deployer `flux` lists every object of the bundle here, for the Kustomization that applies them"
            }
            ("flux", "flux-sync.yaml") => {
                "the deployer `flux` writes what is applied once: where the bundle is published, by `--repo`, and that Flux applies it"
            }
            _ => return None,
        };
        Some(fixed(sentence))
    }

    /// Files in a folder.
    fn in_folder(&self, path: &str) -> Option<About> {
        let (folder, file) = path.split_once('/')?;
        let deployer = self.deployer.as_str();
        match (deployer, folder) {
            ("argocd-helm", "static") => {
                let component = file.trim_end_matches(".yaml");
                return Some(About {
                    content: whole(component, false),
                    ..fixed(header(component))
                });
            }
            ("argocd-helm", "templates") => {
                let release = file.trim_end_matches(".yaml");
                let component = self.component_of(release);
                let sentence = match file {
                    "_bundle.tpl" => {
                        "what the templates of Applications share, the same in every bundle"
                            .to_owned()
                    }
                    _ if self.component(&component).is_none() => {
                        "the template of the parent Application, the same in every bundle"
                            .to_owned()
                    }
                    _ => format!(
                        "the deployer `argocd-helm` writes the template of the Application of `{release}`"
                    ),
                };
                return Some(About {
                    owner: Owner::Component(component),
                    ..fixed(sentence)
                });
            }
            ("flux", "sources") => {
                let sentence = "the deployer `flux` writes a source for each address that charts come from, and one for the bundle itself";
                return Some(About {
                    owner: Owner::Source,
                    ..fixed(sentence)
                });
            }
            ("flux", "namespaces") => {
                return Some(fixed(
                    "the deployer `flux` lets the Kustomization of the bundle own this namespace, which a manifest of a component states or a kustomization needs",
                ));
            }
            _ => {}
        }
        let release = match deployer {
            "flux" => folder,
            _ => folder.split_once('-')?.1,
        };
        Some(self.of_release(release, file))
    }

    /// Files in the folder of a release.
    fn of_release(&self, release: &str, file: &str) -> About {
        let component = self.component_of(release);
        let deployer = &self.deployer;
        let owned = |sentence: String| About {
            owner: Owner::Component(component.clone()),
            ..fixed(sentence)
        };
        match file {
            "values.yaml" => About {
                content: whole(&component, false),
                ..fixed(header(release))
            },
            "cluster-values.yaml" => About {
                content: Content::Values {
                    component: component.clone(),
                    above: Vec::new(),
                    is_whole: false,
                    is_late: true,
                },
                ..fixed(format!(
                    "values of `{release}` that are given when it is installed: `--dynamic` puts them here, and they are yours to edit"
                ))
            },
            "configmap-values.yaml" => About {
                content: Content::TextOfValues {
                    component: component.clone(),
                    above: ["data", "values.yaml"].map(str::to_owned).to_vec(),
                },
                ..fixed(format!(
                    "the deployer `{deployer}` writes this ConfigMap: values of `{release}` that `--dynamic` leaves to the cluster"
                ))
            },
            "helmrelease.yaml" => About {
                content: below_keys(&component, &["spec", "values"]),
                ..owned(format!(
                    "the deployer `{deployer}` writes the HelmRelease of `{release}`: chart, namespace, dependencies and values come from the recipe"
                ))
            },
            "application.yaml" => About {
                content: below_keys(&component, &["spec", "source", "helm", "valuesObject"]),
                ..owned(format!(
                    "the deployer `{deployer}` writes the Application of `{release}`; its wave is the level of the release among its dependencies"
                ))
            },
            "upstream.env" => owned(format!(
                "where the chart of `{release}` comes from; install.sh reads it"
            )),
            "install.sh" => owned(format!(
                "the deployer `{deployer}` writes this script, which installs `{release}` alone"
            )),
            "namespace.yaml" => fixed(format!(
                "the namespace of `{release}`, which a manifest of `{component}` states: it must be there before the release"
            )),
            "Chart.yaml" => fixed(format!(
                "strata makes a chart of the manifests of `{release}`, so that Helm installs them like any other"
            )),
            "values.schema.json" => fixed(format!(
                "by this schema Helm refuses `{release}` while a late value of `{component}` is missing"
            )),
            "artifactgenerator.yaml" => fixed(format!(
                "the deployer `{deployer}` lets Flux make a chart of this folder, since the bundle is published in a registry"
            )),
            "flux-kustomization.yaml" => owned(format!(
                "the deployer `{deployer}` applies `{release}` by a Kustomization of its own, so that others can wait for it"
            )),
            "gitrepository.yaml" | "ocirepository.yaml" => owned(format!(
                "the deployer `{deployer}` writes the source of the kustomization `{release}`"
            )),
            "kustomization.yaml" | "default-namespace.yaml" => fixed(format!(
                "the deployer `{deployer}` lists what kustomize reads of `{release}`, and the namespace for what states none"
            )),
            _ if file.starts_with("late-values/") => fixed(format!(
                "a chart that is nothing but a check: by it Helm refuses `{release}` while a late value is missing"
            )),
            _ if file.starts_with("kustomization/") => fixed(format!(
                "a file of the kustomization of `{component}`, as it lies in the catalog"
            )),
            _ if file.starts_with("templates/") => self.of_manifest(release, &component, file),
            _ => fixed(format!(
                "the deployer `{deployer}` writes this file for `{release}`"
            )),
        }
    }

    /// A manifest in a chart of the bundle's own.
    fn of_manifest(&self, release: &str, component: &str, file: &str) -> About {
        let name = file.trim_start_matches("templates/");
        if release.ends_with("-readiness") && release != component {
            return fixed(format!(
                "the gate of `{component}`: a Job that ends when its health check holds; `--readiness-hooks` adds it"
            ));
        }
        let of_component = self.component(component);
        let stated = ["manifestFiles", "preManifestFiles"]
            .iter()
            .flat_map(|field| {
                let files = of_component.and_then(|component| component.get(field));
                files.and_then(Node::as_sequence).unwrap_or_default()
            });
        let mut stated = stated.filter_map(Node::as_text);
        let sentence = match stated.find(|path| path.rsplit('/').next() == Some(name)) {
            Some(path) => format!(
                "made of the manifest `{path}` of the catalog, with the values of `{component}` in it"
            ),
            None => format!(
                "strata writes this object for `{component}`: its namespace, what a kustomization was built to, or what the cluster demands"
            ),
        };
        let mut about = fixed(sentence);
        about.sentences.push(format!(
            "`{} {component}` says which overlay adds the manifest{}",
            self.command,
            if self.is_of_other_catalog {
                ", with the --catalog and --data that the bundle was made with"
            } else {
                ""
            }
        ));
        about.owner = Owner::Component(component.to_owned());
        about
    }
}

/// Returns the command that explains the recipe of a bundle with the catalog that was named.
fn command(root: &Path, request: &CatalogRequest) -> String {
    let mut words = vec!["strata explain".to_owned()];
    if let Some(directory) = &request.catalog {
        words.push(format!("--catalog {}", shell_quote(directory)));
    }
    for directory in &request.data {
        words.push(format!("--data {}", shell_quote(directory)));
    }
    let recipe = root.join("recipe.yaml");
    let recipe = recipe.to_string_lossy();
    let recipe = recipe.strip_prefix("./").unwrap_or(&recipe);
    words.push(format!("--recipe {}", shell_quote(recipe)));
    words.join(" ")
}

fn fixed(sentence: impl Into<String>) -> About {
    About {
        sentences: vec![sentence.into()],
        content: Content::Fixed,
        owner: Owner::Nobody,
    }
}

fn header(release: &str) -> String {
    format!("strata writes the values of `{release}` here; this line is none of them")
}

fn whole(component: &str, is_late: bool) -> Content {
    Content::Values {
        component: component.to_owned(),
        above: Vec::new(),
        is_whole: true,
        is_late,
    }
}

fn below_keys(component: &str, keys: &[&str]) -> Content {
    Content::Values {
        component: component.to_owned(),
        above: keys.iter().map(|key| (*key).to_owned()).collect(),
        is_whole: false,
        is_late: false,
    }
}

const HELMFILE: &str = "the deployer `helmfile` writes the releases of each level of dependencies, with their charts, namespaces and value files";
