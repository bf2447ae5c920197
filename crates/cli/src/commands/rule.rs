//! `strata rule`.

use serde_json::json;
use strata_client::{all_rules, find_rule, rulebook};
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
        let finding = match nearest(code, names) {
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
    let aliases = aliases(rule);
    let also = if aliases.is_empty() {
        String::new()
    } else {
        format!("also {}\n", aliases.join(", "))
    };
    format!(
        "{}: {}\n{}, class {}, exit {}\n{also}\nCause\n  {}\n\nExample\n  {}\n\nRemedy\n  {}\n",
        rule.code,
        rule.summary,
        rule.severity,
        rule.class.name(),
        rule.class.exit_status(),
        wrap(rule.cause),
        rule.example.replace('\n', "\n  "),
        wrap(rule.remedy),
    )
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
    value
}
