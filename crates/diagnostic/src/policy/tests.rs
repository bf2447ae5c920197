//! What counts, and who accepted the rest.

use super::*;
use crate::glob::Glob;
use crate::rule::{Class, Rule};
use crate::source::Source;

const fn rule(code: &'static str, severity: Severity) -> Rule {
    Rule {
        code,
        severity,
        class: Class::Finding,
        summary: "",
        cause: "",
        example: "",
        remedy: "",
    }
}
static PORT: Rule = rule("PRT-2", Severity::Error);
static TENTH: Rule = rule("PRT-10", Severity::Error);
static NAME: Rule = rule("NAM-1", Severity::Warning);

const A: SourceId = SourceId(0);
const B: SourceId = SourceId(1);

fn today() -> Date {
    Date::parse("2026-05-01").expect("a day")
}

fn sources(a: &str) -> Sources {
    let mut sources = Sources::new();
    for (name, text) in [("a.yml", a), ("b.yml", "")] {
        sources.add(Source {
            name: name.into(),
            layer: None,
            text: Some(text.into()),
        });
    }
    sources.add_named("strata.yaml");
    sources
}

fn book() -> Rulebook {
    let rules: [&Rule; 3] = [&PORT, &TENTH, &NAME];
    Rulebook::new(rules.into_iter().chain(codes::RULES.iter().copied()))
}

fn policy() -> Policy {
    let book = book();
    let active = book.active(None, &BTreeSet::new());
    let mut policy = Policy::of(active, today());
    policy.paths = [(A, "a.yml".to_owned()), (B, "b.yml".to_owned())].into();
    policy.judged = [A, B].into();
    policy.is_whole = true;
    policy
}

fn with_comments(text: &str) -> Policy {
    let mut policy = policy();
    let mut start = 0;
    let mut comments = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(at) = line.find('#') {
            comments.push(Comment {
                line: u32::try_from(index + 1).expect("small"),
                start: u32::try_from(start + at).expect("small"),
                end: u32::try_from(start + line.len()).expect("small"),
            });
        }
        start += line.len() + 1;
    }
    let (read, findings) = FileComments::read(A, text, &comments, &book());
    assert!(findings.is_empty(), "{findings:?}");
    policy.comments.insert(A, read);
    policy
}

fn waiver(codes: &[Code], path: Option<&str>, expires: Option<&str>) -> Waiver {
    let place = Place::at(SourceId(2), 4, 1);
    let mut waiver = Waiver::new(codes[0], codes.to_vec(), "agreed", place);
    waiver.path = path.map(Glob::new);
    waiver.expires = expires.and_then(Date::parse);
    waiver
}

fn at(source: SourceId, line: u32) -> Place {
    Place::at(source, line, 1)
}

/// Code, message and suppressor of each, in order.
fn said(policy: &Policy, findings: Vec<Finding>, text: &str) -> Vec<String> {
    let judged = policy.judge(findings, &sources(text));
    let words = judged.iter().map(|judged| {
        let by = judged
            .suppression
            .as_ref()
            .map(|suppression| suppression.by);
        let by = by.map(|by| format!(" {by:?}")).unwrap_or_default();
        let finding = &judged.finding;
        format!("{} {}{by}", finding.rule.code, finding.message)
    });
    words.collect()
}

#[test]
fn the_order_is_that_of_severity_code_and_place() {
    let findings = vec![
        Finding::new(&NAME, "d").at(at(A, 1)),
        Finding::new(&TENTH, "c").at(at(A, 1)),
        Finding::new(&PORT, "b").at(at(B, 1)),
        Finding::new(&PORT, "a").at(at(A, 9)),
    ];
    let expected = ["PRT-2 a", "PRT-2 b", "PRT-10 c", "NAM-1 d"];
    assert_eq!(said(&policy(), findings.clone(), ""), expected);
    let reversed = findings.into_iter().rev().collect();
    assert_eq!(said(&policy(), reversed, ""), expected);
}

#[test]
fn severities_are_the_projects_and_ignored_codes_are_dropped() {
    let mut policy = policy();
    policy.severities.insert("NAM-1", Severity::Error);
    policy.active.remove("PRT-10");
    let findings = vec![
        Finding::new(&NAME, "n").at(at(A, 1)),
        Finding::new(&TENTH, "t").at(at(A, 1)),
    ];
    let judged = policy.judge(findings, &sources(""));
    assert_eq!(judged.len(), 1);
    assert!(judged[0].finding.is_error());
}

#[test]
fn a_comment_accepts_the_main_place_only() {
    let text = "x: 1 # strata: ignore[PRT-2] why\ny: 2\n";
    let policy = with_comments(text);
    let findings = vec![
        Finding::new(&PORT, "main").at(at(A, 1)),
        Finding::new(&PORT, "other")
            .at(at(A, 2))
            .labeled(at(A, 1), "first"),
    ];
    let expected = ["PRT-2 main Comment", "PRT-2 other"];
    assert_eq!(said(&policy, findings, text), expected);
}

