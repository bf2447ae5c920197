//! What can be known of an image: the fields of the catalog and what they mean.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::fact::Fact;
use super::tag::Form;

/// What an image is for, by what its command does on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It serves until it is stopped.
    LongRunning,
    /// It does something once and exits.
    Init,
    /// People and scripts run commands in it.
    Toolbox,
}

impl Role {
    /// Returns the word by which catalogs name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LongRunning => "long-running",
            Self::Init => "init",
            Self::Toolbox => "toolbox",
        }
    }
}

/// The trust zone to which a service of an image belongs unless somebody says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// Takes requests from outside.
    Edge,
    /// Serves other services and people behind the edge.
    Service,
    /// Keeps data or secrets.
    Data,
}

impl Zone {
    /// Returns the word by which catalogs name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Service => "service",
            Self::Data => "data",
        }
    }
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
}

/// How the tags of an image are formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioning {
    /// Where the version stands in a tag.
    pub form: Form,
    /// How many numbers the version of a single release has. A time is always full.
    pub parts: usize,
}

/// Where an image answers HTTP requests for a path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// Ports inside the container.
    pub ports: Vec<u16>,
    /// Variables without which it does not answer, and their values.
    #[serde(default)]
    pub needs: BTreeMap<String, String>,
    /// Variables that move it elsewhere when they are set.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// A command that says inside the container whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "RawHealthCommand")]
pub struct HealthCommand {
    /// Program and arguments. `{NAME:word}` is the value of a variable, and the word where it is not set.
    pub runs: Vec<String>,
    /// Variables without which it does not pass, and patterns of their values.
    pub needs: BTreeMap<String, String>,
    /// What changes how the image is asked, so that the command may not pass: variables, and the beginnings
    /// of options (`--port`).
    pub unless: Vec<String>,
}

/// A list is a command that passes whatever is set.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawHealthCommand {
    Plain(Vec<String>),
    Conditional {
        runs: Vec<String>,
        #[serde(default)]
        needs: BTreeMap<String, String>,
        #[serde(default)]
        unless: Vec<String>,
    },
}

impl From<RawHealthCommand> for HealthCommand {
    fn from(raw: RawHealthCommand) -> Self {
        let (runs, needs, unless) = match raw {
            RawHealthCommand::Plain(runs) => (runs, BTreeMap::new(), Vec::new()),
            RawHealthCommand::Conditional {
                runs,
                needs,
                unless,
            } => (runs, needs, unless),
        };
        Self {
            runs,
            needs,
            unless,
        }
    }
}

/// Whether anything listens on a port, to be reached from outside of the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Always.
    Always,
    /// Never.
    Never,
    /// As a variable says: a list `ADDRESS:PORT OPTION…, …`, or `off`.
    AsSet {
        /// The variable.
        variable: String,
        /// The list where the variable is not set.
        default: String,
    },
}

/// A variable that holds a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// The variable that names a file with the secret instead.
    pub file: Option<String>,
}

/// How an image lets clients in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Authentication {
    /// Without any setting.
    pub default: Access,
    /// Arguments of the command that ask for credentials by a value that follows them.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Arguments that ask for them without a value.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Variables that ask for credentials when they are set.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Patterns of arguments that name a file of settings, which may ask for credentials.
    #[serde(default)]
    pub files: Vec<String>,
    /// Variables that let everybody in whatever else is said, and the values that do.
    #[serde(default)]
    pub opens: BTreeMap<String, Vec<String>>,
}

/// Whether clients need credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// They do not.
    Open,
    /// They do.
    Closed,
    /// It does not start until somebody decides.
    Refused,
}

impl Access {
    /// Returns the word by which catalogs name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Refused => "refused",
        }
    }
}

/// Why an image should no longer be used.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Deprecation {
    /// What happened, as a sentence.
    pub says: String,
    /// What to use instead.
    pub instead: Option<String>,
    /// Whether it can no longer be pulled, so that only who has it can use it.
    #[serde(default)]
    pub withdrawn: bool,
}

/// A port and its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// 1 to 65535.
    pub number: u16,
    /// Whether it is UDP; TCP otherwise.
    pub is_udp: bool,
}

impl FromStr for Port {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "write a number from 1 to 65535, and `/udp` after it where it is not TCP";
        let (number, is_udp) = match text.strip_suffix("/udp") {
            Some(number) => (number, true),
            None => (text, false),
        };
        match number.parse() {
            Ok(number) if number > 0 => Ok(Self { number, is_udp }),
            Ok(_) | Err(_) => Err(expected),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        if self.is_udp {
            f.write_str("/udp")?;
        }
        Ok(())
    }
}

/// Everything that is known of one image. Every field may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageFacts {
    /// What it is, in a few words.
    pub about: Option<String>,
    /// What it is for.
    pub role: Vec<Fact<Role>>,
    /// Patterns of commands with which it does something once and exits.
    pub jobs: Vec<Fact<String>>,
    /// Where it belongs.
    pub zone: Vec<Fact<Zone>>,
    /// How its tags are formed.
    pub versioning: Vec<Fact<Versioning>>,
    /// Tags that were never published.
    pub published: Vec<Fact<Presence>>,
    /// Why it should no longer be used.
    pub deprecated: Vec<Fact<Deprecation>>,
    /// Programs on its path, by name.
    pub programs: BTreeMap<String, Vec<Fact<Presence>>>,
    /// Where it answers HTTP requests, by pattern of paths.
    pub endpoints: BTreeMap<String, Vec<Fact<Endpoint>>>,
    /// A command that says inside the container whether it is well.
    pub probe: Vec<Fact<HealthCommand>>,
    /// Whether the image brings a health check of its own, which the engine runs unless told
    /// otherwise.
    pub healthcheck: Vec<Fact<Presence>>,
    /// Variables that the image sets for whatever runs in it.
    pub sets: Vec<Fact<Vec<String>>>,
    /// Ports on which it listens or does not.
    pub ports: BTreeMap<Port, Vec<Fact<Listening>>>,
    /// The only values that it takes, by variable.
    pub accepts: BTreeMap<String, Vec<Fact<Vec<String>>>>,
    /// Variables that hold secrets.
    pub secrets: BTreeMap<String, Vec<Fact<Secret>>>,
    /// How clients are let in.
    pub authentication: Vec<Fact<Authentication>>,
    /// As whom its command runs: a name or a number.
    pub user: Vec<Fact<String>>,
    /// Directories in which it keeps what must survive it.
    pub state: Vec<Fact<String>>,
}
