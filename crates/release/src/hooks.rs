//! Rendered manifests: Helm hooks taken off them, `{{` made safe for a chart, namespaces found.
//!
//! Folders of a bundle are numbered, so what comes first is decided already. A hook on top of that
//! has two harms: Argo CD turns install hooks into hooks that never run on an application that is
//! in sync, and Helm does not delete hooks with their release. What a deletion needs is kept.
//!
//! The text is cut, not written again: comments, quotes and the order of keys stay.

use std::ops::Range;

use strata_diagnostic::{Outcome, Place, SourceId};
use strata_document::{Entry, Limits, Mapping, Node, kind_of, read_all, write_yaml_with};

const HOOK: &str = "helm.sh/hook";
/// Annotations that mean nothing without the hook.
const COMPANIONS: [&str; 2] = ["helm.sh/hook-weight", "helm.sh/hook-delete-policy"];

/// Phases whose order the numbering of folders replaces.
const REMOVED_PHASES: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "crd-install",
    "test",
    "test-success",
    "test-failure",
];

/// Takes ordering hooks off every document of a rendered manifest; nothing if no object is left.
///
/// Phases of deletion stay. Documents that are null are dropped. Comments and the order of keys are
/// kept, except where the hooks are written so that cutting them out would change anything else
/// (inside braces, through an anchor): then all documents are written anew, without comments.
///
/// # Errors
///
/// Findings of the document reader. Their places are in the rendered text, not in the template.
pub fn strip_hooks(text: &str, source: SourceId) -> Outcome<Option<String>> {
    read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).map(|documents| {
        let has_null = documents.iter().any(Node::is_null);
        let objects: Vec<Node> = documents.into_iter().filter(|d| !d.is_null()).collect();
        if objects.is_empty() {
            return None;
        }
        let mut edits = Vec::new();
        let wanted: Vec<Node> = objects
            .iter()
            .map(|object| without_hooks(object, text, &mut edits))
            .collect();
        if edits.is_empty() && !has_null {
            return Some(text.to_owned());
        }
        if has_null {
            edits.extend(empty_segments(text, &objects));
        }
        let cut = apply(text, edits).filter(|cut| reads_as(cut, source, &wanted));
        Some(cut.unwrap_or_else(|| stream(&wanted)))
    })
}

/// Writes text so that Helm renders it back to itself when it is a template of a chart.
pub fn escape_template(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// Returns the names of the namespaces that a rendered manifest creates, and where they stand.
///
/// # Errors
///
/// Findings of the document reader.
pub fn namespaces(text: &str, source: SourceId) -> Outcome<Vec<(String, Place)>> {
    read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).map(|documents| {
        let named = documents
            .iter()
            .filter(|document| kind_of(document) == "Namespace");
        named
            .filter_map(|document| document.at(&["metadata", "name"]))
            .filter_map(|name| Some((name.as_text()?.to_owned(), name.place)))
            .collect()
    })
}

/// A part of the text and what takes its place. One without a range cannot be cut out.
struct Edit {
    range: Option<Range<usize>>,
    replacement: String,
}

impl Edit {
    fn remove(range: Option<Range<usize>>) -> Self {
        Self {
            range,
            replacement: String::new(),
        }
    }
}

/// Returns a document without its ordering hooks, and adds what to change in the text for that.
fn without_hooks(document: &Node, text: &str, edits: &mut Vec<Edit>) -> Node {
    let mut wanted = document.clone();
    let annotations = document
        .at(&["metadata", "annotations"])
        .and_then(Node::as_mapping);
    let Some((annotations, hook)) = annotations.and_then(|a| Some((a, a.get(HOOK)?))) else {
        return wanted;
    };
    let Some(phases) = hook.as_text() else {
        return wanted;
    };
    let kept: Vec<&str> = phases
        .split(',')
        .map(str::trim)
        .filter(|phase| !phase.is_empty() && !REMOVED_PHASES.contains(phase))
        .collect();
    let count = phases.split(',').count();
    if !kept.is_empty() && kept.len() == count {
        return wanted;
    }
    let Some(metadata) = wanted.as_mapping_mut().and_then(|m| m.get_mut("metadata")) else {
        return wanted;
    };
    let Some(metadata) = metadata.as_mapping_mut() else {
        return wanted;
    };
    if !kept.is_empty() {
        let kept = kept.join(",");
        edits.push(replaced(hook, &kept, text));
        if let Some(own) = metadata
            .get_mut("annotations")
            .and_then(Node::as_mapping_mut)
        {
            own.set(HOOK, Node::string(kept, hook.place));
        }
        return wanted;
    }
    let goes = |entry: &Entry| entry.key.is(HOOK) || COMPANIONS.iter().any(|c| entry.key.is(c));
    let removed: Vec<&Entry> = annotations.iter().filter(|entry| goes(entry)).collect();
    if removed.len() == annotations.len() {
        let owner = document.get("metadata").and_then(Node::as_mapping);
        edits.push(Edit::remove(
            owner.and_then(|owner| all_annotations(owner, annotations, text)),
        ));
        metadata.remove("annotations");
    } else {
        edits.extend(
            removed
                .iter()
                .map(|entry| Edit::remove(entry_lines(entry, text))),
        );
        if let Some(own) = metadata
            .get_mut("annotations")
            .and_then(Node::as_mapping_mut)
        {
            own.retain(|entry| !goes(entry));
        }
    }
    wanted
}

