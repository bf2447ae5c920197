//! Components that are kustomizations: where they are read from, and what of the catalog they need.
//!
//! One with a source lies in a repository of somebody else, and must say which revision of it. One
//! without lies in the catalog; its files become a part of the bundle, together with the directories
//! that it refers to. Nothing is built here.

use std::collections::BTreeSet;

use strata_artifact::ArtifactPath;
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::Node;
use strata_release::{Kustomization, KustomizationOrigin};

use crate::catalog::Catalog;
use crate::codes;
use crate::recipe::ComponentRef;

/// Names of the file that kustomize reads first.
const LISTS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Fields of it that name files and directories.
const REFERENCES: [&str; 3] = ["resources", "components", "bases"];
/// Forms of the address of a source. Git knows more, some of which run programs.
const SCHEMES: [&str; 5] = ["https://", "http://", "ssh://", "file://", "oci://"];

/// Returns the kustomization that a component is.
///
/// # Errors
///
/// `CLU-35` where it cannot be taken into a bundle; `CLU-53`, a warning, for a revision that can move.
pub(crate) fn kustomization(catalog: &Catalog, component: &ComponentRef) -> Outcome<Kustomization> {
    if component.source.is_empty() {
        local(catalog, component)
    } else {
        remote(component)
    }
}

fn refused(message: String, place: Place, help: &str) -> Finding {
    Finding::new(&codes::KUSTOMIZE, message)
        .at(place)
        .help(help)
}

fn remote(component: &ComponentRef) -> Outcome<Kustomization> {
    let name = &*component.name;
    let mut findings = Vec::new();
    let url = component.source.value.trim_end_matches('/');
    if !is_address(url) {
        let message = format!("nothing can be read from `{url}`, the source of `{name}`");
        let help = "use `https://`, `ssh://` or `oci://`, without credentials";
        findings.push(refused(message, component.source.place, help));
    }
    let path = component.path.value.trim_start_matches("./");
    let path = if path.is_empty() { "." } else { path };
    if path != "." && !(is_plain(path) && ArtifactPath::new(path).is_ok()) {
        let message = format!("`{path}` is no directory of a repository");
        let help = "write a path inside the repository, such as `config/default`";
        findings.push(refused(message, component.path.place, help));
    }
    let revision = component.tag.value.as_str();
    if revision.is_empty() {
        let message = format!("`{name}` does not say which revision of its source is meant");
        let help = "state `tag`: a commit, or a tag";
        findings.push(refused(message, component.source.place, help));
    } else if !is_plain(revision) || revision.starts_with('-') || revision.contains("..") {
        let message = format!("`{revision}` is no revision");
        let help = "state a commit, or a tag";
        findings.push(refused(message, component.tag.place, help));
    } else if !KustomizationOrigin::is_pinned(revision) {
        let message = format!("`{name}` follows `{revision}`, which can be moved");
        let finding = Finding::new(&codes::MOVING_REVISION, message).at(component.tag.place);
        findings.push(finding.help("state the commit that it means today"));
    }
    if findings.iter().any(Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    let origin = KustomizationOrigin::Repository {
        url: url.to_owned(),
        revision: revision.to_owned(),
    };
    Outcome::with(
        Kustomization {
            origin,
            path: path.to_owned(),
            built: Vec::new(),
        },
        findings,
    )
}

/// Letters, digits, and what stands between them in paths and revisions.
fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/+-:@".contains(c);
    text.chars().all(is_plain)
}

/// Whether a text is an address of one of the forms that are taken. What a query or a fragment says
/// would mean something else to each program that reads the address.
fn is_address(text: &str) -> bool {
    let has_scheme = SCHEMES.iter().any(|scheme| {
        let rest = text.strip_prefix(scheme).unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let names_user = authority.contains('@') && *scheme != "ssh://";
        !rest.is_empty() && !rest.starts_with('-') && !names_user
    });
    let is_short = text.strip_prefix("git@").is_some_and(|rest| {
        rest.split_once(':')
            .is_some_and(|(host, path)| !host.is_empty() && !path.is_empty())
    });
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/+-:@~".contains(c);
    (has_scheme || is_short) && text.chars().all(is_plain)
}

