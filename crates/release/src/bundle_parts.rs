//! The releases of a bundle, read back from its folders.
//!
//! Whoever made the bundle: folders are numbered, coordinates of charts stand in `upstream.env`, values
//! in two files, objects in manifests. Comments, the order of keys and of objects, and the numbers of
//! folders do not count; scripts and other files count as a whole, by their digest.

use std::collections::BTreeMap;

use strata_artifact::{Entry, EntryKind, Listing};
use strata_diagnostic::{Finding, Outcome, Place, SourceId, Sources};
use strata_document::{Limits, Mapping, Node, digest_bytes, kind_of, read, read_all};

use crate::comparison::Comparable;

/// What vouches for the rest, or is read by those who know its kind.
const SET_APART: [&str; 3] = ["checksums.txt", "bundle.yaml", "recipe.yaml"];
/// Name of the section of files that belong to no release, or are no part of one.
const FILES: &str = "files";

/// Returns the releases of a bundle, and its other files.
///
/// Fields of a release: `chart`, `source`, `version`, `namespace`, `values`, `valuesAtInstallation`,
/// `objects` by kind, namespace and name, `localChart`, and `files` by path.
///
/// # Errors
///
/// Findings of the document reader for values.
pub fn bundle_parts(listing: &Listing, name: &str, sources: &mut Sources) -> Outcome<Comparable> {
    let mut findings = Vec::new();
    let mut comparable = Comparable::default();
    let mut folders: BTreeMap<(u64, &str), Vec<(&str, &Entry)>> = BTreeMap::new();
    let mut others = Mapping::default();
    let files = listing
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File);
    for entry in files {
        let inside = entry.path.split_once('/');
        if let Some((folder, path)) = inside
            && let Some(numbered) = numbered(folder)
        {
            folders.entry(numbered).or_default().push((path, entry));
        } else if !SET_APART.contains(&entry.path.as_str()) {
            others.set(&entry.path, digest(entry));
        }
    }
    for ((_, release), mut files) in folders {
        files.sort_by_key(|(path, _)| *path);
        let mut folder = Folder::default();
        for (path, entry) in files {
            let shown = format!("{}/{}", name.trim_end_matches('/'), entry.path);
            folder.file(path, entry, sources.add_named(&shown), &mut findings);
        }
        comparable.order.push(release.to_owned());
        comparable.items.insert(release.to_owned(), folder.fields());
    }
    if !others.is_empty() {
        let others = Node::mapping(others, Place::NOWHERE);
        comparable.sections.insert(FILES.to_owned(), others);
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(comparable),
        findings,
    }
}

/// Number and name of the folder of a release.
pub(crate) fn numbered(folder: &str) -> Option<(u64, &str)> {
    let (number, name) = folder.split_once('-')?;
    let is_number = number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some((number.parse().ok()?, name))
}

fn digest(entry: &Entry) -> Node {
    let mode = if entry.is_executable {
        ", executable"
    } else {
        ""
    };
    let text = format!("{}{mode}", digest_bytes(&entry.bytes).prefixed());
    Node::string(text, Place::NOWHERE)
}

/// What is known of one release.
#[derive(Default)]
struct Folder {
    fields: Mapping,
    objects: Mapping,
    files: Mapping,
}

impl Folder {
    fn file(&mut self, path: &str, entry: &Entry, source: SourceId, findings: &mut Vec<Finding>) {
        match path {
            "values.yaml" => self.values("values", entry, source, findings),
            "cluster-values.yaml" => {
                self.values("valuesAtInstallation", entry, source, findings);
            }
            "upstream.env" => self.coordinates(entry),
            "Chart.yaml" => self.values("localChart", entry, source, findings),
            "install.sh" => {
                self.namespace(entry);
                self.files.set(path, digest(entry));
            }
            _ if path.ends_with(".yaml") => {
                if self.manifest(entry, source).is_none() {
                    self.files.set(path, digest(entry));
                }
            }
            _ => self.files.set(path, digest(entry)),
        }
    }

