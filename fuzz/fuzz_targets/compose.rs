//! Compose repositories: every input gives a model or findings, the same ones every time.
//!
//! The input is up to six files, each but the first behind a line `--- file`, called as in `NAMES`.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use strata_diagnostic::{Finding, SourceId, Sources};
use strata_environment::Context;
use strata_environment::compose::{Import, Importer};
use strata_environment::images::ImageCatalog;
use strata_environment::rules::check;
use strata_environment::variables::Variables;
use strata_environment::{EntryKind, ReadFile, Repository};

const NAMES: [&str; 6] = [
    "compose.yaml",
    "part.yaml",
    ".env",
    "compose.override.yaml",
    "Dockerfile",
    "prometheus.yml",
];

/// The facts that the program has.
static IMAGES: LazyLock<ImageCatalog> = LazyLock::new(|| {
    ImageCatalog::from_image(strata_catalog::ENVIRONMENT, &mut Sources::new())
        .expect("the build that packed the catalog reads it")
});

fuzz_target!(|input: &str| {
    let parts: Vec<&str> = input.split("\n--- file\n").take(NAMES.len()).collect();
    let mut repository = Repository::default();
    for (index, (name, text)) in NAMES.iter().zip(&parts).enumerate() {
        let source = SourceId(u32::try_from(index).expect("six files"));
        let bytes = text.as_bytes();
        repository
            .files
            .insert((*name).to_owned(), ReadFile { source, bytes });
        repository
            .entries
            .insert((*name).to_owned(), EntryKind::File);
    }
    let mut importer = Importer::new();
    let import = importer.import(&repository, &[], &Variables::new());
    assert!(
        import.needs.is_empty(),
        "every file is at hand: {:?}",
        import.needs
    );
    check_places(&import.findings, &parts);
    for stack in &import.workspace.stacks {
        let mut names = BTreeSet::new();
        for service in &stack.services {
            assert!(
                names.insert(&service.name),
                "`{}` is there twice",
                service.name
            );
        }
    }
    let context = Context::new(&import.workspace, &repository, &IMAGES);
    let findings = check(&context, &|_| true);
    check_places(&findings, &parts);
    let again = Importer::new().import(&repository, &[], &Variables::new());
    assert_eq!(messages(&import), messages(&again));
});

fn messages(import: &Import) -> Vec<&str> {
    import
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect()
}

/// Every place is one of a text that was read, and every edit can be made.
fn check_places(findings: &[Finding], parts: &[&str]) {
    for finding in findings {
        for label in &finding.places {
            let place = label.place;
            let Some(text) = parts.get(place.source.0 as usize) else {
                continue;
            };
            let range = place.start as usize..place.end as usize;
            assert!(text.get(range).is_some(), "{finding:?}");
        }
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            let text = parts
                .get(edit.source.0 as usize)
                .expect("a file that was read");
            let range = edit.start as usize..edit.end as usize;
            assert!(text.get(range).is_some(), "{finding:?}");
        }
    }
}
