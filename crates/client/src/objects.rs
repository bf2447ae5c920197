//! Kubernetes objects of many files, held against one set of schemas.
//!
//! Which version and which definitions are meant is decided here, and files are read; what an object may be is
//! for `strata-objects` to say. Definitions among the files count for all of them.

mod kustomized;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use strata_artifact::{ArtifactTree, Listing};
use strata_diagnostic::{Finding, Place, Severity, Source, SourceId};
use strata_document::{
    HEAD_BYTES, Limits, Node, Value, head_text, in_parallel, read_all_repeated, value_at_top,
};
use strata_objects::{
    CustomKind, Definitions, Kustomization, Object, Opened, check, check_kustomization,
    check_patch, codes, is_kustomization, may_hold_objects, open, read_definition, undefined,
};

use crate::session::Session;
use kustomized::{Role, roles};
pub(crate) use schemas::{StatedSchemas, default_schemas, minor_of};

/// Limits of one file: streams of thousands of objects are usual.
pub(crate) const LIMITS: Limits = Limits {
    documents: 50_000,
    ..Limits::CATALOG_FILE
};

/// Shortest value of a Secret that is concealed wherever it stands, in bytes.
const SHORTEST_SECRET: usize = 6;

/// Files for which another thread pays.
const FILES_PER_THREAD: usize = 8;

/// A file that may hold objects.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) source: SourceId,
    pub(crate) bytes: Arc<[u8]>,
    /// By which kustomizations mean it.
    pub(crate) path: String,
    /// It stands among the templates of a chart.
    pub(crate) is_of_chart: bool,
    /// It is not checked itself, and says what others are.
    pub(crate) is_around: bool,
}

/// What came of holding objects against their schemas.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) findings: Vec<Finding>,
    /// Numbers of the files that hold no object.
    pub(crate) foreign: Vec<usize>,
    /// Numbers of the files that hold objects only once they are rendered.
    pub(crate) templates: Vec<usize>,
    /// Values of Secrets, where anything was found.
    pub(crate) secrets: Vec<String>,
}

/// What is in one file.
enum Content {
    /// It becomes objects when it is rendered.
    Template,
    Documents(Vec<Node>),
    /// Nobody can read it.
    Nothing,
}