    fn values(
        &mut self,
        field: &str,
        entry: &Entry,
        source: SourceId,
        findings: &mut Vec<Finding>,
    ) {
        // A file of the user's own is listed and not read.
        if entry.bytes.is_empty() {
            return;
        }
        let tree = read(&entry.bytes, source, &Limits::CATALOG_FILE).take(findings);
        if let Some(tree) = tree.filter(|tree| !tree.is_empty()) {
            self.fields.set(field, tree);
        }
    }

    fn coordinates(&mut self, entry: &Entry) {
        let stated = coordinates(&String::from_utf8_lossy(&entry.bytes));
        for (key, field) in [
            ("CHART", "chart"),
            ("REPO", "source"),
            ("VERSION", "version"),
        ] {
            if let Some(value) = stated.get(key).filter(|value| !value.is_empty()) {
                let value = Node::string(value.as_str(), Place::NOWHERE);
                self.fields.set(field, value);
            }
        }
    }

    fn namespace(&mut self, entry: &Entry) {
        let script = String::from_utf8_lossy(&entry.bytes);
        if let Some(namespace) = namespace_of_script(&script) {
            let node = Node::string(namespace, Place::NOWHERE);
            self.fields.set("namespace", node);
        }
    }

    /// Nothing if this is no stream of objects.
    fn manifest(&mut self, entry: &Entry, source: SourceId) -> Option<()> {
        let text = std::str::from_utf8(&entry.bytes).ok()?;
        // As `escape_template` writes what Helm must not read.
        let text = text.replace("{{ \"{{\" }}", "{{");
        let documents = read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).value?;
        let objects: Vec<Node> = documents
            .into_iter()
            .filter(|document| !document.is_null())
            .collect();
        if objects.iter().any(|object| kind_of(object).is_empty()) {
            return None;
        }
        for object in objects {
            let id = identity(&object);
            let mut key = id.clone();
            let mut number = 2;
            while self.objects.get(&key).is_some() {
                key = format!("{id} ({number})");
                number += 1;
            }
            self.objects.set(&key, object);
        }
        Some(())
    }

    fn fields(self) -> Node {
        let mut fields = self.fields;
        for (name, mapping) in [("objects", self.objects), (FILES, self.files)] {
            if !mapping.is_empty() {
                fields.set(name, Node::mapping(mapping, Place::NOWHERE));
            }
        }
        Node::mapping(fields, Place::NOWHERE)
    }
}

/// `Kind namespace/name`.
fn identity(object: &Node) -> String {
    let text = |key: &str| {
        let node = object.at(&["metadata", key]);
        node.and_then(Node::as_text).unwrap_or_default()
    };
    let name = [text("name"), text("generateName")].concat();
    match text("namespace") {
        "" => format!("{} {name}", kind_of(object)),
        namespace => format!("{} {namespace}/{name}", kind_of(object)),
    }
}

/// Returns what `upstream.env` says: name → value.
pub(crate) fn coordinates(text: &str) -> BTreeMap<String, String> {
    let stated = text.lines().filter_map(|line| line.split_once('='));
    stated
        .map(|(key, value)| (key.trim().to_owned(), unquoted(value)))
        .collect()
}

/// Returns the namespace that `install.sh` installs into.
pub(crate) fn namespace_of_script(script: &str) -> Option<String> {
    let mut words = script
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .skip_while(|word| !word.trim_start_matches("args+=(").eq("--namespace"));
    let word = words.nth(1)?;
    Some(unquoted(word.trim_end_matches(')')))
}

