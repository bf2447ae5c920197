//! Which files belong together: every composition of a repository.
//!
//! A file that Compose finds by itself takes its override along. A file whose services lack an
//! image is laid over the one of its directory. What others include or extend is part of those and
//! no composition of its own.

use std::collections::{BTreeMap, BTreeSet};

use strata_document::{Mapping, Node, Value};

use super::parse::Parsed;
use super::sniff::{DEFAULT_NAMES, OVERRIDE_NAMES, file_name, is_compose};
use crate::repository::{Target, parent};
use crate::variables::Variables;

/// Returns the files of every composition, sorted. `variables` are those that `.env` of a directory
/// sets, `in_containers` the files that development containers lay over one another.
pub(crate) fn stacks(
    parsed: &BTreeMap<String, Parsed>,
    variables: &dyn Fn(&str) -> Variables,
    in_containers: &[Vec<String>],
) -> Vec<Vec<String>> {
    let candidates: BTreeSet<&str> = parsed
        .iter()
        .filter(|(path, file)| is_compose(path, &file.documents))
        .map(|(path, _)| path.as_str())
        .collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for path in &candidates {
        let own: Vec<String> = direct(parsed, path).collect();
        let others = own.into_iter().filter(|other| other != path);
        used.extend(reached(parsed, others));
    }
    let mut stacks = Vec::new();
    let mut covered: BTreeSet<String> = BTreeSet::new();
    for files in in_containers {
        let mut files = files.clone();
        files.retain(|file| parsed.contains_key(file));
        if files.len() > 1 {
            used.extend(reached(parsed, files[1..].iter().cloned()));
            covered.extend(files.clone());
            stacks.push(files);
        }
    }
    let mut directories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in &candidates {
        directories.entry(parent(path)).or_default().push(path);
    }
    for (directory, beside) in &directories {
        let default = default_stack(directory, &candidates, variables);
        for path in beside {
            let is_part = used.contains(*path) || default.iter().any(|file| file == path);
            if is_part || OVERRIDE_NAMES.contains(&file_name(path)) && !default.is_empty() {
                continue;
            }
            let base = default
                .first()
                .filter(|_| is_partial(&parsed[*path].documents));
            let files = match base {
                Some(base) => vec![base.clone(), (*path).to_owned()],
                None => vec![(*path).to_owned()],
            };
            covered.extend(files.clone());
            stacks.push(files);
        }
        if default.first().is_some_and(|first| !used.contains(first)) {
            covered.extend(default.clone());
            stacks.push(default);
        }
    }
    // Files that use one another in a circle are nobody's part. Compose would begin at the one that
    // it finds by itself.
    let mut covered = reached(parsed, covered);
    let (by_default, others): (Vec<&str>, Vec<&str>) = candidates
        .into_iter()
        .partition(|path| DEFAULT_NAMES.contains(&file_name(path)));
    for path in by_default.into_iter().chain(others) {
        if !covered.contains(path) {
            stacks.push(vec![path.to_owned()]);
            covered.extend(reached(parsed, [path.to_owned()]));
        }
    }
    stacks.sort();
    stacks.dedup();
    stacks
}

/// Returns some files and everything that they include or extend, directly or by way of others.
fn reached(
    parsed: &BTreeMap<String, Parsed>,
    from: impl IntoIterator<Item = String>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<String> = from.into_iter().collect();
    while let Some(path) = waiting.pop() {
        if !found.contains(&path) {
            waiting.extend(direct(parsed, &path));
            found.insert(path);
        }
    }
    found
}

fn direct<'a>(
    parsed: &'a BTreeMap<String, Parsed>,
    path: &str,
) -> impl Iterator<Item = String> + use<'a> {
    let documents = parsed.get(path).map_or(&[][..], |file| &file.documents);
    references(path, documents)
}

/// Returns the files that Compose takes in a directory when it is told nothing.
fn default_stack(
    directory: &str,
    candidates: &BTreeSet<&str>,
    variables: &dyn Fn(&str) -> Variables,
) -> Vec<String> {
    let in_directory = |name: &str| match directory {
        "" => name.to_owned(),
        directory => format!("{directory}/{name}"),
    };
    let set = variables(directory);
    if let Some(files) = set.get("COMPOSE_FILE").filter(|files| !files.is_empty()) {
        let separator = set
            .get("COMPOSE_PATH_SEPARATOR")
            .map_or(":", String::as_str);
        let inside = |file| match Target::of(directory, file) {
            Target::Inside(path) => Some(path),
            Target::Above | Target::Elsewhere => None,
        };
        return files.split(separator).filter_map(inside).collect();
    }
    let first = |names: &[&str]| {
        let paths = names.iter().map(|name| in_directory(name));
        paths
            .into_iter()
            .find(|path| candidates.contains(path.as_str()))
    };
    let Some(default) = first(&DEFAULT_NAMES) else {
        return Vec::new();
    };
    [Some(default), first(&OVERRIDE_NAMES)]
        .into_iter()
        .flatten()
        .collect()
}