/// Puts other phases where the old ones stand, in the quotes they have.
fn replaced(hook: &Node, kept: &str, text: &str) -> Edit {
    let range = extent(hook.place);
    let quote = match text.get(range.clone()).and_then(|old| old.chars().next()) {
        Some(quote @ ('"' | '\'')) => quote.to_string(),
        _ => String::new(),
    };
    Edit {
        range: Some(range),
        replacement: format!("{quote}{kept}{quote}"),
    }
}

fn extent(place: Place) -> Range<usize> {
    let offset = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    offset(place.start)..offset(place.end).max(offset(place.start))
}

/// Returns the lines of a pair, if they hold nothing else.
fn entry_lines(entry: &Entry, text: &str) -> Option<Range<usize>> {
    lines(
        text,
        extent(entry.key.place).start,
        extent(entry.value.place).end,
    )
}

/// Returns the lines of the annotations, from their key to the last of them.
fn all_annotations(owner: &Mapping, annotations: &Mapping, text: &str) -> Option<Range<usize>> {
    let start = extent(owner.entry("annotations")?.key.place).start;
    let end = annotations
        .iter()
        .map(|entry| extent(entry.value.place).end)
        .max()?;
    let rest = text.get(end..)?;
    // Annotations in braces end with the brace.
    let brace = rest.trim_start_matches([' ', ',']);
    let end = if brace.starts_with('}') {
        end + (rest.len() - brace.len()) + 1
    } else {
        end
    };
    lines(text, start, end)
}

/// Returns the whole lines from the one of `start` to the one that `end` closes, if only white
/// space is before and only a comment after.
fn lines(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let before = text.get(..start)?;
    let first = before.rfind('\n').map_or(0, |at| at + 1);
    if !before[first..].chars().all(|c| c == ' ') {
        return None;
    }
    // The extent of a block of text goes on into the indentation of what follows.
    let block = text.get(..end)?.trim_end_matches(' ');
    if block.len() > start && block.ends_with('\n') {
        return Some(first..block.len());
    }
    let rest = text.get(end..)?;
    let line = rest.split_inclusive('\n').next().unwrap_or_default();
    let tail = line.trim();
    (tail.is_empty() || tail.starts_with('#')).then_some(first..end + line.len())
}

/// Returns the documents that hold no object: everything from their `---` to the next.
///
/// A line that starts with `---` separates documents wherever it stands. What is before the first
/// is no document if it holds only comments, and stays.
fn empty_segments(text: &str, objects: &[Node]) -> Vec<Edit> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_marker = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        if is_marker {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let segments: Vec<Range<usize>> = starts.iter().zip(ends).map(|(a, b)| *a..b).collect();
    let holds_object = |segment: &Range<usize>| {
        objects
            .iter()
            .any(|object| segment.contains(&extent(object.place).start))
    };
    let empty = segments
        .into_iter()
        .filter(|segment| !holds_object(segment));
    empty.map(|segment| Edit::remove(Some(segment))).collect()
}

/// Carries out edits; nothing if one cannot be, or if two meet.
fn apply(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|edit| edit.range.as_ref().map(|range| range.start));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.range?;
        out.push_str(text.get(at..range.start)?);
        out.push_str(&edit.replacement);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Returns whether a text is a stream of exactly these documents, in this order.
fn reads_as(text: &str, source: SourceId, wanted: &[Node]) -> bool {
    let read = read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).value;
    read.is_some_and(|documents| {
        documents.len() == wanted.len()
            && documents
                .iter()
                .zip(wanted)
                .all(|(read, wanted)| read.means_the_same(wanted))
    })
}

