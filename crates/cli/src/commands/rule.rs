//! `strata rule`.

use serde_json::json;
use strata_client::{all_rules, find_rule, rule_details, rulebook};
use strata_diagnostic::{Finding, Rule, Sources, nearest};

use super::summary::{table, table_text};
use crate::args::{RuleArgs, TextFormat};
use crate::codes;
use crate::printer::Printer;

/// Returns the rules of every crate, those of the command line included.
pub(crate) fn everything() -> Vec<&'static Rule> {
    let mut rules = all_rules();
    rules.extend(codes::RULES);
    rules.sort_by_key(|rule| {
        let (prefix, number) = rule.code.split_once('-').unwrap_or((rule.code, "0"));
        (prefix, number.parse::<u32>().unwrap_or(0))
    });
    rules
}

pub(crate) fn rule(args: &RuleArgs, printer: &mut Printer) -> u8 {
    let rules = everything();
    let Some(code) = &args.code else {
        let text = match args.format {
            TextFormat::Text => {
                let mut rows = table(Printer::width());
                for rule in &rules {
                    rows.add_row([rule.code, rule.severity.name(), rule.summary]);
                }
                table_text(&rows)
            }
            TextFormat::Json => {
                let all: Vec<_> = rules.iter().map(|rule| to_json(rule)).collect();
                format!("{:#}\n", json!(all))
            }
        };
        printer.result(&text);
        return 0;
    };
    let own = codes::RULES
        .iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(code))
        .copied();
    let Some(rule) = find_rule(code).or(own) else {
        let finding = Finding::new(&codes::UNKNOWN_CODE, format!("no code `{code}`"));
        let book = rulebook();
        let aliases = rules.iter().flat_map(|rule| book.aliases_of(rule.code));
        let names = rules.iter().map(|rule| rule.code).chain(aliases);
        let finding = match nearest(&code.trim().to_ascii_uppercase(), names) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`strata rule` lists all codes"),
        };
        return printer.findings(&[finding], &Sources::new());
    };
    let text = match args.format {
        TextFormat::Text => text(rule),
        TextFormat::Json => format!("{:#}\n", to_json(rule)),
    };
    printer.result(&text);
    0
}

fn text(rule: &Rule) -> String {
    let mut head = vec![
        format!("{}: {}", rule.code, rule.summary),
        format!(
            "{}, class {}, exit {}",
            rule.severity,
            rule.class.name(),
            rule.class.exit_status()
        ),
    ];
    let aliases = aliases(rule);
    if !aliases.is_empty() {
        head.push(format!("also {}", aliases.join(", ")));
    }
    let details = rule_details(rule);
    if details.is_some_and(|details| details.is_optional) {
        head.push(format!("off, until --select {} asks for it", rule.code));
    }
    let mut parts = vec![
        head.join("\n"),
        part("Cause", &wrap(rule.cause)),
        part("Example", &indented(rule.example)),
    ];
    if let Some(details) = &details {
        parts.push(part("Example without it", &indented(details.clean)));
    }
    parts.push(part("Remedy", &wrap(rule.remedy)));
    if let Some(details) = &details {
        let fix = if details.fix.is_empty() {
            "None."
        } else {
            details.fix
        };
        parts.push(part("Fix", &wrap(fix)));
        if !details.implies.is_empty() {
            parts.push(part("Found with it", &wrap(&details.implies.join(", "))));
        }
        parts.push(part("Source", &wrap(details.source)));
    }
    format!("{}\n", parts.join("\n\n"))
}

fn part(heading: &str, text: &str) -> String {
    format!("{heading}\n  {text}")
}

/// Indents all lines but the first, which its heading indents, and no empty one.
fn indented(text: &str) -> String {
    let text = text.trim_end().replace('\n', "\n  ");
    text.replace("\n  \n", "\n\n")
}

/// Breaks lines at 78 characters, continuing with two spaces.
fn wrap(text: &str) -> String {
    const WIDTH: usize = 78;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.len() + 1 + word.len() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n  ")
}

fn aliases(rule: &Rule) -> Vec<&'static str> {
    rulebook().aliases_of(rule.code).collect()
}

fn to_json(rule: &Rule) -> serde_json::Value {
    let mut value = json!({
        "code": rule.code,
        "severity": rule.severity.name(),
        "class": rule.class.name(),
        "exit": rule.class.exit_status(),
        "summary": rule.summary,
        "cause": rule.cause,
        "example": rule.example,
        "remedy": rule.remedy,
    });
    let aliases = aliases(rule);
    if !aliases.is_empty() {
        value["aliases"] = json!(aliases);
    }
    if let Some(details) = rule_details(rule) {
        value["family"] = json!(details.family);
        value["clean"] = json!(details.clean);
        value["fix"] = json!(Some(details.fix).filter(|fix| !fix.is_empty()));
        value["implies"] = json!(details.implies);
        value["source"] = json!(details.source);
        value["optional"] = json!(details.is_optional);
    }
    value
}
