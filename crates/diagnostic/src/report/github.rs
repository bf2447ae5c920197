//! Workflow commands of GitHub Actions, which become annotations beside the lines of a pull request.

use super::{Report, counted};
use crate::escape::on_one_line;
use crate::outcome::Finding;
use crate::rule::Severity;
use crate::source::Sources;

/// Renders one finding as one line without a line break at the end.
pub fn render_github(finding: &Finding, sources: &Sources) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    let mut places = finding.places.iter();
    let label = places.find(|label| sources.get(label.place.source).is_some());
    if let Some(label) = label {
        let place = label.place;
        properties.push(format!("file={}", property(sources.name(place.source))));
        if place.line > 0 {
            properties.push(format!("line={}", place.line));
            properties.push(format!("col={}", place.column.max(1)));
        }
    }
    properties.push(format!("title={}", property(finding.rule.code)));
    let mut message = finding.message.clone();
    for label in places.filter(|label| sources.get(label.place.source).is_some()) {
        let text = if label.text.is_empty() {
            "also"
        } else {
            &label.text
        };
        message.push_str(&format!("\n{text}: {}", sources.describe(label.place)));
    }
    for help in &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{command} {}::{}", properties.join(","), data(&message))
}

impl Report<'_> {
    /// Renders every finding of at least a severity as a workflow command, and the sum as a line for the
    /// log.
    pub fn to_github(&self, least: Severity) -> String {
        let findings = self.counted().filter(|finding| finding.severity <= least);
        let mut text: String = findings
            .map(|finding| format!("{}\n", render_github(finding, self.sources)))
            .collect();
        text.push_str(&format!("strata check: {}\n", counted(&self.counts())));
        text
    }
}

/// Quotes the message of a command.
fn data(text: &str) -> String {
    let lines = text.split('\n').map(on_one_line);
    let text = lines.collect::<Vec<_>>().join("\n");
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Quotes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