fn stream(documents: &[Node]) -> String {
    documents
        .iter()
        .map(|document| format!("---\n{}", write_yaml_with(document, false)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> Option<String> {
        let outcome = strip_hooks(text, SourceId(0));
        assert!(
            outcome.findings.is_empty(),
            "{text}: {:?}",
            outcome.findings
        );
        outcome.value.expect("text without findings has a value")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(stripped(text).as_deref(), Some(expected), "{text}");
        assert_eq!(
            stripped(expected).as_deref(),
            Some(expected),
            "a second time"
        );
    }

    #[test]
    fn hooks_go_with_their_companions_and_comments_stay() {
        check(
            "# head\nkind: Job # job\nmetadata:\n  annotations:\n    # why\n    a: b # note\n    \
             helm.sh/hook: post-install,post-upgrade # gone\n    \"helm.sh/hook-weight\": \"5\"\n    \
             helm.sh/hook-delete-policy: before-hook-creation\n  name: x # name\nspec: {}\n# tail\n",
            "# head\nkind: Job # job\nmetadata:\n  annotations:\n    # why\n    a: b # note\n  \
             name: x # name\nspec: {}\n# tail\n",
        );
    }

    #[test]
    fn annotations_left_empty_go_too() {
        check(
            "metadata:\n  name: x\n  annotations:\n    helm.sh/hook: crd-install\nspec: 1\n",
            "metadata:\n  name: x\nspec: 1\n",
        );
        check(
            "metadata:\n  annotations: {helm.sh/hook: test, helm.sh/hook-weight: '1' }  # all\n  \
             name: x\n",
            "metadata:\n  name: x\n",
        );
    }

    #[test]
    fn phases_of_deletion_stay_in_their_quotes_with_their_weight() {
        check(
            "metadata:\n  annotations:\n    helm.sh/hook: \"pre-install, pre-delete,post-delete\"\n    \
             helm.sh/hook-weight: \"5\"\n",
            "metadata:\n  annotations:\n    helm.sh/hook: \"pre-delete,post-delete\"\n    \
             helm.sh/hook-weight: \"5\"\n",
        );
        check(
            "metadata: {annotations: {helm.sh/hook: 'post-delete,test', a: b}, name: x}\n",
            "metadata: {annotations: {helm.sh/hook: 'post-delete', a: b}, name: x}\n",
        );
        check(
            "metadata:\n  annotations:\n    helm.sh/hook: pre-delete\n",
            "metadata:\n  annotations:\n    helm.sh/hook: pre-delete\n",
        );
    }

    #[test]
    fn every_ordering_phase_is_removed() {
        for phase in REMOVED_PHASES {
            let text = format!("metadata:\n  name: x\n  annotations:\n    helm.sh/hook: {phase}\n");
            check(&text, "metadata:\n  name: x\n");
        }
    }

    #[test]
    fn values_in_blocks_are_cut_whole() {
        check(
            "metadata:\n  annotations:\n    helm.sh/hook: |-\n      test,\n      pre-install\n\n    \
             a: b\n",
            "metadata:\n  annotations:\n    a: b\n",
        );
        check(
            "metadata:\n  annotations:\n    a: b\n    ? helm.sh/hook\n    : test\n",
            "---\nmetadata:\n  annotations:\n    a: b\n",
        );
    }

    #[test]
    fn what_cannot_be_cut_is_written_anew() {
        check(
            "metadata: {annotations: {helm.sh/hook: test, b: 1, a: 2}, name: x} # note\n---\nz: 1\n",
            "---\nmetadata:\n  annotations:\n    b: 1\n    a: 2\n  name: x\n---\nz: 1\n",
        );
        check(
            "metadata:\n  annotations:\n    helm.sh/hook: test\nkind: A\n",
            "---\nmetadata: {}\nkind: A\n",
        );
        check(
            "metadata:\n  annotations: &a\n    helm.sh/hook: test\n    k: v\nspec: *a\n",
            "---\nmetadata:\n  annotations:\n    k: v\nspec:\n  helm.sh/hook: test\n  k: v\n",
        );
    }

    #[test]
    fn null_documents_are_dropped_and_comments_before_the_first_stay() {
        check(
            "# licence\n---\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\n",
            "# licence\n---\na: 1\n---\nb: 2\n",
        );
        check(
            "--- ~\n---\na: |\n  ---x\n  --- \n",
            "---\na: |\n  ---x\n  --- \n",
        );
        check("null\n...\n---\na: 1\n", "---\na: 1\n");
        for text in ["", "# only\n", "---\n---\n# c\n", "~\n", "\n\n"] {
            assert_eq!(stripped(text), None, "{text:?}");
        }
    }

    #[test]
    fn text_without_hooks_is_not_touched() {
        for text in [
            "a:   1   # x",
            "- 1\n",
            "metadata: 1\n",
            "metadata: {annotations: }",
            "x",
        ] {
            check(text, text);
        }
        check(
            "metadata: {annotations: {helm.sh/hook: [test]}}",
            "metadata: {annotations: {helm.sh/hook: [test]}}",
        );
    }

    #[test]
    fn text_that_is_not_yaml_is_a_finding() {
        let outcome = strip_hooks("a: [", SourceId(3));
        assert_eq!(outcome.findings[0].rule.code, "DOC-3");
        assert!(outcome.value.is_none());
    }

    #[test]
    fn namespaces_are_found_with_their_places() {
        let text = "kind: Namespace\nmetadata:\n  name: a\n---\nkind: Pod\nmetadata: {name: b}\n---\n\
                    kind: Namespace\nmetadata: {}\n---\nkind: Namespace\nmetadata: {name: c}\n";
        let found = namespaces(text, SourceId(0))
            .value
            .expect("the text is YAML");
        let found: Vec<(&str, u32)> = found.iter().map(|(n, p)| (n.as_str(), p.line)).collect();
        assert_eq!(found, [("a", 3), ("c", 12)]);
    }

    #[test]
    fn escaped_text_has_its_braces_in_actions() {
        assert_eq!(
            escape_template("a {{ b }} {{{"),
            "a {{ \"{{\" }} b }} {{ \"{{\" }}{"
        );
    }
}