/// Reads the kustomization below the catalog's root, with every directory that it refers to.
fn local(catalog: &Catalog, component: &ComponentRef) -> Outcome<Kustomization> {
    let place = component.path.place;
    let stated = component.path.value.trim_end_matches('/');
    let root = stated.strip_prefix("./").unwrap_or(stated);
    if ArtifactPath::new(root).is_err() {
        let message = format!("`{stated}` is no directory of the catalog");
        let help =
            "name a directory below the catalog's root, without `..` and without a leading `/`";
        return Outcome::fail(refused(message, place, help));
    }
    let mut findings = Vec::new();
    let mut seen = BTreeSet::from([root.to_owned()]);
    let mut open = vec![(root.to_owned(), place)];
    let mut files: BTreeSet<&str> = BTreeSet::new();
    while let Some((directory, referrer)) = open.pop() {
        let below = format!("{directory}/");
        let known = catalog.files().map(|(path, _)| path);
        files.extend(known.filter(|path| path.starts_with(&below)));
        let list = LISTS
            .iter()
            .find_map(|name| catalog.file(&format!("{below}{name}")));
        let Some(list) = list else {
            let message = format!("the catalog has no `{below}kustomization.yaml`");
            let help = "add it, lay a directory that has it over the catalog with `--data`, or correct the path";
            findings.push(refused(message, referrer, help));
            continue;
        };
        let Some(tree) = list.tree().take(&mut findings) else {
            continue;
        };
        for reference in references(&tree) {
            match inside(&directory, reference.as_text().unwrap_or_default()) {
                Some(path) if catalog.file(&path).is_some() => {
                    if let Some((path, _)) = catalog.files().find(|(known, _)| *known == path) {
                        files.insert(path);
                    }
                }
                Some(path) if has_directory(catalog, &path) => {
                    if seen.insert(path.clone()) {
                        open.push((path, reference.place));
                    }
                }
                _ => {
                    let message = format!(
                        "`{}` of a kustomization is not in the catalog",
                        reference.as_text().unwrap_or_default()
                    );
                    let help = "put what it names into the catalog; for a kustomization of somebody else state \
                                `source`, `path` and `tag` of the component";
                    findings.push(refused(message, reference.place, help));
                }
            }
        }
    }
    if findings.iter().any(Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    // The files keep their places relative to each other.
    let common = common_directory(&seen);
    let relative = |path: &str| {
        let rest = path.strip_prefix(&common).unwrap_or(path);
        rest.trim_start_matches('/').to_owned()
    };
    let content = |path: &str| catalog.file(path).map(|file| file.bytes().to_vec());
    let taken = files.iter().filter_map(|path| {
        let inside = ArtifactPath::new(relative(path)).ok()?;
        Some((inside, content(path)?))
    });
    let origin = KustomizationOrigin::Files(taken.collect());
    let path = relative(root);
    Outcome::with(
        Kustomization {
            origin,
            path: if path.is_empty() {
                ".".to_owned()
            } else {
                path
            },
            built: Vec::new(),
        },
        findings,
    )
}

fn references(list: &Node) -> Vec<&Node> {
    let of_field = |field: &&str| list.get(field).and_then(Node::as_sequence);
    let fields = REFERENCES.iter().filter_map(of_field);
    fields
        .flatten()
        .filter(|item| item.as_text().is_some())
        .collect()
}

fn has_directory(catalog: &Catalog, path: &str) -> bool {
    let below = format!("{path}/");
    catalog.files().any(|(known, _)| known.starts_with(&below))
}

/// Returns a path relative to a directory as one from the root; nothing where it leaves that.
fn inside(directory: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') || path.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').collect();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Returns the deepest directory that holds all of these, or is one of them.
fn common_directory(directories: &BTreeSet<String>) -> String {
    let mut parts: Option<Vec<&str>> = None;
    for directory in directories {
        let own: Vec<&str> = directory.split('/').collect();
        let common = match parts {
            None => own,
            Some(common) => {
                let same = common
                    .iter()
                    .zip(&own)
                    .take_while(|(one, other)| one == other);
                let count = same.count();
                own.into_iter().take(count).collect()
            }
        };
        parts = Some(common);
    }
    parts.unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_few_forms() {
        for address in [
            "https://github.com/org/repo",
            "ssh://git@example.com/x.git",
            "git@example.com:x.git",
            "oci://example.com/x",
            "file:///srv/x.git",
        ] {
            assert!(is_address(address), "{address}");
        }
        for address in [
            "",
            "ext::sh -c owned",
            "https://",
            "https://-x",
            "https://user:password@example.com/x",
            "https://example.com/x?ref=y",
            "--upload-pack=x",
            "/srv/x",
            "git@example.com",
            "https://example.com/a b",
        ] {
            assert!(!is_address(address), "{address}");
        }
    }

    #[test]
    fn references_stay_below_the_root() {
        for (path, expected) in [
            ("x.yaml", Some("a/b/x.yaml")),
            ("../c", Some("a/c")),
            ("./d/", Some("a/b/d")),
            ("../..", None),
            ("../../../x", None),
            ("/etc", None),
            ("https://example.com/x", None),
        ] {
            assert_eq!(inside("a/b", path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn directories_have_one_that_holds_them() {
        let common = |directories: &[&str]| {
            common_directory(&directories.iter().map(|&text| text.to_owned()).collect())
        };
        assert_eq!(common(&["c/x/base", "c/x/overlays/prod"]), "c/x");
        assert_eq!(common(&["c/x"]), "c/x");
        assert_eq!(common(&["a/x", "b/x"]), "");
        assert_eq!(common(&["a/x", "a/x/y"]), "a/x");
    }
}