/// Holds the objects of all files against definitions, those in the files included.
pub(crate) fn hold(manifests: &[Manifest], definitions: &mut Definitions) -> Held {
    let contents = in_parallel(manifests, FILES_PER_THREAD, read);
    let mut held = Held::default();
    let mut files = Vec::with_capacity(contents.len());
    let mut templates = Vec::new();
    for (index, (manifest, (content, findings))) in manifests.iter().zip(contents).enumerate() {
        if !manifest.is_around {
            held.findings.extend(findings);
        }
        match content {
            Content::Template => {
                if !manifest.is_around {
                    templates.push(manifest.source);
                    held.templates.push(index);
                }
                files.push(None);
            }
            Content::Documents(documents) => files.push(Some(documents)),
            Content::Nothing => files.push(None),
        }
    }
    let kustomizations = kustomizations(manifests, &files);
    for (index, _) in &kustomizations {
        let document = files[*index].iter().flatten().next();
        if !manifests[*index].is_around {
            let said = document.map(check_kustomization);
            held.findings.extend(said.into_iter().flatten());
        }
    }
    let named: BTreeSet<usize> = kustomizations.iter().map(|(index, _)| *index).collect();
    let kustomizations = kustomizations.into_iter();
    let kustomizations: Vec<(&str, Kustomization)> = kustomizations
        .map(|(index, read)| (manifests[index].path.as_str(), read))
        .collect();
    let roles = roles(&kustomizations);
    let role = |index: usize| roles.get(&manifests[index].path).copied();
    let opened: Vec<Vec<Opened<'_>>> = (files.iter().enumerate())
        .map(|(index, documents)| {
            let is_other = named.contains(&index) || role(index) == Some(Role::Setting);
            let documents = documents.iter().flatten().filter(|_| !is_other);
            documents.map(open).collect()
        })
        .collect();
    let mut own: Vec<(&Vec<Opened<'_>>, Option<Role>)> = Vec::with_capacity(opened.len());
    for (index, opened) in opened.iter().enumerate() {
        let is_foreign = |one: &Opened<'_>| one.is_foreign;
        if named.contains(&index) || manifests[index].is_around {
            continue;
        }
        if files[index].is_some() && opened.iter().all(is_foreign) {
            held.foreign.push(index);
        } else {
            own.push((opened, role(index)));
        }
    }
    let objects = own.iter().flat_map(|(opened, _)| opened.iter());
    let objects: Vec<&Object<'_>> = objects.flat_map(|one| &one.objects).collect();
    let defined = objects
        .iter()
        .flat_map(|object| read_definition(object.node));
    held.findings.extend(add(definitions, defined.collect()));
    let definitions = &*definitions;
    let judged = in_parallel(&own, FILES_PER_THREAD, |(opened, role)| {
        judge(opened, *role, definitions)
    });
    let mut unknown: BTreeMap<(&str, &str), Vec<&Object<'_>>> = BTreeMap::new();
    for (findings, without) in judged {
        held.findings.extend(findings);
        for object in without {
            let kind = (object.api_version, object.kind);
            unknown.entry(kind).or_default().push(object);
        }
    }
    held.findings
        .extend(unknown.values().map(|objects| undefined(objects)));
    held.findings.extend(unrendered(&templates));
    if !held.findings.is_empty() {
        held.secrets = secrets(&objects);
    }
    held
}

/// Reads a file. Of one in a chart that has `{{` in it, and of another that cannot be read for that, nothing
/// can be said before it is rendered.
fn read(manifest: &Manifest) -> (Content, Vec<Finding>) {
    let has_actions = || manifest.bytes.windows(2).any(|pair| pair == b"{{");
    if manifest.is_of_chart && has_actions() {
        return (Content::Template, Vec::new());
    }
    let outcome = read_all_repeated(&manifest.bytes, manifest.source, &LIMITS);
    match outcome.value {
        Some(documents) => (Content::Documents(documents), outcome.findings),
        None if has_actions() => (Content::Template, Vec::new()),
        None => (Content::Nothing, outcome.findings),
    }
}

/// Returns the kustomizations among files, with their numbers.
fn kustomizations(
    manifests: &[Manifest],
    files: &[Option<Vec<Node>>],
) -> Vec<(usize, Kustomization)> {
    let files = manifests.iter().zip(files).enumerate();
    let files = files.filter(|(_, (manifest, _))| is_kustomization(&manifest.path));
    let read = files.filter_map(|(index, (_, documents))| {
        // kustomize reads no further than the first document.
        let document = documents.as_ref()?.first()?;
        Some((index, Kustomization::read(document)?))
    });
    read.collect()
}

/// Returns what is wrong with the objects of a file, and the objects that nobody can judge.
fn judge<'o, 'n>(
    opened: &'o [Opened<'n>],
    role: Option<Role>,
    definitions: &Definitions,
) -> (Vec<Finding>, Vec<&'o Object<'n>>) {
    let mut findings = Vec::new();
    let mut without = Vec::new();
    for document in opened {
        findings.extend(document.misplaced.clone());
        findings.extend(document.findings.iter().cloned());
        for object in &document.objects {
            let found = match role {
                Some(Role::Patch { has_target }) => check_patch(object, definitions, has_target),
                Some(Role::Setting) | None => check(object, definitions),
            };
            match found {
                Some(found) => findings.extend(found),
                None => without.push(object),
            }
        }
    }
    (findings, without)
}

/// Adds kinds that somebody defined; says which of them were defined before, and otherwise.
pub(crate) fn add(definitions: &mut Definitions, kinds: Vec<CustomKind>) -> Vec<Finding> {
    let repeated = definitions.add(kinds);
    let mut said = BTreeSet::new();
    let mut findings = Vec::new();
    for kind in repeated {
        let name = format!("{} ({})", kind.kind, kind.group);
        let Some(known) = definitions
            .defined(&kind)
            .filter(|known| !known.is_like(&kind))
        else {
            continue;
        };
        if said.insert(name.clone()) {
            let message = format!("{name} is defined twice, and not the same way");
            let finding = Finding::new(&codes::DEFINED_TWICE, message)
                .at(kind.place)
                .labeled(known.place, "objects are held against this one")
                .about(name);
            findings.push(finding.help("leave out the definition that your clusters do not have"));
        }
    }
    findings
}

fn unrendered(templates: &[SourceId]) -> Option<Finding> {
    let first = templates.first()?;
    let count = templates.len();
    let message = match count {
        1 => "1 template was not checked".to_owned(),
        count => format!("{count} templates were not checked"),
    };
    let finding = Finding::new(&codes::TEMPLATES, message).at(Place::whole(*first));
    let finding = finding.data(json!({"templates": count}));
    Some(finding.help("check what is rendered: `helm template . | strata check -`"))
}

