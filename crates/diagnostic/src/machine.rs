//! JSON, one object a line: the shape programs may rely on.

use crate::fix::Edit;
use crate::outcome::Finding;
use crate::source::Sources;

/// Returns one finding as a single line of JSON without a line break at the end.
///
/// Keys: `code`, `severity`, `message`, `places` (a list of `file`, `line`, `column` and, where
/// there is something to say, `path` and `label`), `help`; and where there are any `subject`, `data`, and
/// `fix` with `title`, `safety` and `edits` (`file`, `start` and `end` in bytes, `text`).
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
            if !label.path.is_empty() {
                place["path"] = label.path.clone().into();
            }
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
    if !finding.subject.is_empty() {
        object["subject"] = finding.subject.clone().into();
    }
    if let Some(data) = &finding.data {
        object["data"] = data.clone();
    }
    if let Some(fix) = &finding.fix {
        let edit = |edit: &Edit| {
            serde_json::json!({
                "file": sources.name(edit.source),
                "start": edit.start,
                "end": edit.end,
                "text": edit.text,
            })
        };
        object["fix"] = serde_json::json!({
            "title": fix.title,
            "safety": fix.safety.name(),
            "edits": fix.edits.iter().map(edit).collect::<Vec<_>>(),
        });
    }
    on_one_line(object.to_string())
}

/// Escapes the signs that some readers take for the end of a line; JSON escapes only the usual ones.
fn on_one_line(json: String) -> String {
    const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];
    if !json.contains(BREAKS) {
        return json;
    }
    BREAKS.iter().fold(json, |json, sign| {
        json.replace(*sign, &format!("\\u{:04x}", u32::from(*sign)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::Fix;
    use crate::rule::{Class, Rule, Severity};
    use crate::source::{Place, Source};

    static RULE: Rule = Rule {
        code: "PRT-2",
        severity: Severity::Error,
        class: Class::Finding,
        summary: "s",
        cause: "c",
        example: "e",
        remedy: "r",
    };

    #[test]
    fn every_part_is_in_the_line_and_empty_parts_are_not() {
        let mut sources = Sources::new();
        let id = sources.add(Source {
            name: "a\n.yaml".into(),
            layer: None,
            text: None,
        });
        let finding = Finding::new(&RULE, "m")
            .at_path(Place::at(id, 2, 3), "ports[0]")
            .labeled(Place::whole(id), "also")
            .about("tcp/80")
            .fix(Fix::safe("t").insert(id, 4, "x\n"));
        assert_eq!(
            render_json(&finding, &sources),
            "{\"code\":\"PRT-2\",\"severity\":\"error\",\"message\":\"m\",\"places\":[\
             {\"file\":\"a\\n.yaml\",\"line\":2,\"column\":3,\"path\":\"ports[0]\"},\
             {\"file\":\"a\\n.yaml\",\"line\":0,\"column\":0,\"label\":\"also\"}],\"help\":[],\
             \"subject\":\"tcp/80\",\"fix\":{\"title\":\"t\",\"safety\":\"safe\",\"edits\":[\
             {\"file\":\"a\\n.yaml\",\"start\":4,\"end\":4,\"text\":\"x\\n\"}]}}"
        );
        let broken = Finding::new(&RULE, "a\u{2028}b\u{85}");
        let line = render_json(&broken, &sources);
        assert!(line.contains("\"a\\u2028b\\u0085\""), "{line}");
        let bare = Finding::new(&RULE, "m").fix(Fix::safe("nothing to do"));
        assert_eq!(
            render_json(&bare, &sources),
            "{\"code\":\"PRT-2\",\"severity\":\"error\",\"message\":\"m\",\"places\":[],\"help\":[]}"
        );
    }
}
