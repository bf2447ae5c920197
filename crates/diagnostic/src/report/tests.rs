//! What reports look like, and that no text of the input gets out of its place in any of them.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::fix::Fix;
use crate::machine::render_json;
use crate::policy::Suppression;
use crate::rule::{Class, Rule};
use crate::source::{Place, Source};

const fn rule(code: &'static str, severity: Severity) -> Rule {
    Rule {
        code,
        severity,
        class: Class::Finding,
        summary: "a port is claimed twice",
        cause: "Both cannot have it.",
        example: "a: 1",
        remedy: "Change one.",
    }
}

static PORT: Rule = rule("PRT-2", Severity::Error);
static NAME: Rule = rule("NAM-1", Severity::Warning);
static NOTE: Rule = rule("IMG-3", Severity::Note);

struct Case {
    judged: Vec<Judged>,
    sources: Sources,
    files: Vec<SourceId>,
}

impl Case {
    fn new(files: &[(&str, &str)], findings: impl Fn(&[SourceId]) -> Vec<Finding>) -> Self {
        let mut sources = Sources::new();
        let files: Vec<SourceId> = files
            .iter()
            .map(|(name, text)| {
                sources.add(Source {
                    name: (*name).into(),
                    layer: None,
                    text: Some((*text).into()),
                })
            })
            .collect();
        let judged = findings(&files).into_iter().map(Judged::counted).collect();
        Self {
            judged,
            sources,
            files,
        }
    }

    fn with<T>(&self, f: impl FnOnce(&Report<'_>) -> T) -> T {
        let rulebook = Rulebook::new([&PORT, &NAME, &NOTE]).with_aliases(&[("ZON-1", "PRT-2")]);
        f(&Report {
            judged: &self.judged,
            sources: &self.sources,
            rulebook: &rulebook,
            files: &self.files,
            fail_on: Severity::Error,
            version: "1.2.3",
        })
    }

    fn grouped(&self, lines: Option<usize>) -> String {
        let options = GroupedOptions {
            color: false,
            lines,
            least: Severity::Warning,
        };
        self.with(|report| render_grouped(report, options))
    }
}

fn small() -> Case {
    let text = "é:\n  - 80\n";
    let mut case = Case::new(&[("a b.yml", text), ("/x/c.yml", "")], |files| {
        let place = Place {
            source: files[0],
            line: 2,
            column: 5,
            start: 8,
            end: 10,
        };
        let finding = Finding::new(&PORT, "tcp/80 is claimed by `a` and `b`")
            .at_path(place, "é[0]")
            .labeled_path(Place::at(files[1], 7, 1), "x", "claimed here")
            .about("tcp/80")
            .help("change one")
            .fix(Fix::safe("take 81").replace(files[0], 8, 10, "81"));
        let name = Finding::new(&NAME, "no name").at(Place::whole(files[1]));
        vec![finding, name, Finding::new(&NOTE, "no digest")]
    });
    case.judged[1].suppression = Some(Suppression {
        by: Suppressor::Comment,
        reason: "it has none".to_owned(),
        place: Place::NOWHERE,
    });
    case
}

#[test]
fn people_read_errors_first_and_what_is_not_shown() {
    let expected = "\
error[PRT-2] a b.yml:2: tcp/80 is claimed by `a` and `b`
  claimed here: /x/c.yml:7
  help: change one
1 error and 1 note in 2 files; accepted: 1 by comments
--fix repairs 1; --diff shows how
not shown: 1 note; -v shows all, --select CODE those of one code
";
    assert_eq!(small().grouped(Some(40)), expected);
}

#[test]
fn many_findings_stay_within_forty_lines_and_errors_win() {
    let case = Case::new(&[("a.yml", "")], |files| {
        let find = |rule: &'static Rule, number: u32| {
            let count = 1..=number;
            count.map(move |line| Finding::new(rule, "m").at(Place::at(files[0], line, 1)))
        };
        find(&PORT, 500).chain(find(&NAME, 300)).collect()
    });
    let text = case.grouped(Some(40));
    assert!(text.lines().count() <= 40, "{text}");
    let expected = "\
error[PRT-2] a.yml:1: m
  a.yml:2: m
  a.yml:3: m
  a.yml:4: m
  a.yml:5: m (and 495 more)
warning[NAM-1] a.yml:1: m
  a.yml:2: m
  a.yml:3: m
  a.yml:4: m
  a.yml:5: m (and 295 more)
500 errors and 300 warnings in 1 file
not shown: 790 findings; -v shows all, --select CODE those of one code
";
    assert_eq!(text, expected);
    assert_eq!(case.grouped(None).lines().count(), 801);
    let short = case.grouped(Some(7));
    assert_eq!(short.lines().count(), 5, "{short}");
    let shortest = case.grouped(Some(0));
    assert!(shortest.contains("also: NAM-1\n"), "{shortest}");
}

