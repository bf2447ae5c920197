//! One service of a composition.

use std::sync::Arc;

use strata_diagnostic::Place;
use strata_document::Node;

use super::{Port, Text};
use crate::shell;

/// A service: one kind of container.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: Arc<str>,
    /// Place of the name.
    pub place: Place,
    /// `services.NAME`.
    pub path: String,
    /// Image to run.
    pub image: Option<Text>,
    /// How the image is built.
    pub build: Option<Build>,
    /// Name of the container, if one is stated.
    pub container_name: Option<Text>,
    /// Profiles; a service without one is always started.
    pub profiles: Vec<Text>,
    /// Published ports.
    pub ports: Vec<Port>,
    /// Ports that other services reach, as stated.
    pub expose: Vec<Text>,
    /// Volumes and directories of the host.
    pub mounts: Vec<Mount>,
    /// What it waits for.
    pub depends_on: Vec<Dependency>,
    /// Networks it is attached to, as stated; none stated means the default network.
    pub networks: Vec<Attachment>,
    /// `network_mode`.
    pub network_mode: Option<Text>,
    /// Environment variables, later ones of one name left out.
    pub environment: Vec<Setting>,
    /// Files of environment variables.
    pub env_files: Vec<EnvFile>,
    /// What is run instead of the image's own command.
    pub command: Option<Command>,
    /// What is run instead of the image's own entry point.
    pub entrypoint: Option<Command>,
    /// How its health is checked, as stated.
    pub healthcheck: Option<Healthcheck>,
    /// `restart`.
    pub restart: Option<Text>,
    /// What it may use at most.
    pub limits: Limits,
    /// All fields, merged.
    pub node: Node,
}

/// An environment variable of a container.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Name.
    pub name: Arc<str>,
    /// Value; absent where that of the shell is handed through.
    pub value: Option<Text>,
    /// Where.
    pub place: Place,
    /// Path: `services.web.environment.NAME`.
    pub path: String,
}

/// A file of environment variables.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// Path as written.
    pub file: Text,
    /// Whether the composition is refused where it does not exist.
    pub is_required: bool,
}

/// How an image is built.
#[derive(Clone, Debug)]
pub struct Build {
    /// Directory or remote address.
    pub context: Option<Text>,
    /// Dockerfile, relative to the context.
    pub dockerfile: Option<Text>,
    /// The Dockerfile itself.
    pub inline: Option<Text>,
    /// Stage.
    pub target: Option<Text>,
    /// Where.
    pub place: Place,
    /// Path: `services.web.build`.
    pub path: String,
}

/// Where the files of a mount are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A directory or file of the host.
    Bind,
    /// A volume.
    Volume,
    /// Memory.
    Tmpfs,
    /// A named pipe, an image, something of a cluster.
    Other,
}

/// One mount.
#[derive(Clone, Debug)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// Path of the host or name of a volume; absent for a volume without a name and for memory.
    pub source: Option<Text>,
    /// Path in the container.
    pub target: String,
    /// Whether the container cannot write.
    pub is_read_only: bool,
    /// What stands behind the second colon of the short form; of the long form how it propagates.
    pub options: Vec<String>,
    /// Whether the engine makes a directory where the source of a bind is missing.
    pub creates_source: bool,
    /// Where.
    pub place: Place,
    /// Path: `services.web.volumes[0]`.
    pub path: String,
}

/// What a service waits for in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// `service_started`, the default.
    Started,
    /// `service_healthy`.
    Healthy,
    /// `service_completed_successfully`.
    Completed,
}

/// One dependency.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Name of the other service.
    pub service: Arc<str>,
    /// What is waited for.
    pub condition: Condition,
    /// Whether the condition is stated.
    pub is_stated: bool,
    /// Whether it is an error if the other is not there.
    pub is_required: bool,
    /// Place of the name.
    pub place: Place,
    /// Path: `services.web.depends_on.db`.
    pub path: String,
}

