//! The same input gives the same bytes, wherever, whenever and in whatever language.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use strata_client::{
    BundleRequest, CatalogRequest, CriteriaRequest, Session, Stated, bundle, open_catalog,
};
use strata_cluster::Dimension;
use strata_host::RealSystem;

use crate::folder::{Folder, Run, STRATA};

/// The most specific criteria of the compiled-in catalog.
const CRITERIA: [&str; 10] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
    "--os",
    "ubuntu",
    "--platform",
    "kubeflow",
];

/// Runs beside the first one.
const RUNS: usize = 100;

/// Surroundings that differ from run to run: locales, time zones, and what else lies around.
const SURROUNDINGS: [&[(&str, &str)]; 5] = [
    &[],
    &[("LANG", "de_DE.UTF-8"), ("TZ", "Asia/Kathmandu")],
    &[
        ("LC_ALL", "tr_TR.UTF-8"),
        ("TZ", "America/St_Johns"),
        ("COLUMNS", "40"),
    ],
    &[
        ("LC_ALL", "C"),
        ("LANGUAGE", "ja"),
        ("SOURCE_DATE_EPOCH", "1"),
        ("HOSTNAME", "other"),
    ],
    &[
        ("LC_ALL", "C.UTF-8"),
        ("TZ", ":/nowhere"),
        ("USER", "somebody"),
        ("TERM", "dumb"),
    ],
];

fn run(folder: &Folder, number: usize, arguments: &[&str]) -> Run {
    let mut command = folder.command(STRATA);
    let surroundings = SURROUNDINGS[number % SURROUNDINGS.len()];
    command.envs(surroundings.iter().copied()).args(arguments);
    Run::of(&mut command).done()
}

/// Every file below a folder: path → mode and content.
fn files(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let mode = fs::metadata(&path).expect("readable").permissions().mode();
                let inside = path
                    .strip_prefix(root)
                    .expect("below the root")
                    .to_path_buf();
                found.insert(inside, (mode & 0o777, fs::read(&path).expect("readable")));
            }
        }
    }
    found
}

#[test]
fn a_recipe_is_the_same_a_hundred_times() {
    let folders = [
        Folder::in_memory(&[]),
        Folder::in_memory(&[("elsewhere", "")]),
    ];
    for format in ["yaml", "json"] {
        let arguments = [&["recipe", "--format", format], &CRITERIA[..]].concat();
        let first = run(&folders[0], 0, &arguments).stdout;
        assert!(first.len() > 10_000);
        for number in 1..=RUNS {
            let again = run(&folders[number % 2], number, &arguments).stdout;
            assert!(again == first, "run {number} differs");
        }
    }
}

#[test]
fn a_bundle_is_the_same_a_hundred_times() {
    let folders = [
        Folder::in_memory(&[]),
        Folder::in_memory(&[("elsewhere", "")]),
    ];
    let bundle = |number: usize| {
        let folder = &folders[number % 2];
        let name = format!("out{}", number % 3);
        let line = [&["bundle", "-o", &name], &CRITERIA[..]].concat();
        run(folder, number, &line);
        let made = files(&folder.at(&name));
        fs::remove_dir_all(folder.at(&name)).expect("ours");
        made
    };
    let first = bundle(0);
    assert!(first.len() > 50);
    for number in 1..=RUNS {
        assert!(bundle(number) == first, "run {number} differs");
    }
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    let folder = Folder::in_memory(&[]);
    let made = |umask: &str| {
        let name = format!("out{umask}");
        folder.shell(&format!(
            "umask {umask}; strata bundle --service kind -o {name}"
        ));
        let made = files(&folder.at(&name));
        assert!(made.values().all(|(mode, _)| [0o644, 0o755].contains(mode)));
        made
    };
    assert!(made("077") == made("000"));
}

/// Copies files in an order, so that directories list them in another one.
fn copied(from: &BTreeMap<PathBuf, (u32, Vec<u8>)>, order: &[usize]) -> Folder {
    let folder = Folder::in_memory(&[]);
    let all: Vec<_> = from.iter().collect();
    for index in order {
        let (path, (_, bytes)) = all[*index];
        folder.write(&format!("c/{}", path.display()), bytes);
    }
    folder
}

