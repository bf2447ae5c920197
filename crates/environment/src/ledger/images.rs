//! Which images are in use, under which tags, by whom.

use std::collections::BTreeMap;

use serde::Serialize;
use strata_diagnostic::Secrets;

use super::ports::profiles;
use super::table::{Table, list};
use super::variants::{Variant, variants};
use crate::images::ImageReference;
use crate::model::{Service, Workspace};

/// Every image of a repository.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageLedger {
    /// Repositories by their normal names.
    pub repositories: Vec<RepositoryUse>,
    /// Images that are built and have no name.
    pub built: Vec<BuiltImage>,
    /// Services whose image nobody knows before they are started: the text as written.
    pub unknown: Vec<BuiltImage>,
}

/// One repository of images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryUse {
    /// Normal name, such as `redis` or `quay.io/keycloak/keycloak`.
    pub repository: String,
    /// Its references, by tag and digest.
    pub references: Vec<ImageUse>,
}

/// One reference to an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageUse {
    /// Tag; absent where none is stated, which means `latest` unless there is a digest.
    pub tag: Option<String>,
    /// Digest.
    pub digest: Option<String>,
    /// Services that use it.
    pub used_by: Vec<User>,
}

/// A service that uses an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// First file of the composition; of a variant that differs from it all files, joined by ` + `.
    pub composition: String,
    /// Service.
    pub service: String,
    /// Profiles that start it; empty where it is always started.
    pub profiles: Vec<String>,
    /// Whether the composition builds the image under this name.
    pub is_built: bool,
}

/// An image without a name that could be put down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuiltImage {
    /// First file of the composition; of a variant that differs from it all files, joined by ` + `.
    pub composition: String,
    /// Service.
    pub service: String,
    /// What it is made from, or the text that is no image yet: a directory, `${IMAGE:?}`.
    pub from: String,
}

type References = BTreeMap<(Option<String>, Option<String>), Vec<User>>;

impl ImageLedger {
    /// Puts down the images of all compositions.
    pub fn new(workspace: &Workspace) -> Self {
        let mut repositories: BTreeMap<String, References> = BTreeMap::new();
        let mut ledger = Self::default();
        for variant in variants(workspace) {
            for service in &variant.stack.services {
                let base = variant.in_base(service);
                if base.is_some_and(|(_, base)| facts(base) == facts(service)) {
                    continue;
                }
                let Some(image) = &service.image else {
                    if let Some(build) = &service.build {
                        let context = build.context.as_ref();
                        let from = context.map_or(".", |context| context.written());
                        ledger.built.push(nameless(&variant, service, from));
                    }
                    continue;
                };
                let reference = ImageReference::parse(&image.value);
                let Some(reference) = reference.ok().filter(|_| image.is_known) else {
                    ledger
                        .unknown
                        .push(nameless(&variant, service, image.written()));
                    continue;
                };
                let tag = reference.tag().map(str::to_owned);
                let digest = reference.digest().map(str::to_owned);
                let references = repositories.entry(reference.repository().to_owned());
                let users = references.or_default().entry((tag, digest)).or_default();
                users.push(User {
                    composition: variant.name(),
                    service: service.name.to_string(),
                    profiles: profiles(service),
                    is_built: service.build.is_some(),
                });
            }
        }
        let repositories = repositories.into_iter();
        ledger.repositories = repositories
            .map(|(repository, references)| RepositoryUse {
                repository,
                references: uses(references),
            })
            .collect();
        ledger.built.sort();
        ledger.unknown.sort();
        ledger
    }

    /// Takes secrets out of all that is put down.
    pub fn conceal(&mut self, secrets: &Secrets) {
        for repository in &mut self.repositories {
            secrets.conceal_in(&mut repository.repository);
            for reference in &mut repository.references {
                for text in reference.tag.iter_mut().chain(&mut reference.digest) {
                    secrets.conceal_in(text);
                }
                for user in &mut reference.used_by {
                    secrets.conceal_in(&mut user.composition);
                    secrets.conceal_in(&mut user.service);
                    for profile in &mut user.profiles {
                        secrets.conceal_in(profile);
                    }
                }
            }
        }
        for image in self.built.iter_mut().chain(&mut self.unknown) {
            secrets.conceal_in(&mut image.composition);
            secrets.conceal_in(&mut image.service);
            secrets.conceal_in(&mut image.from);
        }
    }

    /// Returns how many different references there are.
    pub fn reference_count(&self) -> usize {
        let of = |repository: &RepositoryUse| repository.references.len();
        self.repositories.iter().map(of).sum()
    }

    /// Returns one row per reference.
    pub fn table(&self) -> Table {
        let mut table = Table::new(["repository", "tag", "digest", "services", "used by"]);
        for repository in &self.repositories {
            for reference in &repository.references {
                let digest = reference.digest.as_deref().unwrap_or_default();
                let digest = digest.strip_prefix("sha256:").unwrap_or(digest);
                let users: Vec<String> = reference.used_by.iter().map(User::shown).collect();
                table.row([
                    repository.repository.clone(),
                    reference.tag.clone().unwrap_or_default(),
                    digest.chars().take(12).collect(),
                    users.len().to_string(),
                    list(users.iter().map(String::as_str)),
                ]);
            }
        }
        let kinds = [("(built)", &self.built), ("(unknown)", &self.unknown)];
        for (kind, images) in kinds {
            for image in images {
                table.row([
                    format!("{kind} {}", image.from),
                    String::new(),
                    String::new(),
                    "1".to_owned(),
                    format!("{}:{}", image.composition, image.service),
                ]);
            }
        }
        table
    }
}

impl User {
    fn shown(&self) -> String {
        format!("{}:{}", self.composition, self.service)
    }
}

fn uses(references: References) -> Vec<ImageUse> {
    let of = |((tag, digest), mut used_by): (_, Vec<User>)| {
        used_by.sort();
        ImageUse {
            tag,
            digest,
            used_by,
        }
    };
    references.into_iter().map(of).collect()
}

/// What is put down of a service.
fn facts(service: &Service) -> impl PartialEq {
    let image = service.image.as_ref();
    let build = service.build.as_ref();
    let context = build.map(|build| {
        build
            .context
            .as_ref()
            .map(|context| context.written().to_owned())
    });
    (
        image.map(|image| {
            (
                image.value.clone(),
                image.is_known,
                image.written().to_owned(),
            )
        }),
        context,
        profiles(service),
    )
}

fn nameless(variant: &Variant<'_>, service: &Service, from: &str) -> BuiltImage {
    BuiltImage {
        composition: variant.name(),
        service: service.name.to_string(),
        from: from.to_owned(),
    }
}
