//! How facts are written: the kind `ImageFacts`, and its reading into what the queries use.
//!
//! ```yaml
//! apiVersion: strata.dev/v1alpha1
//! kind: ImageFacts
//! spec:
//!   evidence:
//!     dockerfile: { source: https://example.org/Dockerfile, verified: 2026-11-21 }
//!   images:
//!     example/server:
//!       programs:
//!         curl: [{ is: absent, versions: ">= 2", from: dockerfile }]
//! ```
//!
//! A later layer wins per image and field, and in fields that are keyed by a name per name; `null`
//! deletes. What stands below that is replaced as a whole, so that a value never keeps the source of
//! another.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use strata_diagnostic::{Finding, Place, nearest};
use strata_document::{Spanned, codes};

use super::fact::{Evidence, Fact, Range, Scope};
use super::facts::{
    Authentication, Deprecation, Endpoint, HealthCommand, ImageFacts, Listening, Port, Presence,
    Role, Secret, Versioning, Zone,
};
use super::tag::{Form, Word};

/// A field of a layer.
#[derive(Debug, Default)]
pub(super) enum Field<T> {
    /// Not mentioned.
    #[default]
    Absent,
    /// `null`: whatever lower layers say is deleted.
    Deleted,
    /// Stated.
    Stated(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Deleted, Self::Stated))
    }
}

/// A file of the catalog.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    pub(super) spec: Spec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Spec {
    /// Words that stand in tags instead of versions.
    pub(super) words: BTreeMap<String, Field<Word>>,
    /// Sources of this file's facts, by the name under which `from` refers to them.
    pub(super) evidence: BTreeMap<String, Evidence>,
    /// Facts by repository.
    pub(super) images: BTreeMap<String, Field<Spanned<RawImage>>>,
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Raw {
            Moving,
            Base,
        }
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Moving => Self::Moving,
            Raw::Base => Self::Base,
        })
    }
}

type List<T> = Field<Vec<Spanned<RawFact<T>>>>;
type Named<T> = Field<BTreeMap<String, List<T>>>;

/// What one file says of one image.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawImage {
    about: Field<String>,
    role: List<Role>,
    jobs: List<String>,
    zone: List<Zone>,
    versioning: List<Versioning>,
    published: List<Presence>,
    deprecated: List<Deprecation>,
    programs: Named<Presence>,
    endpoints: Named<Endpoint>,
    probe: List<HealthCommand>,
    healthcheck: List<Presence>,
    sets: List<Vec<String>>,
    ports: Named<Listening>,
    accepts: Named<Vec<String>>,
    secrets: Named<Secret>,
    authentication: List<Authentication>,
    user: List<String>,
    state: List<String>,
}

#[derive(Debug, Deserialize)]
struct RawFact<T> {
    is: T,
    versions: Option<Range>,
    variants: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    from: Spanned<String>,
    note: Option<String>,
}

/// Whether a fact must say for which tags it holds: what a release can change must.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scoping {
    Needed,
    Free,
}

