//! The recorded repository of a workstation: what is found in it, to the last count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use strata_diagnostic::Finding;
use strata_environment::rules::{ALL, Check};
use strata_testkit::read_directory;

use crate::support::{Found, check_files};

/// The page of the book about what was counted otherwise.
const PAGE: &str = "../../docs/src/recorded-counts.md";

pub(crate) fn repository() -> Option<PathBuf> {
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

/// Findings beyond those that were counted by hand, with the reason why they are right. The page
/// [`PAGE`] says more of each.
const BEYOND: &[(&str, &str, &str)] = &[
    (
        "KBF-1",
        "docker-compose.ruvector.yml:248",
        "embedding-service: its image has had no curl since 1.8",
    ),
    (
        "KBF-1",
        "docker/argocd.yml:105",
        "argocd-server: its image has no curl",
    ),
    (
        "KBF-1",
        "docker/docker-compose.llmops.yml:113",
        "mlflow: its image is made from a slim Python, without wget",
    ),
    (
        "KBF-1",
        "docker/docker-compose.observability.yml:117",
        "promtail: its image has had no wget since 3.2.2, but for 3.3.0",
    ),
    (
        "PRT-3",
        "docker/docker-compose.identity.yml:176",
        "vaultwarden: it listens on 3012 no more since 1.31",
    ),
    (
        "PRT-3",
        "docker/docker-compose.yml:741",
        "vaultwarden: the same image",
    ),
];

/// How often each code is found: in all files, and in each part checked alone: the stacks
/// (`docker-compose.*.yml`), the unified file (`docker-compose.yml`), the legacy files. What only
/// collides between parts is in none of them. Figures are those that were counted by hand.
const COUNTS: &[(&str, usize, Option<[usize; 3]>)] = &[
    ("BLD-2", 2, Some([2, 0, 0])),
    ("DEP-1", 0, None),
    ("DEP-2", 0, None),
    ("DEP-3", 2, Some([0, 0, 2])),
    ("DEP-4", 15, Some([11, 3, 1])),
    ("DEP-5", 8, Some([0, 8, 0])),
    // By hand 15: the image of one brings a probe.
    ("HLT-1", 14, Some([0, 3, 11])),
    ("HLT-2", 10, Some([6, 2, 2])),
    // By hand 21 and 138: two are names for what is built here.
    ("IMG-1", 19, Some([11, 2, 6])),
    ("IMG-2", 25, Some([7, 4, 14])),
    ("IMG-3", 136, Some([72, 30, 34])),
    ("IMG-4", 17, None),
    ("KBF-1", 4, None),
    ("KBF-2", 3, None),
    ("KBF-3", 2, None),
    ("KBF-4", 2, None),
    ("KBF-5", 3, None),
    ("NAM-1", 10, Some([2, 0, 0])),
    ("NAM-2", 16, Some([6, 0, 2])),
    ("NAM-3", 9, Some([1, 0, 2])),
    ("NAM-4", 5, Some([5, 0, 0])),
    ("NAM-5", 0, Some([0, 0, 0])),
    ("NAM-6", 30, Some([17, 0, 13])),
    ("NET-1", 1, Some([1, 0, 0])),
    ("NET-2", 1, Some([1, 0, 0])),
    // By hand 5: four collide with a script that is not recorded.
    ("NET-3", 1, Some([0, 0, 0])),
    ("NET-4", 1, Some([0, 0, 1])),
    ("NET-5", 0, Some([0, 0, 0])),
    ("NET-6", 3, Some([3, 0, 0])),
    ("INT-1", 2, Some([0, 0, 2])),
    ("OBS-1", 4, Some([4, 4, 0])),
    ("PRT-1", 4, Some([2, 1, 1])),
    ("PRT-2", 41, Some([13, 0, 5])),
    ("PRT-3", 1, Some([1, 0, 0])),
    ("PRT-4", 181, None),
    ("PRT-5", 0, Some([0, 0, 0])),
    ("RES-1", 75, Some([59, 14, 2])),
    ("RES-2", 14, None),
    ("RES-3", 138, None),
    ("RST-1", 6, Some([5, 1, 0])),
    ("SEC-1", 13, Some([2, 0, 11])),
    ("SEC-2", 60, Some([34, 21, 5])),
    ("SEC-3", 12, Some([8, 2, 2])),
    ("SEC-4", 16, Some([10, 4, 2])),
    ("SEC-5", 17, Some([8, 5, 4])),
    ("SEC-6", 10, Some([3, 1, 6])),
    ("SEC-7", 119, None),
    ("SEC-8", 137, None),
    ("SEC-9", 138, Some([74, 30, 34])),
    ("SEC-10", 6, Some([3, 2, 1])),
    ("SEC-11", 2, Some([1, 1, 0])),
    ("SEC-12", 21, Some([13, 6, 2])),
    ("SEC-13", 1, Some([1, 0, 0])),
    ("SEC-14", 0, None),
    ("SEC-15", 0, None),
    ("VAR-1", 115, None),
    ("VAR-2", 17, None),
    ("VAR-3", 7, None),
    ("VAR-4", 68, None),
    ("VAR-5", 2, Some([0, 2, 0])),
    ("VOL-2", 8, Some([0, 0, 8])),
    ("VOL-4", 1, Some([0, 0, 1])),
    ("VOL-5", 0, None),
    ("VOL-6", 5, Some([1, 0, 4])),
];

/// Returns which part a Compose file belongs to.
fn part(file: &str) -> usize {
    match file {
        "docker/docker-compose.yml" => 1,
        _ if file.contains("docker-compose.") => 0,
        _ => 2,
    }
}

fn is_beyond(found: &Found, finding: &Finding) -> bool {
    let place = finding.places.first().expect("a place").place;
    let place = found.sources.describe(place);
    let mut beyond = BEYOND.iter();
    beyond.any(|(code, at, _)| *code == finding.rule.code && *at == place)
}

fn count(found: &Found) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let counted = found.findings.iter().filter(|one| !is_beyond(found, one));
    for finding in counted {
        *counts.entry(finding.rule.code).or_default() += 1;
    }
    counts
}

