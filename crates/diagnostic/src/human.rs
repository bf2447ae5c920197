//! What people read: the message, the line in question, and what to do.

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use crate::escape::{on_one_line, printable};
use crate::outcome::{Finding, Label};
use crate::rule::Severity;
use crate::source::Sources;

/// How to render for people.
#[derive(Clone, Copy, Debug)]
pub struct HumanOptions {
    /// Whether to write ANSI colors.
    pub color: bool,
    /// Width of the terminal in columns.
    pub width: usize,
}

/// Longest line of source that is quoted; a longer one is named by line and column only.
const LONGEST_QUOTED_LINE: usize = 400;

/// Renders one finding, ending with a line break.
///
/// Control characters of the input never reach the terminal: the renderer replaces them.
pub fn render_human(finding: &Finding, sources: &Sources, options: HumanOptions) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(printable(&finding.message))
        .id(finding.rule.code);
    let mut elements: Vec<Element<'_>> = Vec::new();
    // A value that nobody wrote, such as one made by a resolution, has a place that names nothing.
    let is_known = |label: &&Label| sources.get(label.place.source).is_some();
    if let Some(label) = finding.places.first().filter(is_known) {
        elements.push(place_element(label, sources));
        // Without the line there is nothing that the label could stand beside.
        if !label.text.is_empty() && quoted(label, sources).is_none() {
            elements.push(Level::NOTE.message(printable(&label.text)).into());
        }
    }
    // The main place is quoted; the others are named, so that a finding stays short.
    for label in finding.places.iter().skip(1).filter(is_known) {
        let place = on_one_line(&sources.describe(label.place));
        let note = if label.text.is_empty() {
            format!("also {place}")
        } else {
            format!("{}: {place}", label.text)
        };
        elements.push(Level::NOTE.message(printable(&note)).into());
    }
    for help in &finding.help {
        elements.push(Level::HELP.message(printable(help)).into());
    }
    let renderer = if options.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(options.width);
    let group: Group<'_> = if elements.is_empty() {
        Group::with_title(title)
    } else {
        title.elements(elements)
    };
    let mut text = renderer.render(&[group]);
    while text.ends_with('\n') {
        text.pop();
    }
    text.push('\n');
    text
}

fn place_element<'a>(label: &'a Label, sources: &'a Sources) -> Element<'a> {
    let place = label.place;
    let name = on_one_line(sources.name(place.source));
    let Some((line_text, line_start)) = quoted(label, sources) else {
        let origin = Origin::path(name);
        return if place.line == 0 {
            origin.into()
        } else {
            origin
                .line(place.line as usize)
                .char_column(place.column as usize)
                .into()
        };
    };
    let start = (place.start as usize).saturating_sub(line_start);
    let end = (place.end as usize).saturating_sub(line_start);
    let from_column = byte_of_column(line_text, place.column);
    let start = if place.end > place.start && start <= line_text.len() {
        start
    } else {
        from_column
    };
    let start = floor_boundary(line_text, start.min(line_text.len()));
    let end = floor_boundary(line_text, end.clamp(start, line_text.len())).max(start);
    let annotation = AnnotationKind::Primary.span(start..end);
    let annotation = if label.text.is_empty() {
        annotation
    } else {
        annotation.label(printable(&label.text))
    };
    Snippet::source(line_text)
        .line_start(place.line as usize)
        .path(name)
        .fold(false)
        .annotation(annotation)
        .into()
}

/// Returns the line that a label is about and the byte offset it starts at, if it can be shown.
fn quoted<'a>(label: &Label, sources: &'a Sources) -> Option<(&'a str, usize)> {
    let source = sources.get(label.place.source)?;
    let quoted = quoted_line(source.text.as_deref()?, label.place.line)?;
    // Half of a line is no help, and how long a secret is, is nobody's business either.
    sources
        .secrets()
        .find(quoted.0)
        .is_empty()
        .then_some(quoted)
}