/// Turns what is written into facts, with the sources of one file.
pub(super) struct Resolver<'a> {
    pub(super) evidence: &'a BTreeMap<String, Evidence>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl Resolver<'_> {
    /// Lays what a file says of an image over what is known of it.
    pub(super) fn apply(&mut self, facts: &mut ImageFacts, raw: RawImage, place: Place) {
        use Scoping::{Free, Needed};
        match raw.about {
            Field::Absent => {}
            Field::Deleted => facts.about = None,
            Field::Stated(about) => facts.about = Some(about),
        }
        self.list(&mut facts.role, raw.role, Free, "role");
        self.list(&mut facts.jobs, raw.jobs, Free, "jobs");
        self.list(&mut facts.zone, raw.zone, Free, "zone");
        self.list(&mut facts.versioning, raw.versioning, Free, "versioning");
        self.list(&mut facts.published, raw.published, Needed, "published");
        self.list(&mut facts.deprecated, raw.deprecated, Needed, "deprecated");
        self.named(&mut facts.programs, raw.programs, Needed, "programs");
        self.named(&mut facts.endpoints, raw.endpoints, Needed, "endpoints");
        self.list(&mut facts.probe, raw.probe, Needed, "probe");
        let healthcheck = &mut facts.healthcheck;
        self.list(healthcheck, raw.healthcheck, Needed, "healthcheck");
        self.list(&mut facts.sets, raw.sets, Needed, "sets");
        self.named(&mut facts.accepts, raw.accepts, Needed, "accepts");
        self.named(&mut facts.secrets, raw.secrets, Free, "secrets");
        let authentication = &mut facts.authentication;
        self.list(authentication, raw.authentication, Free, "authentication");
        self.list(&mut facts.user, raw.user, Needed, "user");
        self.list(&mut facts.state, raw.state, Needed, "state");
        let mut ports = BTreeMap::new();
        let known = std::mem::take(&mut facts.ports);
        ports.extend(
            known
                .into_iter()
                .map(|(port, facts)| (port.to_string(), facts)),
        );
        self.named(&mut ports, raw.ports, Needed, "ports");
        for (text, listening) in ports {
            match text.parse::<Port>() {
                Ok(port) => {
                    facts.ports.insert(port, listening);
                }
                Err(expected) => {
                    let message = format!("`ports`: `{text}` is not a port");
                    let finding = Finding::new(&codes::WRONG_TYPE, message);
                    let place = listening.first().map_or(place, |fact| fact.place);
                    self.findings.push(finding.at(place).help(expected));
                }
            }
        }
    }

    fn named<T>(
        &mut self,
        known: &mut BTreeMap<String, Vec<Fact<T>>>,
        field: Named<T>,
        scoping: Scoping,
        path: &str,
    ) {
        match field {
            Field::Absent => {}
            Field::Deleted => known.clear(),
            Field::Stated(entries) => {
                for (name, field) in entries {
                    let is_deleted = matches!(field, Field::Deleted);
                    let path = format!("{path}.{name}");
                    if is_deleted {
                        known.remove(&name);
                    } else {
                        self.list(known.entry(name).or_default(), field, scoping, &path);
                    }
                }
            }
        }
    }

    fn list<T>(&mut self, known: &mut Vec<Fact<T>>, field: List<T>, scoping: Scoping, path: &str) {
        match field {
            Field::Absent => {}
            Field::Deleted => known.clear(),
            Field::Stated(facts) => {
                *known = facts
                    .into_iter()
                    .filter_map(|fact| self.fact(fact, scoping, path))
                    .collect();
            }
        }
    }

    fn fact<T>(
        &mut self,
        raw: Spanned<RawFact<T>>,
        scoping: Scoping,
        path: &str,
    ) -> Option<Fact<T>> {
        let Spanned { value: raw, place } = raw;
        let scope = Scope {
            versions: raw.versions,
            variants: raw.variants,
            tags: raw.tags,
        };
        if scoping == Scoping::Needed && scope.is_everything() {
            let message = format!("a fact of `{path}` does not say for which tags it holds");
            let finding = Finding::new(&codes::MISSING_FIELD, message).at(place).help(
                "add `versions`, `variants` or `tags`; `tags: [\"*\"]` says that it holds for all",
            );
            self.findings.push(finding);
        }
        let Some(evidence) = self.evidence.get(&raw.from.value) else {
            let name = &raw.from.value;
            let message = format!("a fact of `{path}` is from `{name}`, which `evidence` lacks");
            let finding = Finding::new(&codes::WRONG_TYPE, message).at(raw.from.place);
            let near = nearest(name, self.evidence.keys().map(String::as_str));
            self.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("add `{name}` to the `evidence` of this file")),
            });
            return None;
        };
        Some(Fact {
            is: raw.is,
            scope,
            evidence: evidence.clone(),
            note: raw.note,
            place,
        })
    }
}

impl<'de> Deserialize<'de> for Versioning {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            form: Option<String>,
            parts: Option<usize>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let form = match raw.form {
            Some(form) => Form::parse(&form).map_err(serde::de::Error::custom)?,
            None => Form::COMMON,
        };
        match raw.parts {
            Some(parts @ 1..=strata_facts::MAX_COMPONENTS) => Ok(Self { form, parts }),
            None if form.is_date() => Ok(Self { form, parts: 1 }),
            Some(_) | None => Err(serde::de::Error::custom(
                "`parts` says how many numbers a full version has: expected 1 to 8",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Listening {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum When {
            Always,
            Never,
            AsSet,
        }
        #[derive(Deserialize)]
        struct Raw {
            listens: When,
            variable: Option<String>,
            default: Option<String>,
        }
        let raw = Raw::deserialize(deserializer)?;
        match (raw.listens, raw.variable, raw.default) {
            (When::Always, None, None) => Ok(Self::Always),
            (When::Never, None, None) => Ok(Self::Never),
            (When::AsSet, Some(variable), Some(default)) => Ok(Self::AsSet { variable, default }),
            _ => Err(serde::de::Error::custom(
                "`as-set` has a `variable` and the `default` of it; `always` and `never` have none",
            )),
        }
    }
}
