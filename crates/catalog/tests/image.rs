//! The image decodes to what loading the files gives, places included.

#![expect(
    clippy::disallowed_methods,
    reason = "the files of the catalog are read to compare the image with them"
)]

use std::fs;
use std::path::Path;

use strata_cluster::{
    BaseLayer, Catalog, Criteria, Dimension, Layer, Overlay, Query, Silent, load_catalog, resolve,
};
use strata_diagnostic::{Place, Sources};
use strata_document::{InputFile, Node, Value, write_yaml};

fn files(directory: &Path, below: &str, found: &mut Vec<InputFile>) {
    for entry in fs::read_dir(directory).expect("the catalog is part of the repository") {
        let entry = entry.expect("readable");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.path().is_dir() {
            files(&entry.path(), &path, found);
        } else {
            let bytes = fs::read(entry.path()).expect("readable");
            found.push(InputFile { path, bytes });
        }
    }
}

/// A catalog with the table that its places refer to.
struct Loaded {
    catalog: Catalog,
    sources: Sources,
}

impl Loaded {
    fn from(base: BaseLayer) -> Self {
        let mut sources = Sources::new();
        let outcome = load_catalog(base, Vec::new(), &mut sources);
        assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
        let catalog = outcome.value.expect("a catalog");
        Self { catalog, sources }
    }

    /// A place as anybody may see it: file, layer, line, column.
    fn place(&self, place: Place) -> (&str, Option<&str>, u32, u32) {
        let name = self.sources.name(place.source);
        let layer = self.sources.layer(place.source);
        (name, layer, place.line, place.column)
    }
}

fn both() -> (Loaded, Loaded) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/cluster");
    let mut found = Vec::new();
    files(&root, "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let layer = Layer {
        label: "embedded".into(),
        prefix: "catalog/cluster/".into(),
        files: found,
    };
    (
        Loaded::from(BaseLayer::Image(strata_catalog::CLUSTER)),
        Loaded::from(BaseLayer::Directory(layer)),
    )
}

/// Fails at the first difference of two trees: kinds, raw text, style, order, places.
fn is_same(image: (&Loaded, &Node), files: (&Loaded, &Node)) -> usize {
    let (left, right) = (image.1, files.1);
    let at = image.0.place(left.place);
    assert_eq!(at, files.0.place(right.place));
    match (&left.value, &right.value) {
        (Value::Scalar(a), Value::Scalar(b)) => {
            assert_eq!(a, b, "{at:?}");
            1
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            assert_eq!(a.len(), b.len(), "{at:?}");
            let items = a.iter().zip(b.iter());
            1 + items
                .map(|(a, b)| is_same((image.0, a), (files.0, b)))
                .sum::<usize>()
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            assert_eq!(a.len(), b.len(), "{at:?}");
            let mut count = 1;
            for (a, b) in a.iter().zip(b.iter()) {
                assert_eq!(
                    (&a.key.text, a.key.kind),
                    (&b.key.text, b.key.kind),
                    "{at:?}"
                );
                assert_eq!(image.0.place(a.key.place), files.0.place(b.key.place));
                count += is_same((image.0, &a.value), (files.0, &b.value));
            }
            count
        }
        _ => panic!("{at:?}: another shape"),
    }
}

#[test]
fn every_file_of_the_image_is_the_file() {
    let (image, files) = both();
    let paths = |loaded: &Loaded| -> Vec<String> {
        loaded
            .catalog
            .files()
            .map(|(path, _)| path.to_owned())
            .collect()
    };
    assert_eq!(paths(&image), paths(&files));
    let (mut trees, mut texts, mut nodes) = (0, 0, 0);
    for ((path, packed), (_, read)) in image.catalog.files().zip(files.catalog.files()) {
        assert_eq!(
            image.place(Place::whole(packed.source)),
            files.place(Place::whole(read.source))
        );
        if packed.bytes().is_empty() {
            let packed = packed.tree().value.expect("a tree");
            let read = read.tree().value.expect("a tree");
            nodes += is_same((&image, &packed), (&files, &read));
            trees += 1;
        } else {
            assert_eq!(packed.bytes(), read.bytes(), "{path}");
            texts += 1;
        }
    }
    assert!(
        trees > 20 && texts > 10 && nodes > 1_000,
        "{trees} {texts} {nodes}"
    );
}

