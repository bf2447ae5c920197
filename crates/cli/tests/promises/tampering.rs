//! A bundle that was tampered with is refused, and one that was not is not.
//!
//! Ten thousand tamperings are held against the verdict in memory; some hundred of the same kinds
//! are made on disk and shown to the program. The seed is fixed: a tampering that is not refused
//! says which one it was.

mod kinds;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use fastrand::Rng;
use strata_artifact::{Entry, EntryKind, Listing, verify};
use strata_client::{Session, open_bundle};
use strata_host::RealSystem;

use self::kinds::{KINDS, tamper};
use crate::folder::Folder;

/// Arguments of bundles that together hold every kind of folder, of every deployer.
const BUNDLES: [&str; 14] = [
    "--service kind",
    "--service kind --accelerator h100",
    "--service eks --set nfd:master.replicaCount=2",
    "--service eks --accelerator h100 --intent training",
    "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow",
    "--service kind --deployer helmfile --dynamic nfd:a",
    "--service kind --deployer argocd --allow-placeholder --dynamic nfd:a",
    "--service kind --deployer argocd-helm --dynamic nfd:a",
    "--service kind --deployer flux --allow-placeholder --dynamic nfd:a",
    "-r k.yaml --data d --deployer argocd --allow-placeholder",
    "-r k.yaml --data d --deployer argocd-helm",
    "-r k.yaml --data d --deployer flux --allow-placeholder",
    "--service eks --accelerator h100 --intent training --readiness-hooks --deployer helmfile",
    "--service eks --accelerator h100 --intent training --readiness-hooks --deployer flux --allow-placeholder",
];
/// A recipe with a kustomization, and the layer that has it.
const KUSTOMIZED: [(&str, &str); 4] = [
    (
        "k.yaml",
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {version: v1}\ncriteria: {}\n\
         componentRefs:\n  - {name: k, type: Kustomize, path: components/k, namespace: k}\n",
    ),
    ("d/registry.yaml", crate::folder::EMPTY_REGISTRY),
    (
        "d/components/k/kustomization.yaml",
        "resources: [map.yaml]\n",
    ),
    (
        "d/components/k/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}\n",
    ),
];
const TAMPERINGS: u64 = 10_000;
const ON_DISK: u64 = 300;
const UNTOUCHED: u64 = 100;

/// Makes the bundles, each under its number, and returns what is in each.
fn bundles(folder: &Folder) -> Vec<Listing> {
    let make = |(index, arguments): (usize, &&str)| {
        let run = folder.shell(&format!("strata bundle {arguments} -o {index}"));
        assert_eq!(run.status, 0, "{run:?}");
        read(&folder.at(&index.to_string()))
    };
    BUNDLES.iter().enumerate().map(make).collect()
}

fn read(directory: &Path) -> Listing {
    let system = RealSystem;
    let mut session = Session::new(&system);
    let opened = open_bundle(&mut session, &directory.to_string_lossy());
    assert!(opened.findings.is_empty(), "{:?}", opened.findings);
    opened.value.expect("a bundle")
}

/// Tampers with one of the bundles; the number decides which, how and where.
fn tampered(number: u64, bundles: &[Listing]) -> (usize, &'static str, Listing) {
    let mut rng = Rng::with_seed(number);
    let index = rng.usize(..bundles.len());
    let original = &bundles[index];
    let kind = KINDS[usize::try_from(number).expect("small") % KINDS.len()];
    loop {
        let mut copy = original.clone();
        tamper(&mut copy, kind, &mut rng);
        // Two files may be the same, and what is written over may be what was there.
        if sorted(&copy) != sorted(original) {
            return (index, kind, copy);
        }
    }
}

fn sorted(listing: &Listing) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = listing.entries.iter().collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.bytes.cmp(&b.bytes)));
    entries
}

/// Every deployer is among them, so that a new one is tampered with as well.
#[test]
fn bundles_of_every_deployer_are_tampered_with() {
    let folder = Folder::in_memory(&KUSTOMIZED);
    let bundles = bundles(&folder);
    for deployer in strata_release::deployer::ALL {
        let record = format!("deployer: {}\n", deployer.name);
        let has_it = |listing: &Listing| {
            let bytes = listing.file("bundle.yaml").expect("a record");
            String::from_utf8_lossy(bytes).contains(&record)
        };
        assert!(bundles.iter().any(has_it), "{}", deployer.name);
    }
}

