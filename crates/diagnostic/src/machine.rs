//! JSON, one object a line: the shape programs may rely on.

use crate::outcome::Finding;
use crate::source::Sources;

/// Returns one finding as a single line of JSON without a line break at the end.
///
/// Keys: `code`, `severity`, `message`, `places` (a list of `file`, `line`, `column` and, where
/// there is something to say, `label`), `help`, and `data` where the code has any.
pub fn render_json(finding: &Finding, sources: &Sources) -> String {
    let places: Vec<_> = finding
        .places
        .iter()
        .filter(|label| sources.get(label.place.source).is_some())
        .map(|label| {
            let mut place = serde_json::json!({
                "file": sources.name(label.place.source),
                "line": label.place.line,
                "column": label.place.column,
            });
            if !label.text.is_empty() {
                place["label"] = label.text.clone().into();
            }
            place
        })
        .collect();
    let mut object = serde_json::json!({
        "code": finding.rule.code,
        "severity": finding.severity.name(),
        "message": finding.message,
        "places": places,
        "help": finding.help,
    });
    if let Some(data) = &finding.data {
        object["data"] = data.clone();
    }
    object.to_string()
}