/// Returns a line without its end, and the byte offset it starts at.
fn quoted_line(text: &str, line: u32) -> Option<(&str, usize)> {
    let index = (line as usize).checked_sub(1)?;
    let mut start = 0;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        if number == index {
            let content = raw.trim_end_matches(['\n', '\r']);
            return (content.len() <= LONGEST_QUOTED_LINE).then_some((content, start));
        }
        start += raw.len();
    }
    None
}

fn byte_of_column(line: &str, column: u32) -> usize {
    let skipped = (column as usize).saturating_sub(1);
    line.char_indices()
        .nth(skipped)
        .map_or(line.len(), |(index, _)| index)
}

fn floor_boundary(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Class, Rule};
    use crate::secrets::Secrets;
    use crate::source::{Place, Source};

    static RULE: Rule = Rule {
        code: "CLU-9",
        severity: Severity::Error,
        class: Class::Invalid,
        summary: "s",
        cause: "c",
        example: "e",
        remedy: "r",
    };

    #[test]
    fn shows_the_line_and_the_advice() {
        let mut sources = Sources::new();
        let id = sources.add(Source {
            name: "a.yaml".into(),
            layer: None,
            text: Some("x: 1\nacelerator: h100\n".into()),
        });
        let place = Place {
            source: id,
            line: 2,
            column: 1,
            start: 5,
            end: 15,
        };
        let finding = Finding::new(&RULE, "unknown field `acelerator`")
            .at(place)
            .help("use `accelerator`");
        let text = render_human(
            &finding,
            &sources,
            HumanOptions {
                color: false,
                width: 80,
            },
        );
        assert_eq!(
            text,
            "error[CLU-9]: unknown field `acelerator`\n --> a.yaml:2:1\n  |\n2 | acelerator: h100\n  | ^^^^^^^^^^\n  |\n  = help: use `accelerator`\n"
        );
    }

    #[test]
    fn a_line_with_a_secret_is_named_and_not_shown() {
        let mut sources = Sources::new();
        let id = sources.add(Source {
            name: "a.yaml".into(),
            layer: None,
            text: Some("x: 1\npassword: x9f7\n".into()),
        });
        sources.conceal(Secrets::new(["x9f7".to_owned()]));
        let options = HumanOptions {
            color: false,
            width: 80,
        };
        let finding = |line| Finding::new(&RULE, "m").at(Place::at(id, line, 1));
        assert_eq!(
            render_human(&finding(2), &sources, options),
            "error[CLU-9]: m\n--> a.yaml:2:1\n"
        );
        assert!(render_human(&finding(1), &sources, options).contains("1 | x: 1"));
    }

    #[test]
    fn the_name_of_a_file_stays_on_its_line() {
        let mut sources = Sources::new();
        let first = sources.add_named("a\nerror[CLU-1]: no");
        let second = sources.add_named("b\nc");
        let finding = Finding::new(&RULE, "m")
            .at(Place::whole(first))
            .labeled(Place::at(second, 2, 1), "first");
        let options = HumanOptions {
            color: false,
            width: 80,
        };
        assert_eq!(
            render_human(&finding, &sources, options),
            "error[CLU-9]: m\n--> a\\nerror[CLU-1]: no\n = note: first: b\\nc:2\n"
        );
    }

    #[test]
    fn a_label_is_said_even_where_its_line_cannot_be_shown() {
        let mut sources = Sources::new();
        let id = sources.add_named("catalog/a.yaml");
        let finding = Finding::new(&RULE, "excluded").labeled(Place::at(id, 3, 5), "got 22.04");
        let options = HumanOptions {
            color: false,
            width: 80,
        };
        assert_eq!(
            render_human(&finding, &sources, options),
            "error[CLU-9]: excluded\n--> catalog/a.yaml:3:5\n = note: got 22.04\n"
        );
    }

    #[test]
    fn a_place_without_text_is_still_named() {
        let mut sources = Sources::new();
        let id = sources.add_named("--service");
        let finding = Finding::new(&RULE, "bad \u{1b}[31mvalue").at(Place::whole(id));
        let text = render_human(
            &finding,
            &sources,
            HumanOptions {
                color: false,
                width: 80,
            },
        );
        assert_eq!(text, "error[CLU-9]: bad \\u{1b}[31mvalue\n--> --service\n");
    }
}