#[test]
fn a_clean_run_says_so() {
    let case = Case::new(&[("a.yml", ""), ("b.yml", "")], |_| Vec::new());
    assert_eq!(case.grouped(Some(40)), "no findings in 2 files\n");
    let markdown = case.with(|report| render_markdown(report, Severity::Note));
    assert_eq!(markdown, "### strata check passed: no findings\n");
    let ctrf: Value = serde_json::from_str(&case.with(|r| render_ctrf(r, 7))).expect("JSON");
    assert_eq!(ctrf["results"]["summary"]["passed"], 2);
    assert_eq!(ctrf["results"]["summary"]["start"], 7_000);
}

#[test]
fn sarif_has_regions_fixes_suppressions_and_rules() {
    let log: Value = serde_json::from_str(&small().with(render_sarif)).expect("JSON");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.yml");
    assert_eq!(
        place["region"],
        serde_json::json!({ "startLine": 2, "startColumn": 5, "endColumn": 7 })
    );
    let related = &result["relatedLocations"][0];
    let uri = &related["physicalLocation"]["artifactLocation"];
    assert_eq!(*uri, serde_json::json!({ "uri": "file:///x/c.yml" }));
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        replacement["deletedRegion"],
        serde_json::json!({ "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 7 })
    );
    assert_eq!(run["results"][1]["suppressions"][0]["kind"], "inSource");
    let reason = &run["results"][1]["suppressions"][0]["justification"];
    assert_eq!(reason, "it has none");
    assert_eq!(result["suppressions"], serde_json::json!([]));
    for result in run["results"].as_array().expect("a list") {
        let index = result["ruleIndex"].as_u64().expect("a number");
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn fingerprints_do_not_move_with_lines() {
    let at = |line: u32, path: &'static str| {
        let case = Case::new(&[("a.yml", "")], |files| {
            let finding = Finding::new(&PORT, "m").at_path(Place::at(files[0], line, 1), path);
            vec![finding.clone(), finding]
        });
        let log: Value = serde_json::from_str(&case.with(render_sarif)).expect("JSON");
        let results = log["runs"][0]["results"].as_array().cloned();
        let results = results.expect("a list").into_iter();
        results
            .map(|result| result["partialFingerprints"]["strata/v1"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(at(1, "x"), at(9, "x"));
    assert_ne!(at(1, "x"), at(1, "y"));
    let both = at(1, "x");
    assert!(both[0].ends_with(":1\"") && both[1].ends_with(":2\""));
}

#[test]
fn a_pull_request_gets_a_table_and_folds() {
    let text = small().with(|report| render_markdown(report, Severity::Warning));
    let expected = "\
### strata check failed: 1 error and 1 note

Accepted by comments, waivers or the baseline: 1.

| File | Errors | Warnings | Notes |
| --- | ---: | ---: | ---: |
| (no file) |  |  | 1 |
| <code>a b.yml</code> | 1 |  |  |

<details>
<summary><code>a b.yml</code>: 1 finding</summary>

| Line | Code | What |
| ---: | --- | --- |
| 2 | error PRT-2 | tcp/80 is claimed by <code>a</code> and <code>b</code><br>claimed here: \
                    <code>/x/c.yml&#58;7</code><br>help: change one |

</details>

Not shown for their severity: 1 finding; <code>-v</code> shows all.
";
    assert_eq!(text, expected);
}

#[test]
fn markdown_ends_before_services_cut_it() {
    let case = Case::new(&[("a.yml", ""), ("b.yml", "")], |files| {
        let long = "x".repeat(50_000);
        let find = |file: &SourceId| Finding::new(&PORT, long.clone()).at(Place::whole(*file));
        files.iter().map(find).collect()
    });
    let text = case.with(|report| render_markdown(report, Severity::Note));
    assert!(text.len() < 61_000);
    assert!(text.ends_with("\nNot shown for want of room: 1 finding.\n"));
}

#[test]
fn annotations_name_file_line_and_advice() {
    let text = small().with(|report| report.to_github(Severity::Warning));
    assert_eq!(
        text,
        "::error file=a b.yml,line=2,col=5,title=PRT-2::tcp/80 is claimed by `a` and `b`%0Aclaimed \
         here: /x/c.yml:7%0Ahelp: change one\nstrata check: 1 error and 1 note\n"
    );
}

#[test]
fn tests_are_findings_and_clean_files() {
    let report: Value = serde_json::from_str(&small().with(|r| render_ctrf(r, 0))).expect("JSON");
    let tests = report["results"]["tests"].as_array().expect("a list");
    let of = |index: usize, key: &str| tests[index][key].as_str().unwrap_or_default().to_owned();
    let said: Vec<String> = (0..tests.len())
        .map(|index| format!("{} {}", of(index, "status"), of(index, "name")))
        .collect();
    assert_eq!(
        said,
        [
            "failed PRT-2 tcp/80 a b.yml é[0]",
            "skipped NAM-1 /x/c.yml",
            "other IMG-3",
        ]
    );
    assert_eq!(of(0, "trace"), "/x/c.yml:7: claimed here\nhelp: change one");
}

/// Text with everything that means something to one of the formats.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[ -~]{0,6}",
        "\\PC{0,4}",
        Just("\n".to_owned()),
        Just("\r\n::error file=x::y\n".to_owned()),
        Just("|`<b>@me#1&amp;](http://x)".to_owned()),
        Just("]]>%0A%25,:".to_owned()),
        Just("\u{1b}[31m\u{202e}\u{0}\u{85}\u{2028}".to_owned()),
        Just("</code></details>\n\n# x".to_owned()),
    ];
    proptest::collection::vec(parts, 0..4).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_place(
        name in hostile(),
        message in hostile(),
        path in hostile(),
        label in hostile(),
        help in hostile(),
        reason in hostile(),
        text in hostile(),
        edit in (0_u32..40, 0_u32..40, hostile()),
    ) {
        let mut case = Case::new(&[(&name, &text)], |files| {
            let place = Place { source: files[0], line: 1, column: 1, start: edit.0, end: edit.1 };
            let finding = Finding::new(&PORT, message.clone())
                .at_path(place, path.clone())
                .labeled_path(place, path.clone(), label.clone())
                .about(path.clone())
                .help(help.clone())
                .fix(Fix::safe(label.clone()).replace(files[0], edit.0, edit.1, edit.2.clone()));
            vec![finding.clone(), finding]
        });
        case.judged[1].suppression = Some(Suppression {
            by: Suppressor::Waiver,
            reason: reason.clone(),
            place: Place::NOWHERE,
        });

        let json = render_json(&case.judged[0].finding, &case.sources);
        prop_assert_eq!(json.lines().count(), 1);
        let json: Value = serde_json::from_str(&json).expect("JSON");
        prop_assert_eq!(json["message"].as_str(), Some(message.as_str()));
        prop_assert_eq!(json["places"][0]["file"].as_str(), Some(name.as_str()));

        let sarif: Value = serde_json::from_str(&case.with(render_sarif)).expect("JSON");
        let results = &sarif["runs"][0]["results"];
        prop_assert_eq!(results.as_array().map(Vec::len), Some(2));
        let uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str();
        prop_assert!(uri.is_some_and(|uri| uri.bytes().all(|byte| byte.is_ascii_graphic())));

        let ctrf: Value = serde_json::from_str(&case.with(|r| render_ctrf(r, 0))).expect("JSON");
        let tests = &ctrf["results"]["tests"];
        prop_assert_eq!(tests.as_array().map(Vec::len), Some(2));
        prop_assert_eq!(tests[0]["message"].as_str(), Some(message.as_str()));

        let github = case.with(|report| report.to_github(Severity::Note));
        let lines: Vec<&str> = github.split('\n').collect();
        prop_assert_eq!(lines.len(), 3);
        let command = lines[0].strip_prefix("::error file=").expect("a command");
        let (properties, _) = command.split_once("::").expect("properties end");
        let properties: Vec<&str> = properties.split(',').collect();
        prop_assert_eq!(properties.len(), 4);
        prop_assert_eq!(&properties[1..], ["line=1", "col=1", "title=PRT-2"]);
        prop_assert!(!github.contains('\r'));

        let markdown = case.with(|report| render_markdown(report, Severity::Note));
        let rows: Vec<&str> = markdown.lines().collect();
        prop_assert_eq!(rows.len(), 16, "{}", markdown);
        for row in rows.iter().filter(|row| row.starts_with('|')) {
            let cells = row.matches('|').count();
            prop_assert!(cells == 4 || cells == 5, "{}", row);
        }
        let known = ["code>", "/code>", "br>", "details>", "/details>", "summary>", "/summary>", "!-- -->"];
        for (at, _) in markdown.match_indices('<') {
            prop_assert!(known.iter().any(|tag| markdown[at + 1..].starts_with(tag)), "{}", markdown);
        }
        prop_assert!(!markdown.contains(['`', '@', '[', '*']), "{}", markdown);

        for lines in [None, Some(40), Some(5)] {
            let grouped = case.grouped(lines);
            prop_assert!(grouped.lines().count() <= 7, "{}", grouped);
            prop_assert!(grouped.chars().all(|c| c == '\n' || !c.is_control()), "{}", grouped);
            prop_assert!(grouped.starts_with("error[PRT-2] "), "{}", grouped);
        }
    }
}
