//! Comments, for those who look for one of their own. The tree has none: a document means the same
//! without them.

use granit_parser::{Event, Parser, ScalarStyle};
use strata_diagnostic::policy::Comment;

/// Some editors begin a file with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the comments of a YAML text that contain `mark`. What only looks like one, because it stands
/// inside quotes or a block of text, is none; behind an error nobody can tell, and none is returned.
///
/// Texts without the mark cost one search.
pub fn comments(text: &str, mark: &str) -> Vec<Comment> {
    let mut candidates = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        if line.contains(mark) {
            candidates.push((index + 1, start, line.strip_suffix('\r').unwrap_or(line)));
        }
        start += line.len() + 1;
    }
    if candidates.is_empty() {
        return Vec::new();
    }
    let (texts, end) = scalars(text);
    let is_text = |at: usize| {
        let before = texts.partition_point(|(start, _)| *start <= at);
        before > 0 && at < texts[before - 1].1
    };
    let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut comments = Vec::new();
    for (number, start, line) in candidates {
        let signs = line.match_indices('#').map(|(at, _)| at);
        let first = signs.into_iter().find(|at| {
            let is_apart = *at == 0 || line[..*at].ends_with([' ', '\t', BYTE_ORDER_MARK]);
            is_apart && !is_text(start + at)
        });
        let Some(at) = first.filter(|at| start + at < end && line[*at..].contains(mark)) else {
            continue;
        };
        comments.push(Comment {
            line: clamp(number),
            start: clamp(start + at),
            end: clamp(start + line.len()),
        });
    }
    comments
}

/// Byte ranges in which a `#` is text, in order, and where the text stops to be YAML.
fn scalars(text: &str) -> (Vec<(usize, usize)>, usize) {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut options = granit_parser::options! {};
    options.set_emit_comments(false);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => return (ranges, error.marker().byte_offset().unwrap_or(0)),
        };
        let (Event::Scalar(_, style, ..), Some(range)) = (&event, span.byte_range()) else {
            continue;
        };
        // A plain one ends where a comment begins; a block's range begins below its first line.
        if *style != ScalarStyle::Plain {
            ranges.push((range.start, range.end));
        }
    }
    ranges.sort_unstable();
    (ranges, text.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comments that are found, as they are written.
    fn found(text: &str) -> Vec<(u32, &str)> {
        let comments = comments(text, "me:");
        let written = |comment: Comment| {
            let range = comment.start as usize..comment.end as usize;
            (comment.line, &text[range])
        };
        comments.into_iter().map(written).collect()
    }

    #[test]
    fn comments_are_told_from_text() {
        let text = "# me: one\n\
                    a: 'x # me: no' # me: two\r\n\
                    b: \"x\n  # me: no\n  y\" # é me: three\n\
                    c: | # me: four\n  # me: no\n  x\n  # me: no\n# me: five\n\
                    d: >-\n  # me: no\n\n  # me: no\n\n  # me: no\n\
                    e: x#me:no\n\
                    f: [1, # me: six\n  2]\n\
                    g: plain\n  text # other\n  # me: seven\n";
        assert_eq!(
            found(text),
            [
                (1, "# me: one"),
                (2, "# me: two"),
                (5, "# é me: three"),
                (6, "# me: four"),
                (10, "# me: five"),
                (18, "# me: six"),
                (22, "# me: seven"),
            ]
        );
    }

    #[test]
    fn behind_an_error_there_is_none() {
        assert_eq!(
            found("# me: one\na: [\nb: ]x\n# me: two\n"),
            [(1, "# me: one")]
        );
        assert_eq!(found("\u{feff}# me: one\n---\n# me: two\n").len(), 2);
        assert!(found("a: 1\n").is_empty());
    }
}
