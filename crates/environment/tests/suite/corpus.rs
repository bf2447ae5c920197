//! The recorded repository of a workstation: what is found in it, to the last count.

use std::path::PathBuf;

use strata_diagnostic::Finding;
use strata_environment::rules::Check;

use crate::support::{Found, check_files, read_directory};

fn repository() -> Option<PathBuf> {
    strata_testkit::corpus::find("the repository of a workstation", "workstation/repo")
}

fn found(is_wanted: &dyn Fn(&Check) -> bool) -> Option<Found> {
    Some(check_files(&read_directory(&repository()?), is_wanted))
}

#[test]
fn all_compositions_are_found_and_nothing_else() {
    let Some(found) = found(&|_| false) else {
        return;
    };
    let messages: Vec<&str> = found.import.findings.iter().map(|f| &*f.message).collect();
    assert!(messages.is_empty(), "{messages:#?}");
    let stacks = &found.import.workspace.stacks;
    let services: usize = stacks.iter().map(|stack| stack.services.len()).sum();
    assert_eq!((stacks.len(), services), (34, 138));
    let implicit = stacks.iter().filter(|stack| stack.project.name == "docker");
    assert_eq!(implicit.count(), 30);
    let ports = stacks.iter().flat_map(|stack| &stack.services);
    assert_eq!(ports.map(|service| service.ports.len()).sum::<usize>(), 182);
    assert_eq!(found.import.workspace.templates.len(), 1);
}

/// How often each code is found: in all files, in the stacks (`docker-compose.*.yml`), in the
/// unified file (`docker-compose.yml`), in the legacy files. A finding about several files counts
/// for the part that all of them are in. Figures are those that were counted by hand.
const COUNTS: &[(&str, usize, Option<[usize; 3]>)] = &[
    ("PRT-1", 4, Some([2, 1, 1])),
    ("PRT-2", 41, None),
    ("PRT-4", 181, None),
    ("RST-1", 6, Some([5, 1, 0])),
];

#[test]
fn counts_are_those_that_were_counted_by_hand() {
    let Some(found) = found(&|_| true) else {
        return;
    };
    let part = |finding: &Finding| {
        let place = finding.places.first().expect("a place").place;
        let file = found.sources.name(place.source);
        match file {
            "docker/docker-compose.yml" => 1,
            _ if file.contains("docker-compose.") => 0,
            _ => 2,
        }
    };
    let mut wrong = Vec::new();
    for (code, all, parts) in COUNTS {
        let of_code = found.findings.iter().filter(|f| f.rule.code == *code);
        let mut counts = [0; 3];
        for finding in of_code {
            counts[part(finding)] += 1;
        }
        let is_right =
            counts.iter().sum::<usize>() == *all && parts.is_none_or(|parts| parts == counts);
        if !is_right {
            wrong.push(format!("{code}: {counts:?} instead of {all} {parts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