#[test]
fn ten_thousand_tamperings_are_refused() {
    let folder = Folder::in_memory(&KUSTOMIZED);
    let bundles = &bundles(&folder);
    let passed: Vec<String> = thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let numbers = (0..TAMPERINGS).filter(|number| number % 2 == half);
                let passed = numbers.filter_map(|number| {
                    let (index, kind, listing) = tampered(number, bundles);
                    let is_intact = verify(&listing).is_intact();
                    is_intact.then(|| format!("{number}: {kind} in `{}`", BUNDLES[index]))
                });
                passed.collect::<Vec<_>>()
            })
        });
        let halves = halves.map(|half| half.join().expect("no verdict panics"));
        halves.concat()
    });
    assert!(passed.is_empty(), "not refused:\n{}", passed.join("\n"));
}

#[test]
fn a_hundred_untouched_bundles_are_not_refused() {
    let folder = Folder::in_memory(&KUSTOMIZED);
    let bundles = bundles(&folder);
    for number in 0..UNTOUCHED {
        let mut rng = Rng::with_seed(number);
        let original = &bundles[rng.usize(..bundles.len())];
        let mut listing = original.clone();
        rng.shuffle(&mut listing.entries);
        if rng.bool() {
            let name = *rng.choice(&[".git", ".hg", ".jj", ".svn"]).expect("four");
            listing
                .entries
                .push(Entry::bare(name, EntryKind::Directory));
        }
        if rng.bool() {
            listing.entries.push(Entry::file(".strata-lock", "", false));
        }
        let verdict = verify(&listing);
        assert!(verdict.is_intact(), "{number}: {:?}", verdict.problems);
        assert_eq!(verdict.digest, verify(original).digest);
    }
}

#[test]
fn the_program_refuses_what_is_tampered_with_on_disk() {
    let folder = Folder::in_memory(&KUSTOMIZED);
    let bundles = bundles(&folder);
    let names: Vec<String> = (0..ON_DISK).map(|number| format!("t{number}")).collect();
    for (number, name) in (0..ON_DISK).zip(&names) {
        let (index, kind, listing) = tampered(number, &bundles);
        write(&folder.at(name), &listing);
        let run = folder.strata(&["verify", name]);
        let said = format!("{number}: {kind} in `{}`: {run:?}", BUNDLES[index]);
        assert_eq!(run.status, 4, "{said}");
        assert!(run.stdout.contains(": refused, "), "{said}");
        let codes = run.codes();
        assert!(codes.iter().all(|code| code.starts_with("ART-")), "{said}");
        fs::remove_dir_all(folder.at(name)).expect("ours");
    }
}

/// Writes a listing; of two files at one path, which no directory holds, the later is written.
fn write(root: &Path, listing: &Listing) {
    fs::create_dir(root).expect("writable");
    for entry in &listing.entries {
        let path = root.join(&entry.path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        match entry.kind {
            EntryKind::Directory => fs::create_dir_all(&path).expect("writable"),
            EntryKind::File => {
                fs::write(&path, &entry.bytes).expect("writable");
                let mode = if entry.is_executable { 0o755 } else { 0o644 };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
            }
            EntryKind::Link | EntryKind::Other => {
                std::os::unix::fs::symlink("deploy.sh", &path).expect("writable");
            }
        }
    }
}

#[test]
fn copies_and_other_umasks_change_nothing() {
    let folder = Folder::in_memory(&[]);
    folder.shell("strata bundle --service kind -o b").done();
    let sealed = folder.strata(&["verify", "b"]).done().stdout;
    for change in [
        "cp -r b c",
        "mkdir x && cp -a b x/c && mv x/c c",
        "mkdir c && tar -C b -cf - . | tar -C c -xf -",
        "cp -r b c && chmod -R go-rwx c",
        "cp -r b c && chmod -R g+w c",
        "cp -r b c && find c -type f -exec chmod a-w {} +",
        "cp -r b c && touch -d 2001-01-01 c/deploy.sh c/bundle.yaml",
        "mkdir c && cd c && git init -q && cp -r ../b/. .",
    ] {
        let run = folder.shell(change);
        assert_eq!(run.status, 0, "{change}: {run:?}");
        let copied = folder.strata(&["verify", "c"]).done().stdout;
        let digest = |text: &str| {
            text.split_whitespace()
                .find(|word| word.starts_with("sha256:"))
                .map(str::to_owned)
        };
        assert_eq!(digest(&copied), digest(&sealed), "{change}");
        folder.shell("chmod -R u+w c; rm -rf c x").done();
    }
}