/// Returns what is in Secrets, for printers to conceal.
fn secrets(objects: &[&Object<'_>]) -> Vec<String> {
    fn collect(node: &Node, found: &mut Vec<String>) {
        match &node.value {
            Value::Scalar(scalar) => found.push(scalar.text().to_owned()),
            Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Mapping(mapping) => {
                for entry in mapping.iter() {
                    collect(&entry.value, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    for object in objects.iter().filter(|object| object.kind == "Secret") {
        for key in ["data", "stringData"] {
            if let Some(values) = object.node.get(key) {
                collect(values, &mut found);
            }
        }
    }
    // Shorter ones and names of things (the user `postgres`) are words that messages are made of, and no
    // message quotes a Secret.
    found.retain(|text| text.len() >= SHORTEST_SECRET && !is_word(text));
    found
}

/// Returns whether a text is a word that names something: small letters, dashes, underscores.
fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte))
}

/// Returns the files of a bundle that may hold objects, and makes them sources under the bundle's name.
pub(crate) fn bundled(session: &mut Session<'_>, bundle: &str, listing: &Listing) -> Vec<Manifest> {
    let files: Vec<(&str, &[u8])> = (listing.entries.iter())
        .map(|entry| (entry.path.as_str(), entry.bytes.as_slice()))
        .collect();
    of_files(session, bundle, &files)
}

/// Holds the objects of a bundle that is about to be written against the schemas that are compiled in. For which
/// version its clusters are nobody knows yet, so that nothing here is more than a warning; what has no definition
/// here usually has one in the chart that installs it, and is not spoken of. Files with an object of the
/// deployer's own `groups` are among those, and are most of what some deployers print: they are not read.
pub(crate) fn of_tree(
    session: &mut Session<'_>,
    output: &str,
    tree: &ArtifactTree,
    groups: &[&str],
) -> Vec<Finding> {
    let files: Vec<(&str, &[u8])> = (tree.iter())
        .map(|(path, file)| (path.as_str(), file.bytes()))
        .filter(|(_, bytes)| !is_one_of(groups, bytes))
        .collect();
    let manifests = of_files(session, output, &files);
    if manifests.is_empty() {
        return Vec::new();
    }
    let held = hold(&manifests, &mut default_schemas());
    let is_said = |finding: &Finding| finding.severity != Severity::Note;
    let findings = held.findings.into_iter().filter(is_said);
    findings
        .map(|finding| finding.severity(Severity::Warning))
        .collect()
}

/// Returns whether a file has one document, an object of one of these API groups.
fn is_one_of(groups: &[&str], bytes: &[u8]) -> bool {
    let head = head_text(&bytes[..bytes.len().min(HEAD_BYTES)]);
    let version = value_at_top(head, "apiVersion");
    let group = version.and_then(|version| version.split_once('/'));
    group.is_some_and(|(group, _)| groups.contains(&group))
        && !bytes.windows(4).any(|start| start == b"\n---")
}

/// Returns those of some files that may hold objects, and makes them sources under the name of their folder.
pub(crate) fn of_files(
    session: &mut Session<'_>,
    folder: &str,
    files: &[(&str, &[u8])],
) -> Vec<Manifest> {
    let charts: BTreeSet<&str> = (files.iter())
        .filter_map(|(path, _)| path.strip_suffix("Chart.yaml"))
        .collect();
    let mut manifests = Vec::new();
    for (path, bytes) in files {
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let has_objects = || is_structured(path) && may_hold_objects(head, head.len() < HEAD_BYTES);
        if !is_kustomization(path) && !has_objects() {
            continue;
        }
        let name = match folder.trim_end_matches('/') {
            "" => (*path).to_owned(),
            folder => format!("{folder}/{path}"),
        };
        let source = session.sources.add(Source {
            name: name.as_str().into(),
            layer: None,
            text: std::str::from_utf8(bytes).ok().map(Into::into),
        });
        manifests.push(Manifest {
            source,
            bytes: (*bytes).into(),
            path: name,
            is_of_chart: charts_above(path).any(|chart| charts.contains(chart)),
            is_around: false,
        });
    }
    manifests
}

/// Returns the folders that are charts if they have a Chart.yaml, for a file that would be a template of
/// theirs; each ends with `/`, or is empty.
pub(crate) fn charts_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices("templates/").filter_map(|(at, _)| {
        let chart = &path[..at];
        (chart.is_empty() || chart.ends_with('/')).then_some(chart)
    })
}

fn is_structured(path: &str) -> bool {
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_tools_own_objects_are_told_from_those_with_others() {
        let groups = ["helm.toolkit.fluxcd.io"];
        let own = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n";
        assert!(is_one_of(&groups, own.as_bytes()));
        assert!(!is_one_of(&[], own.as_bytes()));
        let two = format!("{own}---\napiVersion: v1\nkind: Pod\n");
        assert!(!is_one_of(&groups, two.as_bytes()));
        assert!(!is_one_of(&groups, b"apiVersion: v1\nkind: Pod\n"));
        assert!(!is_one_of(&groups, b""));
    }

    #[test]
    fn templates_are_those_of_a_chart() {
        let charts = |path| charts_above(path).collect::<Vec<_>>();
        assert_eq!(charts("templates/a.yaml"), [""]);
        assert_eq!(charts("x/c/templates/tests/a.yaml"), ["x/c/"]);
        assert_eq!(charts("mytemplates/a.yaml"), [""; 0]);
        assert_eq!(
            charts("a/templates/b/templates/c.yaml"),
            ["a/", "a/templates/b/"]
        );
    }
}
