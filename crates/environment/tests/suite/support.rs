//! Repositories for tests, on disk or in the text of a test, and what is found in them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use strata_diagnostic::{Finding, Outcome, Source, Sources};
use strata_document::{InputFile, Limits, read};
use strata_environment::Context;
use strata_environment::compose::{
    Import, Importer, is_devcontainer, is_env_template, may_be_compose,
};
use strata_environment::host::{Listener, listeners};
use strata_environment::images::ImageCatalog;
use strata_environment::rules::{Check, check, example_files};
use strata_environment::variables::Variables;
use strata_environment::{EntryKind, ReadFile, Repository};
use strata_facts::Snapshot;
use strata_testkit::read_directory;

/// What was found in a repository.
pub(crate) struct Found {
    pub(crate) import: Import,
    pub(crate) findings: Vec<Finding>,
    pub(crate) sources: Sources,
}

/// Checks a repository of which every file is at hand with the rules that `is_wanted` admits.
pub(crate) fn check_files(
    files: &BTreeMap<String, Vec<u8>>,
    is_wanted: &dyn Fn(&Check) -> bool,
) -> Found {
    let paths: Vec<&String> = files.keys().collect();
    check_in_order(files, &paths, is_wanted)
}

/// Checks a repository whose files are read in the order of `paths`.
pub(crate) fn check_in_order(
    files: &BTreeMap<String, Vec<u8>>,
    paths: &[&String],
    is_wanted: &dyn Fn(&Check) -> bool,
) -> Found {
    let (import, repository, mut sources) = import_with(files, paths, &[], &Variables::new());
    let mut findings = Vec::new();
    let listeners = listening(files, &mut sources).take(&mut findings);
    let mut context = Context::new(&import.workspace, &repository, images());
    if let Some(listeners) = &listeners {
        context = context.beside(listeners);
    }
    findings.extend(check(&context, is_wanted));
    Found {
        import,
        findings,
        sources,
    }
}

/// Returns the ports that `snapshot.yaml`, where there is one, knows to be taken.
pub(crate) fn listening(
    files: &BTreeMap<String, Vec<u8>>,
    sources: &mut Sources,
) -> Outcome<Vec<Listener>> {
    let Some(bytes) = files.get("snapshot.yaml") else {
        return Outcome {
            value: None,
            findings: Vec::new(),
        };
    };
    let source = sources.add(Source {
        name: "snapshot.yaml".into(),
        layer: None,
        text: std::str::from_utf8(bytes).ok().map(Into::into),
    });
    let node = read(bytes, source, &Limits::DOCUMENT).value;
    let snapshot = Snapshot::from_node(&node.expect("YAML"));
    assert!(snapshot.findings.is_empty(), "{:#?}", snapshot.findings);
    listeners(&snapshot.value.expect("a snapshot"))
}

/// Imports the compositions that are named, or all, of a repository of which every file is at hand.
pub(crate) fn import_files(
    files: &BTreeMap<String, Vec<u8>>,
    named: &[Vec<String>],
    given: &Variables,
) -> Import {
    let paths: Vec<&String> = files.keys().collect();
    import_with(files, &paths, named, given).0
}

/// Imports a repository of which every file is at hand, and returns what was read of it as well.
pub(crate) fn imported(files: &BTreeMap<String, Vec<u8>>) -> (Import, Repository<'_>, Sources) {
    let paths: Vec<&String> = files.keys().collect();
    import_with(files, &paths, &[], &Variables::new())
}

fn import_with<'a>(
    files: &'a BTreeMap<String, Vec<u8>>,
    paths: &[&String],
    named: &[Vec<String>],
    given: &Variables,
) -> (Import, Repository<'a>, Sources) {
    let mut entries = BTreeMap::new();
    for path in files.keys() {
        entries.insert(path.clone(), EntryKind::File);
        for (offset, _) in path.match_indices('/') {
            entries.insert(path[..offset].to_owned(), EntryKind::Directory);
        }
    }
    let mut sources = Sources::new();
    let mut repository = Repository {
        entries,
        ..Repository::default()
    };
    for path in paths {
        let bytes = &files[*path];
        let is_by_name = is_env_template(path) || is_devcontainer(path);
        if is_by_name || may_be_compose(path, &bytes[..bytes.len().min(4096)]) {
            add(&mut repository, &mut sources, files, path);
        }
    }
    let mut importer = Importer::new();
    loop {
        let import = importer.import(&repository, named, given);
        if import.needs.is_empty() {
            return (import, repository, sources);
        }
        for path in import.needs {
            add(&mut repository, &mut sources, files, &path);
        }
    }
}

/// Returns the files of an example in the text of a test.
pub(crate) fn files_of(example: &str) -> BTreeMap<String, Vec<u8>> {
    let files = example_files(example).into_iter();
    files
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect()
}

/// Checks the messages of a rule about the files of an example.
pub(crate) fn says(code: &str, files: &str, expected: &[&str]) {
    let found = check_files(&files_of(files), &|check| check.rule.code == code);
    let messages = found.import.findings.iter().chain(&found.findings);
    let messages: Vec<&str> = messages.map(|finding| &*finding.message).collect();
    assert_eq!(messages, expected, "{code}: {files}");
}

/// What strata knows of images, as its repository has it.
pub(crate) fn images() -> &'static ImageCatalog {
    static IMAGES: OnceLock<ImageCatalog> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/environment");
        let files = read_directory(&root);
        let files: Vec<InputFile> = files
            .into_iter()
            .map(|(path, bytes)| InputFile { path, bytes })
            .collect();
        let outcome = ImageCatalog::load("embedded", "", &files, &mut Sources::new());
        let messages: Vec<&str> = outcome.findings.iter().map(|f| &*f.message).collect();
        assert!(messages.is_empty(), "{messages:#?}");
        outcome.value.expect("a catalog without findings loads")
    })
}

fn add<'a>(
    repository: &mut Repository<'a>,
    sources: &mut Sources,
    files: &'a BTreeMap<String, Vec<u8>>,
    path: &str,
) {
    let bytes = files.get(path).expect("what is asked for is there");
    let source = sources.add(Source {
        name: path.into(),
        layer: None,
        text: std::str::from_utf8(bytes).ok().map(Into::into),
    });
    repository
        .files
        .insert(path.to_owned(), ReadFile { source, bytes });
}
