//! The recorded repository of a workstation: what is found in it, to the last count.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use strata_diagnostic::{Source, Sources};
use strata_environment::compose::{Import, Importer, Variables, is_env_template, may_be_compose};
use strata_environment::{EntryKind, ReadFile, Repository};

pub(crate) struct Corpus {
    pub(crate) import: Import,
    pub(crate) sources: Sources,
}

/// Imports the repository, reading what is asked for.
pub(crate) fn import(root: &Path) -> Corpus {
    let mut entries = BTreeMap::new();
    list(root, "", &mut entries);
    let mut sources = Sources::new();
    let mut texts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (path, kind) in &entries {
        if *kind != EntryKind::File {
            continue;
        }
        let bytes = fs::read(root.join(path)).expect("the corpus is readable");
        if is_env_template(path) || may_be_compose(path, &bytes[..bytes.len().min(4096)]) {
            texts.insert(path.clone(), bytes);
        }
    }
    let mut importer = Importer::new();
    loop {
        let mut repository = Repository {
            entries: entries.clone(),
            ..Repository::default()
        };
        for (path, bytes) in &texts {
            let source = sources.find(path).unwrap_or_else(|| {
                sources.add(Source {
                    name: path.as_str().into(),
                    layer: None,
                    text: std::str::from_utf8(bytes).ok().map(Into::into),
                })
            });
            repository
                .files
                .insert(path.clone(), ReadFile { source, bytes });
        }
        let import = importer.import(&repository, &[], &Variables::new());
        if import.needs.is_empty() {
            return Corpus { import, sources };
        }
        for path in import.needs {
            let bytes = fs::read(root.join(&path)).expect("what is asked for is there");
            texts.insert(path, bytes);
        }
    }
}

fn list(root: &Path, below: &str, entries: &mut BTreeMap<String, EntryKind>) {
    for entry in fs::read_dir(root.join(below)).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.path().is_dir() {
            list(root, &path, entries);
            entries.insert(path, EntryKind::Directory);
        } else {
            entries.insert(path, EntryKind::File);
        }
    }
}

#[test]
fn all_compositions_are_found_and_nothing_else() {
    let Some(root) =
        strata_testkit::corpus::find("the repository of a workstation", "workstation/repo")
    else {
        return;
    };
    let corpus = import(&root);
    for finding in &corpus.import.findings {
        eprintln!("{} {:?}", finding.message, finding.places);
    }
    let stacks = &corpus.import.workspace.stacks;
    let services: usize = stacks.iter().map(|stack| stack.services.len()).sum();
    assert_eq!((stacks.len(), services), (34, 138));
    let implicit = stacks.iter().filter(|stack| stack.project.name == "docker");
    assert_eq!(implicit.count(), 30);
    let ports: usize = stacks
        .iter()
        .flat_map(|stack| &stack.services)
        .map(|service| service.ports.len())
        .sum();
    assert_eq!(ports, 182);
    assert_eq!(corpus.import.workspace.templates.len(), 1);
    assert!(corpus.import.findings.is_empty());
    assert!(!corpus.sources.is_empty());
}