/// Reads a word as a POSIX shell does, as far as bundles quote words: single quotes, double quotes
/// without anything special in them, and bare text.
fn unquoted(word: &str) -> String {
    let mut text = String::new();
    let mut quote = None;
    let mut characters = word.trim().chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('\''), _) => text.push(character),
            (_, '\\') => text.extend(characters.next()),
            (Some(_), _) => text.push(character),
            (None, '\'' | '"') => quote = Some(character),
            (None, _) => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use strata_artifact::shell_quote;

    use super::*;

    #[test]
    fn what_is_quoted_for_a_shell_is_read_back() {
        for text in ["v1.2.3", "it's", "a b", "$(x)", "\"q\"", "\\", "''", ""] {
            assert_eq!(unquoted(&shell_quote(text)), text);
        }
        assert_eq!(unquoted("\"kube-system\""), "kube-system");
    }

    #[test]
    fn folders_of_releases_are_numbered() {
        assert_eq!(numbered("001-nfd"), Some((1, "nfd")));
        assert_eq!(
            numbered("1000-kai-scheduler"),
            Some((1000, "kai-scheduler"))
        );
        for folder in ["data", "1-x", "001-", "abc-x", "001"] {
            assert_eq!(numbered(folder), None, "{folder}");
        }
    }

    fn parts(files: &[(&str, &str)]) -> Comparable {
        let entries = files
            .iter()
            .map(|(path, text)| Entry::file(*path, *text, false));
        let listing = Listing {
            entries: entries.collect(),
            problems: Vec::new(),
        };
        let outcome = bundle_parts(&listing, "b", &mut Sources::new());
        outcome.value.expect("readable")
    }

    const FOLDER: [(&str, &str); 4] = [
        (
            "001-a/upstream.env",
            "CHART='a'\nREPO='https://example.com'\nVERSION='1.0'\n",
        ),
        ("001-a/values.yaml", "x: 1\ny: [1]\n"),
        (
            "001-a/templates/o.yaml",
            "kind: A\nmetadata: {name: a, namespace: n}\ndata: {k: v}\n---\nkind: B\nmetadata: {name: b}\n",
        ),
        ("deploy.sh", "#!/bin/sh\n"),
    ];

    fn differs(edit: impl Fn(&str, &str) -> (String, String)) -> Vec<String> {
        let edited: Vec<(String, String)> =
            FOLDER.iter().map(|(path, text)| edit(path, text)).collect();
        let edited: Vec<(&str, &str)> = edited
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let difference = crate::comparison::compare(&parts(&FOLDER), &parts(&edited));
        let of_items = difference.items.iter().flat_map(|item| {
            let fate = item.fate.name();
            let lines = item
                .changes
                .iter()
                .map(|change| format!("{} {} {}", item.name, change.kind.name(), change.path));
            lines
                .chain((fate != "changed").then(|| format!("{} {fate}", item.name)))
                .collect::<Vec<_>>()
        });
        let of_all = difference
            .sections
            .iter()
            .map(|change| format!("{} {}", change.kind.name(), change.path));
        of_items.chain(of_all).collect()
    }

    #[test]
    fn numbers_comments_and_orders_do_not_count() {
        let same = differs(|path, text| {
            let text = match path {
                "001-a/values.yaml" => "# new\ny: [ 1 ]\n\"x\": 1\n",
                "001-a/templates/o.yaml" => {
                    "kind: B\nmetadata: {name: b}\n---\ndata: {k: v}\nmetadata: {namespace: n, name: a}\nkind: A\n"
                }
                _ => text,
            };
            (
                path.replace("001-", "007-").replace("o.yaml", "p.yaml"),
                text.to_owned(),
            )
        });
        assert_eq!(same, Vec::<String>::new());
    }

    #[test]
    fn what_counts_is_named_by_its_path() {
        for (from, to, expected) in [
            ("VERSION='1.0'", "VERSION='1.1'", "a changed version"),
            ("REPO='https://example.com'", "REPO=''", "a removed source"),
            ("x: 1", "x: 2", "a changed values.x"),
            ("k: v", "k: w", "a changed objects.A n/a.data.k"),
            ("name: b", "name: c", "a removed objects.B b"),
            ("#!/bin/sh", "#!/bin/bash", "changed files.\"deploy.sh\""),
        ] {
            let found = differs(|path, text| (path.to_owned(), text.replace(from, to)));
            assert_eq!(
                found.first().map(String::as_str),
                Some(expected),
                "{found:?}"
            );
        }
        let gone = differs(|path, text| (path.replace("001-a", "001-b"), text.to_owned()));
        assert_eq!(gone, ["a gone", "b new"]);
    }
}