/// What a catalog knows of its overlays beside their trees.
fn overlays(loaded: &Loaded) -> Vec<String> {
    let all = std::iter::once(loaded.catalog.base()).chain(loaded.catalog.overlays());
    let facts = all.map(|overlay| {
        let Overlay {
            name,
            criteria,
            base,
            is_external,
            ..
        } = overlay;
        let places = (
            loaded.place(overlay.base_place),
            loaded.place(overlay.place()),
        );
        format!("{name} {criteria:?} {base:?} {is_external} {places:?}")
    });
    facts.collect()
}

/// Debug output without byte offsets, which an image has none of.
fn without_offsets(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:#?}");
    let keeps = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("start: ") && !line.starts_with("end: ")
    };
    text.lines().filter(keeps).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_catalog_of_the_image_is_the_catalog_of_the_files() {
    let (image, files) = both();
    let (a, b) = (&image.catalog, &files.catalog);
    assert_eq!(a.version, b.version);
    assert_eq!(a.digest, b.digest);
    assert_eq!(a.layers, b.layers);
    assert_eq!(a.vocabulary, b.vocabulary);
    assert_eq!(a.overlays().len(), b.overlays().len());
    assert_eq!(overlays(&image), overlays(&files));
    assert!(a.overlays().len() > 5);
    for overlay in a.overlays() {
        let other = b.overlay(&overlay.name).expect("the same overlays");
        is_same((&image, &overlay.spec()), (&files, &other.spec()));
    }
    let mixins: Vec<&str> = a.mixins().map(|mixin| &*mixin.name).collect();
    assert_eq!(
        mixins,
        b.mixins().map(|mixin| &*mixin.name).collect::<Vec<_>>()
    );
    for name in mixins {
        let (a, b) = (
            a.mixin(name).expect("listed"),
            b.mixin(name).expect("listed"),
        );
        assert_eq!(image.sources.name(a.source), files.sources.name(b.source));
        is_same((&image, &a.spec()), (&files, &b.spec()));
    }
    assert_eq!(
        without_offsets(&a.components()),
        without_offsets(&b.components())
    );
    for entry in a.components() {
        let (a, b) = (a.note(&entry.name), b.note(&entry.name));
        assert_eq!(without_offsets(&a), without_offsets(&b));
    }
}

#[test]
fn every_combination_resolves_alike() {
    let (image, files) = both();
    let mut all = vec![Criteria::any()];
    for dimension in Dimension::ALL {
        let values = image.catalog.vocabulary.values(dimension, false);
        let values: Vec<String> = values.map(|(value, _)| value.to_owned()).collect();
        let with = |criteria: &Criteria, value: &String| {
            let mut criteria = criteria.clone();
            criteria.set(dimension, value.as_str());
            criteria
        };
        let more: Vec<Criteria> = all
            .iter()
            .flat_map(|c| values.iter().map(move |value| with(c, value)))
            .collect();
        all.extend(more);
    }
    let mut resolved = 0;
    for criteria in all {
        let query = Query::stated(criteria);
        let a = resolve(&image.catalog, &query, &mut Silent);
        let b = resolve(&files.catalog, &query, &mut Silent);
        let codes = |findings: &[strata_diagnostic::Finding]| -> Vec<String> {
            let text = findings
                .iter()
                .map(|f| format!("{} {}", f.rule.code, f.message));
            text.collect()
        };
        assert_eq!(codes(&a.findings), codes(&b.findings));
        if let (Some(a), Some(b)) = (a.value, b.value) {
            is_same((&image, &a.tree), (&files, &b.tree));
            assert_eq!(write_yaml(&a.tree), write_yaml(&b.tree));
            resolved += 1;
        }
    }
    assert!(resolved > 10, "{resolved}");
}
