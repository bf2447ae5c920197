//! What comments accept, and what is said of those that accept nothing.

use super::*;
use crate::fix::apply_edits;
use crate::rule::{Class, Rule, Severity};

const fn rule(code: &'static str) -> Rule {
    Rule {
        code,
        severity: Severity::Error,
        class: Class::Finding,
        summary: "",
        cause: "",
        example: "",
        remedy: "",
    }
}
static A: Rule = rule("PRT-1");
static B: Rule = rule("PRT-2");
static C: Rule = rule("NAM-1");

const FILE: SourceId = SourceId(3);

/// Takes every `#` at the start of a line or behind a space for a comment.
fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let at = line.find(" #").map(|at| at + 1);
        if let Some(at) = at.or_else(|| line.starts_with('#').then_some(0)) {
            comments.push(Comment {
                line: clamp(index + 1),
                start: clamp(start + at),
                end: clamp(start + line.trim_end_matches('\r').len()),
            });
        }
        start += line.len() + 1;
    }
    comments
}

fn read(text: &str) -> (FileComments, Vec<Finding>) {
    let rulebook = Rulebook::new([&A, &B, &C]).with_aliases(&[("ZON-2", "PRT-2")]);
    FileComments::read(FILE, text, &comments(text), &rulebook)
}

/// Lines at which a code is accepted.
fn lines(text: &str, code: &str) -> Vec<u32> {
    let (read, findings) = read(text);
    assert!(findings.is_empty(), "{findings:?}");
    let count = clamp(text.lines().count());
    let accepted = |line: &u32| read.accepts(code, *line).is_some();
    (0..=count).filter(accepted).collect()
}

#[test]
fn a_comment_is_about_its_line_or_the_next_and_what_is_below() {
    let text = "services:\n  kong:\n    ports:\n    # strata: ignore[PRT-1] r\n    - target: 1\n      x: 2\n\n      # note\n      y: 3\n    - target: 2\n  nats:\n    ports: # strata: ignore[PRT-1] r\n    - 3\n";
    assert_eq!(lines(text, "PRT-1"), [5, 6, 7, 8, 9, 12]);
    assert!(lines(text, "PRT-2").is_empty());
}

#[test]
fn a_list_as_far_left_as_its_key_lies_below_it() {
    let text = "# strata: ignore[ZON-2, NAM] why\n\n# other\nports: # k\n- 1\n- 2\nname: x\n";
    assert_eq!(lines(text, "PRT-2"), [4, 5, 6]);
    assert_eq!(lines(text, "NAM-1"), [4, 5, 6]);
    let text = "# strata: ignore[PRT] why\n- 1\n- 2\n";
    assert_eq!(lines(text, "PRT-2"), [2]);
    let text = "# strata: ignore[PRT] why\na: 1\nb:\n- 2\n";
    assert_eq!(lines(text, "PRT-2"), [2]);
}

#[test]
fn a_comment_at_the_head_is_about_the_file_if_it_says_so() {
    let text = "# title\r\n# strata: ignore-file[PRT-1] why\r\na: 1\r\nb: 2\r\n";
    assert_eq!(lines(text, "PRT-1"), [0, 1, 2, 3, 4]);
    let (_, findings) = read("a: 1\n# strata: ignore-file[PRT-1] why\n");
    assert_eq!(findings[0].rule, &codes::BAD_COMMENT);
    assert_eq!(
        lines("a: 1\n# strata: ignore[PRT-1] why\n", "PRT-1"),
        [0; 0]
    );
}

#[test]
fn a_comment_shares_its_line_with_other_tools() {
    let text = "a: 1 # noqa # strata: ignore[PRT-1]: see #12\n";
    let (read, findings) = read(text);
    assert!(findings.is_empty());
    let accepted = read.accepts("PRT-1", 1).expect("it is accepted");
    assert_eq!(accepted.reason, "see #12");
    assert_eq!((accepted.place.line, accepted.place.column), (1, 6));
    assert_eq!(
        lines("a: b # about strata: ignore[PRT-1] x\n", "PRT-1"),
        [0; 0]
    );
}

#[test]
fn what_cannot_be_understood_is_said() {
    for (comment, code, words) in [
        (
            "# strata: ignore PRT-1",
            "CHK-3",
            "does not say which codes",
        ),
        ("# strata: ignore[]", "CHK-3", "is empty"),
        ("# strata: ignore[PRT-1 x", "CHK-3", "not closed"),
        ("# strata: off", "CHK-3", "none that strata knows"),
        ("# strata: ignore[PTR-1] x", "CHK-3", "`PTR-1`"),
        ("# strata: ignore[PRT-1]", "CHK-2", "does not say why"),
        ("#strata:ignore[ PRT-1 ,]", "CHK-2", "does not say why"),
    ] {
        let (_, findings) = read(&format!("{comment}\na: 1\n"));
        assert_eq!(findings.len(), 1, "{comment}: {findings:?}");
        assert_eq!(findings[0].rule.code, code, "{comment}");
        assert!(findings[0].message.contains(words), "{findings:?}");
    }
    let (_, findings) = read("é: 1 # strata: ignore[PTR-1, PRT-1] x\n");
    let place = findings[0].places[0].place;
    assert_eq!((place.column, place.start, place.end), (23, 23, 28));
    assert_eq!(findings[0].help, ["did you mean `PRT-1`?"]);
}

#[test]
fn an_unused_comment_is_removed_without_a_trace() {
    for (text, expected) in [
        ("a: 1  # strata: ignore[PRT-1] x\nb: 2\n", "a: 1\nb: 2\n"),
        ("a:\n  # strata: ignore[PRT-1] x\n  b: 2\n", "a:\n  b: 2\n"),
        (
            "a: 1\r\n# strata: ignore[PRT-1] x\r\nb: 2\r\n",
            "a: 1\r\nb: 2\r\n",
        ),
        ("a: 1 # strata: ignore[PRT-1] x", "a: 1"),
        (
            "a: 1 # strata: ignore[PRT-1, NAM-1,PRT-2] x\n",
            "a: 1 # strata: ignore[NAM-1] x\n",
        ),
    ] {
        let (read, _) = read(text);
        read.accepts("NAM-1", 1);
        let unused = read.unused(text, |_| true);
        let fix = unused[0].fix.as_ref().expect("there is a fix");
        assert_eq!(apply_edits(text, &fix.edits), Ok(expected.to_owned()));
    }
}

#[test]
fn codes_that_do_not_count_are_not_judged() {
    let text = "a: 1 # strata: ignore[PRT-1, NAM-1] x\n";
    let (read, _) = read(text);
    assert!(read.unused(text, |_| false).is_empty());
    let unused = read.unused(text, |code| code == "NAM-1");
    assert_eq!(unused[0].message, "nothing here needs `NAM-1`");
    read.accepts("NAM-1", 1);
    assert!(read.unused(text, |code| code == "NAM-1").is_empty());
}