#[test]
fn one_of_two_parties_is_enough_and_one_of_three_is_not() {
    let text = "x: 1 # strata: ignore[PRT-2] why\n";
    let policy = with_comments(text);
    let two = Finding::new(&PORT, "two")
        .at(at(B, 1))
        .at(at(A, 1))
        .among_parties();
    let three = Finding::new(&PORT, "three")
        .at(at(A, 1))
        .at(at(B, 1))
        .at(at(B, 2));
    let findings = vec![two, three.among_parties()];
    let expected = ["PRT-2 three", "PRT-2 two Comment"];
    assert_eq!(said(&policy, findings, text), expected);
}

#[test]
fn a_comment_and_a_waiver_accept_parties_together() {
    let text = "x: 1 # strata: ignore[PRT-2] why\n";
    let mut policy = with_comments(text);
    policy.waivers.push(waiver(&["PRT-2"], Some("b.yml"), None));
    let finding = Finding::new(&PORT, "m")
        .at(at(A, 1))
        .at(at(A, 5))
        .at(at(B, 2));
    let finding = finding.among_parties();
    assert_eq!(said(&policy, vec![finding], text), ["PRT-2 m Waiver"]);
}

#[test]
fn waivers_are_about_codes_files_and_subjects() {
    let mut policy = policy();
    policy.waivers.push(waiver(&["PRT-2"], Some("b*"), None));
    let mut by_subject = waiver(&["NAM-1"], None, None);
    by_subject.subject = Some("kong".to_owned());
    policy.waivers.push(by_subject);
    let findings = vec![
        Finding::new(&PORT, "a").at(at(A, 1)),
        Finding::new(&PORT, "b").at(at(B, 1)),
        Finding::new(&NAME, "c").about("kong"),
        Finding::new(&NAME, "d").about("konga").at(at(A, 1)),
    ];
    let expected = ["PRT-2 a", "PRT-2 b Waiver", "NAM-1 c Waiver", "NAM-1 d"];
    assert_eq!(said(&policy, findings, ""), expected);
}

#[test]
fn an_expired_waiver_accepts_nothing_and_is_a_finding() {
    let mut policy = policy();
    policy
        .waivers
        .push(waiver(&["PRT-2"], None, Some("2026-04-30")));
    policy
        .waivers
        .push(waiver(&["NAM-1"], None, Some("2026-05-01")));
    let findings = vec![
        Finding::new(&PORT, "a").at(at(A, 1)),
        Finding::new(&NAME, "b").at(at(A, 1)),
    ];
    let expected = [
        "PRT-2 a",
        "CHK-5 the waiver of `PRT-2` expired after 2026-04-30",
        "NAM-1 b Waiver",
    ];
    assert_eq!(said(&policy, findings, ""), expected);
}

#[test]
fn what_accepts_nothing_is_a_finding_where_everything_was_seen() {
    let text = "x: 1 # strata: ignore[PRT-2] why\n";
    let mut policy = with_comments(text);
    policy.waivers.push(waiver(&["NAM-1"], None, None));
    let old = [Finding::new(&TENTH, "old").at(at(B, 1))];
    let written = Baseline::write(&old, &policy.paths);
    let place = Place::whole(SourceId(2));
    let baseline = Baseline::read(written.as_bytes(), "x.json", place).expect("it reads");
    policy.baseline = Some((baseline, policy.paths.clone()));
    let expected = [
        "CHK-4 nothing here needs `PRT-2`",
        "CHK-4 1 entry of the baseline accepts what is no longer found",
        "CHK-4 nothing is found that the waiver of `NAM-1` accepts",
    ];
    assert_eq!(said(&policy, Vec::new(), text), expected);
    policy.judged.clear();
    policy.is_whole = false;
    assert_eq!(said(&policy, Vec::new(), text), Vec::<String>::new());
}

#[test]
fn a_baseline_prefers_what_is_as_it_was() {
    let mut policy = policy();
    let old = [
        Finding::new(&PORT, "")
            .at_path(at(A, 1), "x")
            .at_path(at(B, 1), "y"),
        Finding::new(&PORT, "").at_path(at(A, 1), "x"),
    ];
    let written = Baseline::write(&old, &policy.paths);
    let baseline = Baseline::read(written.as_bytes(), "x.json", Place::NOWHERE).expect("it reads");
    policy.baseline = Some((baseline, policy.paths.clone()));
    let findings = vec![
        Finding::new(&PORT, "first").at_path(at(A, 1), "x"),
        Finding::new(&PORT, "second").at_path(at(A, 2), "x"),
        Finding::new(&PORT, "third").at_path(at(A, 3), "x"),
    ];
    let expected = [
        "PRT-2 first Baseline",
        "PRT-2 second Baseline",
        "PRT-2 third",
    ];
    assert_eq!(said(&policy, findings, ""), expected);
}
