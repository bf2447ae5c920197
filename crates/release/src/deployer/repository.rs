//! Where a bundle is read from once it is published, and the names that repositories get.

use std::collections::BTreeMap;

use strata_artifact::shell_quote;
use strata_diagnostic::Finding;
use strata_document::digest_bytes;

use super::codes;
use super::{Parameter, Settings};

/// What stands where no repository was stated; nobody has it.
const PLACEHOLDER: &str = "https://github.com/YOUR-ORG/YOUR-REPO.git";

/// Branch that is read where none was stated.
const REVISION: &str = "main";

/// Longest name of an object that is used as a label.
const LONGEST: usize = 63;

/// Where a bundle is published.
pub(super) struct Repository<'a> {
    /// Address.
    pub(super) url: &'a str,
    /// Branch, tag or version.
    pub(super) revision: &'a str,
    /// Directory of the bundle in it; `.` is its root.
    pub(super) path: &'a str,
}

impl<'a> Repository<'a> {
    /// Returns what was stated, or what stands for it.
    pub(super) fn of(settings: &'a Settings) -> Self {
        let stated = |parameter| settings.parameters.get(parameter);
        Self {
            url: stated(Parameter::Repository).unwrap_or(PLACEHOLDER),
            revision: stated(Parameter::Revision).unwrap_or(REVISION),
            path: stated(Parameter::RepositoryPath).unwrap_or("."),
        }
    }

    /// Returns whether it is a registry rather than a Git repository.
    pub(super) fn is_oci(&self) -> bool {
        self.url.starts_with("oci://")
    }

    /// Returns where in it the bundle lies, for a README.
    pub(super) fn place(&self) -> String {
        match self.path {
            "." => "its root".to_owned(),
            path => format!("the directory `{path}`"),
        }
    }

    /// Returns what a README says where no repository was stated, and names the files that have one;
    /// empty otherwise.
    pub(super) fn about_placeholder(&self, files: &str) -> String {
        if self.url != PLACEHOLDER {
            return String::new();
        }
        format!(
            "**No repository was stated.** `{PLACEHOLDER}` stands in {files}.\n\
             Make the bundle again with `--repo`, or replace it in every file.\n\n"
        )
    }

    /// Returns a path in the repository, from one in the bundle.
    pub(super) fn inside(&self, path: &str) -> String {
        match self.path {
            "." => path.to_owned(),
            directory => format!("{directory}/{path}"),
        }
    }
}

/// Tells a person to publish a directory in a Git repository. Only where the directory has the place
/// already that the objects name is this a command.
pub(super) fn publish_in_git(directory: &str, repository: &Repository<'_>) -> String {
    let directory = directory.trim_end_matches('/');
    if directory == repository.path {
        let directory = shell_quote(directory);
        return format!(
            "git add {directory} && git commit --message 'Deploy the bundle' && git push"
        );
    }
    let place = match repository.path {
        "." => "the root".to_owned(),
        path => format!("the directory {path}"),
    };
    let Repository { url, revision, .. } = repository;
    format!("commit and push what is in {directory} as {place} of {url}, revision {revision}")
}

/// Refuses to print a repository that does not exist.
pub(super) fn check_placeholder(settings: &Settings) -> Option<Finding> {
    let stated = settings.parameters.get(Parameter::Repository);
    let is_placeholder = |url: &str| {
        let url = url.to_uppercase().replace('_', "-");
        url.contains("YOUR-ORG") || url.contains("YOUR-REPO")
    };
    if settings.allows_placeholder || stated.is_some_and(|url| !is_placeholder(url)) {
        return None;
    }
    let finding = match stated {
        Some(url) => {
            let message = format!("`{url}` is a placeholder, and nothing can be read from there");
            let place = settings.parameters.place(Parameter::Repository);
            Finding::new(&codes::PLACEHOLDER, message).at(place)
        }
        None => {
            let message = "where the bundle will be published is not stated";
            Finding::new(&codes::PLACEHOLDER, message)
        }
    };
    Some(
        finding
            .help("state it: `--repo https://git.example.com/ops/clusters.git`")
            .help("`--allow-placeholder` prints one that must be replaced before use"),
    )
}

/// Returns a name for each address, such as `charts-example-com`. Addresses that would share one
/// get the beginning of their digest as well, so that a name does not depend on what else is there
/// unless it must.
pub(super) fn names<'a>(urls: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    for url in urls {
        if !names.contains_key(url) {
            let name = slug(url);
            *users.entry(name.clone()).or_default() += 1;
            names.insert(url, name);
        }
    }
    for (url, name) in &mut names {
        if users[name.as_str()] > 1 {
            let digest: String = (digest_bytes(url.as_bytes()).to_string().chars())
                .take(8)
                .collect();
            name.truncate(LONGEST - 9);
            *name = format!("{}-{digest}", name.trim_end_matches('-'));
        }
    }
    names
}

/// Returns an address as a name: lower-case letters, digits and single dashes.
fn slug(url: &str) -> String {
    let url = url.to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    let mut name = String::new();
    for c in rest.chars() {
        let is_plain = c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if is_plain {
            name.push(c);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let mut name = name.trim_matches('-').to_owned();
    name.truncate(LONGEST);
    match name.trim_end_matches('-') {
        "" => "source".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_is_a_command_where_the_directory_is_in_its_place() {
        let of = |path| Repository {
            url: "https://git.example.com/x.git",
            revision: "main",
            path,
        };
        let said = publish_in_git("clusters/one/", &of("clusters/one"));
        assert!(said.starts_with("git add clusters/one && "), "{said}");
        assert_eq!(
            publish_in_git("bundle", &of(".")),
            "commit and push what is in bundle as the root of https://git.example.com/x.git, \
             revision main"
        );
    }

    #[test]
    fn addresses_become_names() {
        for (url, expected) in [
            ("https://charts.jetstack.io", "charts-jetstack-io"),
            ("oci://ghcr.io/nvidia/", "ghcr-io-nvidia"),
            (
                "https://github.com/YOUR_ORG/YOUR-REPO.git",
                "github-com-your-org-your-repo",
            ),
            ("git@github.com:ops/x.git", "git-github-com-ops-x"),
            ("https://../", "source"),
        ] {
            assert_eq!(slug(url), expected, "{url}");
        }
        assert!(slug(&format!("https://{}", "a/".repeat(99))).len() <= LONGEST);
    }

    #[test]
    fn no_two_addresses_share_a_name() {
        let urls = ["https://a.b", "https://a-b", "oci://a.b/", "https://c.d"];
        let names = names(urls.into_iter().chain(urls));
        assert_eq!(names.len(), 4);
        assert_eq!(names["https://c.d"], "c-d");
        let distinct: std::collections::BTreeSet<&String> = names.values().collect();
        assert_eq!(distinct.len(), 4, "{names:?}");
        assert!(names.values().all(|name| crate::is_dns_subdomain(name)));
    }
}