/// Returns whether a service of the documents has nothing to run, so that they are to be laid over
/// others.
fn is_partial(documents: &[Node]) -> bool {
    let sources = ["image", "build", "extends", "provider"];
    services(documents).iter().any(|services| {
        services.iter().any(|entry| {
            entry.value.as_mapping().is_some()
                && !sources.iter().any(|key| entry.value.get(key).is_some())
        })
    })
}

fn services(documents: &[Node]) -> Vec<&Mapping> {
    let of = |document| Node::get(document, "services").and_then(Node::as_mapping);
    documents.iter().filter_map(of).collect()
}

/// Returns the files that a file includes or extends.
fn references<'a>(path: &str, documents: &'a [Node]) -> impl Iterator<Item = String> + use<'a> {
    let directory = parent(path).to_owned();
    let mut written: Vec<&str> = Vec::new();
    for document in documents {
        for item in document
            .get("include")
            .and_then(Node::as_sequence)
            .into_iter()
            .flatten()
        {
            let path = item.get("path").unwrap_or(item);
            match &path.value {
                Value::Sequence(items) => written.extend(items.iter().filter_map(Node::as_text)),
                _ => written.extend(path.as_text()),
            }
        }
    }
    for services in services(documents) {
        for entry in services {
            written.extend(entry.value.at(&["extends", "file"]).and_then(Node::as_text));
        }
    }
    written
        .into_iter()
        .filter_map(move |text| match Target::of(&directory, text) {
            Target::Inside(path) => Some(path),
            Target::Above | Target::Elsewhere => None,
        })
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::*;
    use crate::compose::parse::parse;

    fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
        check_in(files, &[], expected);
    }

    fn check_in(files: &[(&str, &str)], in_containers: &[&[&str]], expected: &[&[&str]]) {
        let parsed = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), parse(SourceId(0), text.as_bytes())))
            .collect();
        let in_containers: Vec<Vec<String>> = in_containers
            .iter()
            .map(|files| files.iter().map(|file| (*file).to_owned()).collect())
            .collect();
        let found = stacks(&parsed, &|_| Variables::new(), &in_containers);
        assert_eq!(found, expected);
    }

    const WEB: &str = "services: {web: {image: a}}";

    #[test]
    fn a_file_on_its_own_is_a_composition() {
        check(
            &[("a.yml", WEB), ("b/c.yml", WEB)],
            &[&["a.yml"], &["b/c.yml"]],
        );
    }

    #[test]
    fn an_override_goes_with_what_it_overrides() {
        check(
            &[
                ("compose.yaml", WEB),
                ("compose.override.yaml", WEB),
                ("x.yml", WEB),
            ],
            &[&["compose.yaml", "compose.override.yaml"], &["x.yml"]],
        );
        let partial = "services: {web: {ports: ['80']}}";
        check(
            &[
                ("d/docker-compose.yml", WEB),
                ("d/docker-compose.prod.yml", partial),
            ],
            &[
                &["d/docker-compose.yml"],
                &["d/docker-compose.yml", "d/docker-compose.prod.yml"],
            ],
        );
    }

    #[test]
    fn development_containers_lay_files_over_others() {
        let (main, own) = ("compose.yaml", ".devcontainer/compose.yaml");
        let files = [(main, WEB), (own, "services: {web: {tty: true}}")];
        check_in(&files, &[&[main, own]], &[&[main], &[main, own]]);
        check_in(&files, &[&[own]], &[&[own], &[main]]);
        check_in(&files, &[&[main, "gone.yaml"]], &[&[own], &[main]]);
    }

    #[test]
    fn what_others_use_is_part_of_those() {
        let includes =
            "include: [part.yml]\nservices: {a: {extends: {file: base.yml, service: web}}}";
        check(
            &[
                ("base.yml", WEB),
                ("compose.yaml", includes),
                ("part.yml", WEB),
            ],
            &[&["compose.yaml"]],
        );
        let circle = |other: &str| format!("include: [{other}]\nservices: {{a: {{image: b}}}}");
        check(
            &[("a.yml", &circle("b.yml")), ("b.yml", &circle("a.yml"))],
            &[&["a.yml"]],
        );
    }
}
