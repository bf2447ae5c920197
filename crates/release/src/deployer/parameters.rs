//! What may be stated for a deployer: where its bundle will be published, and what its objects are
//! called.
//!
//! Every one is text with a place. Which deployer takes which is in the table of deployers; one that
//! is stated for another is an error, because it would have no effect.

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Place};
use strata_document::Spanned;

use super::codes;
use super::{ALL, Deployer};
use crate::name::{is_dns_label, is_dns_subdomain};

/// One thing that may be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parameter {
    /// Where the bundle will be published.
    Repository,
    /// Directory of the bundle in that repository.
    RepositoryPath,
    /// Branch, tag or version that is read there.
    Revision,
    /// Name of the parent application, or of the chart of applications.
    AppName,
    /// What the names of applications begin with.
    NamePrefix,
    /// Cluster that applications are deployed to.
    DestinationServer,
    /// Argo CD project of the applications.
    Project,
    /// Whether what an application deployed is removed with it.
    CascadeDelete,
    /// Namespace of Flux.
    FluxNamespace,
    /// Name of the `OCIRepository` that Flux reads the bundle from.
    FluxSource,
}

impl Parameter {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Repository,
        Self::RepositoryPath,
        Self::Revision,
        Self::AppName,
        Self::NamePrefix,
        Self::DestinationServer,
        Self::Project,
        Self::CascadeDelete,
        Self::FluxNamespace,
        Self::FluxSource,
    ];

    /// Returns its name: a flag, or a key of `--set deployer:KEY=VALUE`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repository => "repo",
            Self::RepositoryPath => "repo-path",
            Self::Revision => "target-revision",
            Self::AppName => "app-name",
            Self::NamePrefix => "namePrefix",
            Self::DestinationServer => "destinationServer",
            Self::Project => "project",
            Self::CascadeDelete => "cascadeDelete",
            Self::FluxNamespace => "flux-namespace",
            Self::FluxSource => "flux-oci-source-name",
        }
    }

    /// Returns whether it is stated as `--set deployer:KEY=VALUE`.
    pub const fn is_reserved_key(self) -> bool {
        match self {
            Self::NamePrefix | Self::DestinationServer | Self::Project | Self::CascadeDelete => {
                true
            }
            Self::Repository
            | Self::RepositoryPath
            | Self::Revision
            | Self::AppName
            | Self::FluxNamespace
            | Self::FluxSource => false,
        }
    }

    /// Returns how it is stated on the command line.
    pub fn flag(self) -> String {
        if self.is_reserved_key() {
            format!("--set deployer:{}", self.name())
        } else {
            format!("--{}", self.name())
        }
    }

    /// Returns what is wrong with a text for it, as far as the text alone shows.
    fn problem(self, text: &str) -> Option<&'static str> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        match self {
            Self::Repository => repository_problem(text),
            Self::RepositoryPath => (text != "."
                && strata_artifact::ArtifactPath::new(text).is_err())
            .then_some("write a path inside the repository, such as `clusters/prod`"),
            Self::Revision => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/+-".contains(c);
                let fits = text.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && text.chars().all(is_plain)
                    && !text.contains("..");
                (!fits).then_some("write a branch, a tag or a version, such as `main` or `v1.2.0`")
            }
            Self::AppName => (!is_dns_subdomain(text) || text.len() > 53)
                .then_some("use lower-case letters, digits, dots and inner dashes, at most 53"),
            Self::NamePrefix => (!text.starts_with(is_word)
                || !text.chars().all(|c| is_word(c) || c == '-'))
            .then_some("begin with a lower-case letter or a digit; then also dashes"),
            Self::DestinationServer => {
                let host = text.strip_prefix("https://").unwrap_or_default();
                let has_host = !host.is_empty() && !host.starts_with([':', '/']);
                let is_safe = !text
                    .contains(|c: char| "'\"@".contains(c) || c.is_whitespace() || c.is_control());
                (!has_host || !is_safe)
                    .then_some("write the address of an API server: `https://HOST[:PORT]`")
            }
            Self::Project => (!is_dns_subdomain(text))
                .then_some("use lower-case letters, digits, dots and inner dashes"),
            Self::CascadeDelete => {
                (!matches!(text, "true" | "false")).then_some("write `true` or `false`")
            }
            Self::FluxNamespace | Self::FluxSource => (!is_dns_label(text))
                .then_some("use lower-case letters, digits and inner dashes, at most 63"),
        }
    }
}