/// Orders of creation: as sorted, reversed, and scattered by a step that meets every number once.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let sorted: Vec<usize> = (0..count).collect();
    let reversed = sorted.iter().rev().copied().collect();
    let step = (7..count).find(|step| greatest_divisor(*step, count) == 1);
    let step = step.expect("some number has no divisor in common");
    let scattered = (0..count).map(|number| number * step % count).collect();
    vec![sorted, reversed, scattered]
}

fn greatest_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_divisor(b, a % b)
    }
}

#[test]
fn the_order_in_which_files_were_created_does_not_matter() {
    let catalog = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/cluster"));
    for flag in ["--catalog", "--data"] {
        let mut results = Vec::new();
        for order in orders(catalog.len()) {
            let folder = copied(&catalog, &order);
            let with_flag = |first: &[&'static str]| [first, &[flag, "c"], &CRITERIA[..]].concat();
            // A layer that repeats everything is reported to replace nothing, so it says nothing.
            let recipe = run(&folder, 0, &with_flag(&["recipe"])).stdout;
            let list = run(&folder, 0, &["catalog", "list", flag, "c"]).stdout;
            run(&folder, 0, &with_flag(&["bundle"]));
            results.push((recipe, list, files(&folder.at("bundle"))));
        }
        assert_eq!(results.len(), 3);
        assert!(
            results[0] == results[1] && results[1] == results[2],
            "{flag}"
        );
    }
}

#[test]
fn a_layer_that_lists_its_files_in_any_order_reports_the_same() {
    let overlays: BTreeMap<PathBuf, (u32, Vec<u8>)> = (0..12)
        .map(|number| {
            let text = format!(
                "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: same}}\n\
                 spec: {{base: gone{number}}}\n"
            );
            let path = PathBuf::from(format!("overlays/o{number}.yaml"));
            (path, (0o644, text.into_bytes()))
        })
        .collect();
    let mut reports = orders(overlays.len()).into_iter().map(|order| {
        let folder = copied(&overlays, &order);
        folder.write("c/registry.yaml", crate::folder::EMPTY_REGISTRY);
        let run = folder.strata(&["recipe", "--service", "kind", "--data", "c"]);
        assert_eq!(run.status, 2, "{run:?}");
        run.stderr
    });
    let first = reports.next().expect("three orders");
    assert!(reports.all(|report| report == first));
}

/// The version of the program stands in `bundle.yaml` and nowhere else, so that an update of the
/// program alone changes that file and the checksums.
#[test]
fn another_version_of_the_program_changes_the_record_and_the_checksums_only() {
    let folder = Folder::in_memory(&[]);
    let system = RealSystem;
    let mut session = Session::new(&system);
    let catalog = open_catalog(&mut session, &CatalogRequest::default());
    let catalog = catalog.value.expect("the catalog of the program");
    let mut criteria = CriteriaRequest::default();
    for pair in CRITERIA.chunks(2) {
        let dimension = Dimension::from_name(pair[0].trim_start_matches("--"));
        let stated = Stated {
            text: pair[1].to_owned(),
            origin: pair[0].to_owned(),
        };
        criteria.values.insert(dimension.expect("one"), stated);
    }
    let mut made = |version: &str| {
        let mut request = BundleRequest {
            output: folder.at(version).to_string_lossy().into_owned(),
            tool_version: version.to_owned(),
            ..BundleRequest::default()
        };
        request.subject.resolve.criteria = criteria.clone();
        let outcome = bundle(&mut session, &catalog, &[request]);
        assert!(outcome.value.is_some(), "{:?}", outcome.findings);
        files(&folder.at(version))
    };
    let (one, other) = (made("0.1.0"), made("12.34.56-rc.1"));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    let changed = one.iter().filter(|(path, file)| other[*path] != **file);
    let changed: Vec<_> = changed
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(changed, ["bundle.yaml", "checksums.txt"]);
    let record = |version: &str| folder.read(&format!("{version}/bundle.yaml"));
    let updated = record("0.1.0").replace("0.1.0", "12.34.56-rc.1");
    assert_eq!(updated, record("12.34.56-rc.1"));
}