/// A network that a service is attached to.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Key in `networks`.
    pub network: Arc<str>,
    /// Names it answers to besides its own.
    pub aliases: Vec<Text>,
    /// Where.
    pub place: Place,
    /// Path: `services.web.networks.front`.
    pub path: String,
}

/// A command line.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its words; one text where `is_shell`.
    pub words: Vec<Text>,
    /// Whether it is one text, which is split like a shell splits it.
    pub is_shell: bool,
    /// Where.
    pub place: Place,
    /// Path: `services.web.command`.
    pub path: String,
}

/// How health is checked.
#[derive(Clone, Debug)]
pub struct Healthcheck {
    /// What is run.
    pub probe: Probe,
    /// Time between two checks.
    pub interval: Option<Text>,
    /// Time that one check may take.
    pub timeout: Option<Text>,
    /// Failures in a row after which the container is unhealthy.
    pub retries: Option<Text>,
    /// Time in which failures do not count.
    pub start_period: Option<Text>,
    /// Place of the key.
    pub place: Place,
    /// Path: `services.web.healthcheck`.
    pub path: String,
}

/// What a health check runs.
#[derive(Clone, Debug)]
pub enum Probe {
    /// `disable: true` or `["NONE"]`.
    Disabled,
    /// That of the image: only times are stated.
    Inherited,
    /// `["CMD", …]`: a program and its arguments.
    Exec(Vec<Text>),
    /// `["CMD-SHELL", "…"]` or one text: a line for the shell.
    Shell(Text),
}

/// What a container may use at most.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// `mem_limit` or `deploy.resources.limits.memory`.
    pub memory: Option<Text>,
    /// `cpus`, `cpu_quota` or `deploy.resources.limits.cpus`.
    pub cpus: Option<Text>,
    /// `pids_limit` or `deploy.resources.limits.pids`.
    pub pids: Option<Text>,
}

impl Service {
    /// Returns how many containers of it are started: `scale`, or else `deploy.replicas`; 1 where
    /// nothing or no number is stated.
    pub fn containers(&self) -> u64 {
        let stated = [&["scale"][..], &["deploy", "replicas"]].into_iter();
        let mut stated = stated.filter_map(|path| self.node.at(path));
        let stated = stated.find_map(|node| node.as_text()?.parse().ok());
        stated.unwrap_or(1)
    }

    /// Returns whether the service is started when some profiles are asked for.
    pub fn is_in(&self, profiles: &[&str]) -> bool {
        self.profiles.is_empty()
            || self
                .profiles
                .iter()
                .any(|profile| profiles.contains(&&*profile.value))
    }

    /// Returns the ports that are published on the host itself: none where the container shares the
    /// network of something else.
    pub fn publications(&self) -> impl Iterator<Item = &Port> {
        let has_own_network = self.network_mode.is_none();
        self.ports
            .iter()
            .filter(move |port| has_own_network && port.published.is_some())
    }

    /// Returns an environment variable.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.environment.iter().find(|one| &*one.name == name)
    }

    /// Returns whether a field says yes, in one of the words of YAML 1.1.
    pub fn flag(&self, field: &str) -> bool {
        let text = self.node.get(field).and_then(Node::as_text);
        text.and_then(|text| strata_document::boolean(text, true)) == Some(true)
    }

    /// Returns the health check if it runs something that is stated.
    pub fn probe(&self) -> Option<(&Healthcheck, &Probe)> {
        let check = self.healthcheck.as_ref()?;
        matches!(check.probe, Probe::Exec(_) | Probe::Shell(_)).then_some((check, &check.probe))
    }
}

impl Command {
    /// Returns the words as the engine gets them: one text is split like a shell splits it. None
    /// where its quotes are never closed.
    pub fn split(&self) -> Vec<String> {
        match self.words.as_slice() {
            [line] if self.is_shell => shell::words(&line.value).unwrap_or_default(),
            words => words.iter().map(|word| word.value.to_string()).collect(),
        }
    }

    /// Returns the words with single spaces between them.
    pub fn joined(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| &*word.value).collect();
        words.join(" ")
    }
}
