//! What stops a template, before it is a finding.

use strata_diagnostic::{Finding, Place, Rule, SourceId};

use crate::codes;

/// A problem and its extent in the template.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) start: usize,
    end: usize,
    rule: &'static Rule,
    message: String,
    help: Option<String>,
}

impl Fault {
    pub(super) fn syntax(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self {
            start,
            end,
            rule: &codes::TEMPLATE_SYNTAX,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn execution(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self {
            start,
            end,
            rule: &codes::TEMPLATE_EXECUTION,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(self, text: impl Into<String>) -> Self {
        Self {
            help: Some(text.into()),
            ..self
        }
    }

    /// Returns the finding, with the line and the column in characters.
    pub(super) fn into_finding(self, text: &str, source: SourceId) -> Finding {
        let finding =
            Finding::new(self.rule, self.message).at(place(text, source, self.start, self.end));
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

fn place(text: &str, source: SourceId, start: usize, end: usize) -> Place {
    let clamp = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let before = text.get(..start).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Place {
        source,
        line: clamp(1 + before.matches('\n').count()),
        column: clamp(1 + line.chars().count()),
        start: clamp(start),
        end: clamp(end.max(start)),
    }
}
