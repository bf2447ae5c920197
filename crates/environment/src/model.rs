//! Compositions as the rules see them: one form whatever syntax was used, and the place of
//! everything.
//!
//! What is here was read from the merged tree of a composition ([`crate::compose`] makes it). The
//! tree stays beside it, for fields that too few rules need to be named here.

mod needs;
mod networks;
mod notes;
mod ports;
mod service;
mod subnet;
mod swarm;

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_diagnostic::{Place, SourceId};
use strata_document::Node;

use crate::variables::Variables;
use crate::variables::dotenv::DotEnv;

pub use needs::Need;
pub use networks::{DEFAULT_NETWORK, Membership};
pub use notes::{Notes, Spot};
pub(crate) use ports::addresses_overlap;
pub use ports::{Port, PortRange, Protocol};
pub use service::{
    Attachment, Build, Command, Condition, Dependency, EnvFile, Healthcheck, Limits, Mount,
    MountKind, Probe, Service, Setting,
};
pub use subnet::Subnet;

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text, its variables replaced.
    pub value: Arc<str>,
    /// As written, where it names variables.
    pub template: Option<Arc<str>>,
    /// Whether the value is known before the composition is started: not where a variable must be
    /// given and is not, and not where the text is no template.
    pub is_known: bool,
    /// Where it is written.
    pub place: Place,
    /// Path in the composition: `services.web.image`.
    pub path: String,
}

impl Text {
    /// Returns the text as written, variables and all.
    pub fn written(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.value)
    }
}

/// One composition: what one `docker compose up` starts.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The files laid over one another, the first decides the directory. Paths from the root of the
    /// repository.
    pub files: Vec<String>,
    /// Directory to which relative paths belong.
    pub directory: String,
    /// What the name of the first file says about what is started, without words for environments
    /// and machines; mostly empty.
    pub subject: String,
    /// The source of the first file, for findings about the whole.
    pub source: SourceId,
    /// Name of the project.
    pub project: Project,
    /// Services in the order of the file.
    pub services: Vec<Service>,
    /// Networks that are declared.
    pub networks: Vec<Resource>,
    /// Volumes that are declared.
    pub volumes: Vec<Resource>,
    /// Secrets that are declared.
    pub secrets: Vec<Resource>,
    /// Configs that are declared.
    pub configs: Vec<Resource>,
    /// What `.env` of the directory sets.
    pub variables: Variables,
    /// The merged tree.
    pub root: Node,
    /// What is known about the tree beyond its nodes.
    pub notes: Notes,
}

/// The name of a project, which prefixes containers, volumes and networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The name.
    pub name: String,
    /// Where it is stated; absent where it is the name of the directory.
    pub stated: Option<Place>,
}

/// A network, a volume, a secret or a config.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Key in its section.
    pub key: Arc<str>,
    /// Place of the key.
    pub place: Place,
    /// Path: `volumes.data`.
    pub path: String,
    /// The name it has outside of the composition, if one is stated.
    pub name: Option<Text>,
    /// Whether something else makes it.
    pub is_external: bool,
    /// Its fields.
    pub node: Node,
}

impl Resource {
    /// Returns the name that the engine knows it by in a project.
    pub fn engine_name(&self, project: &str) -> String {
        match &self.name {
            Some(name) => name.value.to_string(),
            None if self.is_external => self.key.to_string(),
            None => format!("{project}_{}", self.key),
        }
    }
}

impl Stack {
    /// Returns the file that the composition is known by.
    pub fn file(&self) -> &str {
        self.files.first().map_or("", String::as_str)
    }

    /// Returns a service.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| &*service.name == name)
    }

    /// Returns whether both can run at the same time: they can unless they are variants.
    pub fn can_run_beside(&self, other: &Self) -> bool {
        !self.is_variant_of(other)
    }

    /// Returns whether both are variants of one composition, of which one is started at a time. They
    /// are where one file is named for both; and where they are one project and take in one file, or
    /// are files of one directory whose names tell nothing but environments or machines apart. What
    /// different projects extend or include is in each of them.
    pub fn is_variant_of(&self, other: &Self) -> bool {
        let share = |own: &[String], its: &[String]| own.iter().any(|file| its.contains(file));
        let are_alternatives =
            || self.directory == other.directory && self.subject == other.subject;
        let is_one_project = self.project.name == other.project.name;
        share(&self.files, &other.files)
            || is_one_project
                && (share(&self.notes.files, &other.notes.files) || are_alternatives())
    }

    /// Returns whether both lay files over the same one.
    pub fn has_base_of(&self, other: &Self) -> bool {
        self.files.first() == other.files.first()
    }

    /// Returns the directory to which the paths in a source are relative.
    pub fn base_of(&self, source: SourceId) -> &str {
        self.notes
            .bases
            .get(&source)
            .map_or(&self.directory, String::as_str)
    }

    /// Returns whether the value of a text is certain: known, and made of no variable that is to
    /// come from the shell.
    pub fn is_settled(&self, text: &Text) -> bool {
        let uses = &self.notes.uses;
        let first = uses.partition_point(|one| one.place < text.place);
        let mut here = uses[first..]
            .iter()
            .take_while(|one| one.place == text.place);
        text.is_known && !here.any(|one| one.operator.is_none() && !one.is_given)
    }

    /// Returns a scalar of the tree as a text.
    pub fn text(&self, node: &Node, path: impl Into<String>) -> Option<Text> {
        text(&self.notes, node, path)
    }
}

/// Returns a scalar as a text; nothing for null, lists and mappings.
pub(crate) fn text(notes: &Notes, node: &Node, path: impl Into<String>) -> Option<Text> {
    let scalar = node.as_scalar()?;
    if node.is_null() {
        return None;
    }
    let spot = (node.place.source, node.place.start);
    Some(Text {
        value: Arc::clone(&scalar.text),
        template: notes.raw.get(&spot).cloned(),
        is_known: !notes.unknown.contains(&spot),
        place: node.place,
        path: path.into(),
    })
}

/// A file of assignments that shows which variables a repository wants: `.env.example`.
#[derive(Clone, Debug)]
pub struct EnvTemplate {
    /// Path from the root of the repository.
    pub path: String,
    /// Its source.
    pub source: SourceId,
    /// Its assignments.
    pub content: DotEnv,
}

/// Everything that was found in a repository.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The compositions, by their first file.
    pub stacks: Vec<Stack>,
    /// Templates of `.env` files.
    pub templates: Vec<EnvTemplate>,
    /// Other files that compositions refer to and that were read, by path.
    pub texts: BTreeMap<String, (SourceId, Arc<str>)>,
}