#[test]
fn counts_are_those_that_were_counted_by_hand() {
    let Some(root) = repository() else {
        return;
    };
    let files = read_directory(&root);
    let found = check_files(&files, &|_| true);
    let all = count(&found);
    let stacks = &found.import.workspace.stacks;
    let parts = [0, 1, 2].map(|wanted| {
        let mut files = files.clone();
        for stack in stacks.iter().filter(|stack| part(stack.file()) != wanted) {
            files.remove(stack.file());
        }
        count(&check_files(&files, &|_| true))
    });
    let beyond = found.findings.iter().filter(|one| is_beyond(&found, one));
    assert_eq!(beyond.count(), BEYOND.len(), "{BEYOND:#?}");
    let mut wrong = Vec::new();
    for (code, expected, of_parts) in COUNTS {
        let of = |counts: &BTreeMap<_, _>| counts.get(code).copied().unwrap_or_default();
        let counts = [of(&parts[0]), of(&parts[1]), of(&parts[2])];
        let is_right = of(&all) == *expected && of_parts.is_none_or(|parts| parts == counts);
        if !is_right {
            let found = of(&all);
            wrong.push(format!(
                "{code}: {found} {counts:?} instead of {expected} {of_parts:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn variables_are_used_in_several_parts() {
    let Some(found) = found(&|check| check.rule.code == "VAR-1") else {
        return;
    };
    let mut counts = [0; 3];
    for finding in &found.findings {
        let places = finding.places.iter().map(|label| label.place);
        let parts: BTreeSet<usize> = places
            .map(|place| part(found.sources.name(place.source)))
            .collect();
        for part in parts {
            counts[part] += 1;
        }
    }
    assert_eq!(counts, [103, 16, 11]);
}

/// Rows of a page whose first cell is a code: code and the other cells.
fn rows(page: &str) -> Vec<(&str, Vec<&str>)> {
    page.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(&str, Vec<&str>)> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let mut cells = inner.split(" | ");
    let code = cells.next()?;
    let is_code = ALL.iter().any(|check| check.rule.code == code);
    is_code.then(|| (code, cells.collect()))
}

#[test]
fn the_page_about_counts_names_what_is_found() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(path).expect("the page is there");
    let rows = rows(&page);
    let (_, beyond) = page
        .split_once("## Found beyond")
        .expect("it names what was not counted");
    let (beyond, _) = beyond.split_once("\n## ").expect("other parts follow");
    let named: BTreeSet<_> = self::rows(beyond)
        .into_iter()
        .map(|(code, cells)| (code, cells[0].trim_matches('`')))
        .collect();
    let known: BTreeSet<_> = BEYOND.iter().map(|(code, at, _)| (*code, *at)).collect();
    assert_eq!(named, known);
    let Some(found) = found(&|_| true) else {
        return;
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for finding in &found.findings {
        let code = finding.rule.code;
        *counts.entry(code).or_default() += 1;
        for label in &finding.places {
            places.insert((code, found.sources.describe(label.place)));
        }
    }
    let mut checked = (0, 0);
    for (code, cells) in &rows {
        if let Ok(count) = cells[1].parse::<usize>() {
            assert_eq!(counts.get(code), Some(&count), "{code}: {cells:?}");
            checked.0 += 1;
        } else {
            let place = cells[0].trim_matches('`').to_owned();
            assert!(
                places.contains(&(*code, place)),
                "{code} is not at {}",
                cells[0]
            );
            checked.1 += 1;
        }
    }
    assert_eq!(checked, (10, 24));
}
