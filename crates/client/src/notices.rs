//! What `bundle.yaml` keeps of what was said when the bundle was made.

use serde_json::{Value, json};
use strata_diagnostic::Finding;

/// Returns the record of findings that did not keep the bundle from being made.
pub(crate) fn record(findings: &[Finding]) -> Vec<Value> {
    let mut notices: Vec<Value> = Vec::new();
    for finding in findings.iter().filter(|finding| !finding.is_error()) {
        let mut notice = json!({
            "code": finding.rule.code,
            "severity": finding.severity.name(),
            "message": finding.message,
        });
        for key in ["component", "check"] {
            if let Some(value) = finding.data.as_ref().and_then(|data| data.get(key)) {
                notice[key] = value.clone();
            }
        }
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }
    notices
}
