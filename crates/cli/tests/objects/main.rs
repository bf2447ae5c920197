//! Kubernetes objects, judged by `strata check` and by kubeconform with the same schemas.
//!
//! Both get what a real API server publishes and the same definitions: ours through `strata check`, kubeconform's
//! converted here to the form that it reads. They must agree on every object of every bundle, on what real
//! charts render, and on objects that were broken on purpose. Where they do not, the reason is on a closed list.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run programs and make files where the programs look for them"
)]
#![expect(
    clippy::print_stdout,
    reason = "how many objects were judged is for whoever reads the test run"
)]

mod accepted;
mod collected;
mod files;
mod judges;
mod mutated;
mod object;
mod recipes;
mod releases;
mod rendered;

use std::path::Path;

use strata_testkit::{corpus, tools};

use collected::{COLLECTED, Collected, PROGRAMS};
use judges::{Judges, Report};

/// Objects that are broken on purpose.
const MUTATED: usize = 2_000;

#[test]
fn check_and_kubeconform_agree_on_every_object_and_on_broken_ones() {
    let what = "objects are judged beside kubeconform";
    let Some(corpus) = corpus::find(what, ".") else {
        return;
    };
    let programs = [
        "kubeconform",
        "etcd",
        "kube-apiserver",
        "kubectl",
        "openssl",
    ];
    if !tools::available(what, &[&programs[..], &PROGRAMS].concat()) {
        return;
    }
    let Some(collected) = &*COLLECTED else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let judges = Judges::new(folder.path(), &corpus.join("crds"));
    print_counts(collected);

    let report = compare(&judges, folder.path(), "whole", &collected.texts());
    assert!(report.valid > 1_000, "{report:#?}");
    // What our own bundles and real charts say is right.
    assert_eq!(report.both_refuse, 0, "{report:#?}");
    assert_eq!(report.ours_alone.len(), 0, "{report:#?}");

    let mutated = mutated::texts(&collected.texts(), MUTATED);
    let report = compare(&judges, folder.path(), "mutated", &mutated);
    assert_eq!(report.total(), MUTATED, "{report:#?}");
    assert!(report.both_refuse > MUTATED / 2, "{report:#?}");
    assert!(report.valid > MUTATED / 50, "{report:#?}");
}

fn print_counts(collected: &Collected) {
    for ((name, deployer), count) in collected.counts() {
        println!("{count:>6} objects: {name}, {deployer}");
    }
}

/// Writes one object a file and lets both judge them.
fn compare(judges: &Judges, folder: &Path, name: &str, texts: &[String]) -> Report {
    let folder = folder.join(name);
    std::fs::create_dir(&folder).expect("writable");
    for (index, text) in texts.iter().enumerate() {
        let path = folder.join(format!("{index:05}.yaml"));
        std::fs::write(path, text).expect("writable");
    }
    let report = judges.compare(&folder, texts.len());
    println!("{name}: {report}");
    let unexplained = &report.unexplained;
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    report
}