/// An address that a tool of delivery may be given. Which forms it takes is the tool's affair.
fn repository_problem(text: &str) -> Option<&'static str> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "'\"`\\{}".contains(c)) {
        return Some("remove spaces, quotes, braces and control characters");
    }
    if text.is_empty() || text.starts_with('-') {
        return Some(
            "write the address of a repository, such as `https://git.example.com/ops/clusters.git`",
        );
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        // As git writes it: `git@host:path`.
        let is_short = text
            .split_once(':')
            .is_some_and(|(host, path)| !host.is_empty() && !path.is_empty());
        return (!is_short)
            .then_some("write a scheme: `https://`, `ssh://`, `oci://` or `file://`");
    };
    let known = ["https", "http", "ssh", "git", "oci", "file"];
    if !known.contains(&scheme) {
        return Some("use `https://`, `http://`, `ssh://`, `git://`, `oci://` or `file://`");
    }
    let host = rest.split('/').next().unwrap_or_default();
    if scheme != "file" && (host.is_empty() || host.starts_with(['-', ':'])) {
        return Some("name the host of the repository");
    }
    // Whoever reads the bundle would read the password.
    if scheme != "ssh" && host.contains('@') {
        return Some("leave the credentials out: the tool that reads the repository has its own");
    }
    None
}

/// What was stated.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    stated: BTreeMap<Parameter, Spanned<String>>,
}

impl Parameters {
    /// States one; the last statement of several counts.
    pub fn state(&mut self, parameter: Parameter, text: impl Into<String>, place: Place) {
        let value = text.into();
        self.stated.insert(parameter, Spanned { value, place });
    }

    /// Returns what was stated.
    pub fn get(&self, parameter: Parameter) -> Option<&str> {
        let stated = self.stated.get(&parameter)?;
        Some(stated.value.as_str())
    }

    /// Returns where it was stated.
    pub fn place(&self, parameter: Parameter) -> Place {
        let stated = self.stated.get(&parameter);
        stated.map_or(Place::NOWHERE, |stated| stated.place)
    }

    /// Returns everything that was stated.
    pub fn iter(&self) -> impl Iterator<Item = (Parameter, &str)> {
        let stated = self.stated.iter();
        stated.map(|(parameter, text)| (*parameter, text.value.as_str()))
    }

    /// Says what was stated and does not fit.
    pub(super) fn check(&self, deployer: &Deployer) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (parameter, text) in &self.stated {
            let finding =
                |message: String| Finding::new(&codes::BAD_PARAMETER, message).at(text.place);
            if !deployer.takes.contains(parameter) {
                let message = format!(
                    "`{}` has no effect on a bundle for `{}`",
                    parameter.flag(),
                    deployer.name
                );
                let takers: Vec<String> = (ALL.iter())
                    .filter(|other| other.takes.contains(parameter))
                    .map(|other| format!("`{}`", other.name))
                    .collect();
                let help = format!(
                    "leave it out; deployers that take it: {}",
                    takers.join(", ")
                );
                findings.push(finding(message).help(help));
            } else if let Some(help) = parameter.problem(&text.value) {
                let message = format!("`{}` does not fit {}", text.value, parameter.flag());
                findings.push(finding(message).help(help));
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_that_mean_one_thing_are_taken() {
        let long = "a".repeat(54);
        for (parameter, good, bad) in [
            (
                Parameter::Repository,
                &[
                    "https://git.example.com/ops/clusters.git",
                    "git@github.com:ops/clusters.git",
                    "ssh://git@github.com/ops/clusters.git",
                    "oci://registry.example.com:5000/ops",
                    "file:///srv/git/clusters",
                ][..],
                &[
                    "",
                    "-x",
                    "clusters",
                    "https://",
                    "https://user:secret@git.example.com/x",
                    "https://a b",
                    "https://x/{{.}}",
                    "javascript://x",
                    "https://x'\n",
                ][..],
            ),
            (
                Parameter::RepositoryPath,
                &[".", "clusters/prod"],
                &["", "../x", "/x", "a/./b"],
            ),
            (
                Parameter::Revision,
                &["main", "v1.2.0", "release/1.2"],
                &["", "-x", "a..b", "a b", "x{{y"],
            ),
            (
                Parameter::AppName,
                &["nvidia-stack"],
                &["", "A", "a b", long.as_str()],
            ),
            (
                Parameter::NamePrefix,
                &["team-a-", "3x"],
                &["", "-a", "A", "a.b"],
            ),
            (
                Parameter::DestinationServer,
                &["https://kubernetes.default.svc", "https://10.0.0.1:6443"],
                &[
                    "",
                    "http://x",
                    "https://",
                    "https://:6443",
                    "https://a@b",
                    "https://a'b",
                ],
            ),
            (Parameter::Project, &["default", "a.b"], &["", "A", "a_b"]),
            (
                Parameter::CascadeDelete,
                &["true", "false"],
                &["", "yes", "True"],
            ),
            (
                Parameter::FluxNamespace,
                &["flux-system"],
                &["", "a.b", "A"],
            ),
            (Parameter::FluxSource, &["bundle"], &["", "A b"]),
        ] {
            for text in good {
                assert_eq!(parameter.problem(text), None, "{parameter:?} {text:?}");
            }
            for text in bad {
                assert!(parameter.problem(text).is_some(), "{parameter:?} {text:?}");
            }
        }
    }
}
