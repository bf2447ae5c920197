//! Pages of rules about Compose files, one each, and the page that lists them.
//!
//! A rule's page is made from what `strata rule` prints of it and from what `strata check` says of its
//! examples, so that a page cannot show a finding that nobody gets.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::Strata;
use super::wording::{capitalized, exit, field, plain};

/// The line of the table of contents below which the pages of rules stand.
const INDEX: &str = "(reference/rules.md)";

/// How the lines begin that lead to them.
const ENTRY: &str = "  - [";

/// Returns whether a rule has a page of its own: those do that show what keeps them.
pub(super) fn has_page(rule: &Value) -> bool {
    rule["clean"].is_string()
}

/// The list of all rules, by what they are about.
pub(super) fn index(rules: &[&Value]) -> Result<String> {
    let mut text = "# Rules about Compose files\n\n\
        What `strata check` looks for in Compose files and in what they refer to. `strata rule CODE` \
        prints on a terminal what the page of a rule says. Rules that are off count only where they \
        are [selected](../guides/check.md#what-counts); \"unsafe\" means that a fix can change what runs, \
        so that it takes `--unsafe-fixes`. What else strata can find in such files, such as a syntax error, \
        is among [all findings](findings.md).\n"
        .to_owned();
    let mut family = String::new();
    for rule in rules {
        let own = field(rule, "family")?;
        if family != own {
            ensure!(!own.is_empty(), "a rule is of no family: {rule}");
            write!(
                text,
                "\n## {own}\n\n| Code | Severity | What it finds | Fix | On |\n|---|---|---|---|---|\n"
            )?;
            family = own;
        }
        let code = field(rule, "code")?;
        let is_off = rule["optional"].as_bool().context("`optional`")?;
        writeln!(
            text,
            "| [{code}](rules/{}.md) | {} | {} | {} | {} |",
            code.to_lowercase(),
            field(rule, "severity")?,
            plain(&field(rule, "summary")?),
            safety(rule),
            if is_off { "no" } else { "yes" },
        )?;
    }
    Ok(text)
}

/// Returns in a word or two what kinds of fixes a rule has.
fn safety(rule: &Value) -> String {
    let Some(fix) = rule["fix"].as_str() else {
        return String::new();
    };
    let kinds = ["Safe", "Unsafe"].into_iter();
    let kinds = kinds.filter(|kind| {
        fix.split(' ')
            .any(|word| word.trim_end_matches([':', ',']) == *kind)
    });
    kinds.collect::<Vec<_>>().join(" or ").to_lowercase()
}

/// The page of one rule.
pub(super) fn page(strata: &Strata, rule: &Value) -> Result<String> {
    let code = field(rule, "code")?;
    let mut text = format!("# {code}\n\n");
    writeln!(text, "{}.\n", capitalized(&plain(&field(rule, "summary")?)))?;
    match exit(rule).as_str() {
        "" => writeln!(text, "- Severity: {}", field(rule, "severity")?)?,
        exit => writeln!(
            text,
            "- Severity: {}, exit {exit}",
            field(rule, "severity")?
        )?,
    }
    if rule["optional"].as_bool().context("`optional`")? {
        writeln!(
            text,
            "- Off, until `--select {code}` or `strata.yaml` asks for it"
        )?;
    }
    let aliases = names(rule, "aliases");
    if !aliases.is_empty() {
        let aliases: Vec<String> = aliases.iter().map(|name| format!("`{name}`")).collect();
        writeln!(text, "- Other names: {}", aliases.join(", "))?;
    }
    let implied = names(rule, "implies");
    if !implied.is_empty() {
        let link = |code: &&str| format!("[{code}]({}.md)", code.to_lowercase());
        let implied: Vec<String> = implied.iter().map(link).collect();
        writeln!(text, "- Found with it: {}", implied.join(", "))?;
    }
    write!(text, "\n{}\n", plain(&field(rule, "cause")?))?;

    let broken = files(&field(rule, "example")?);
    let mut arguments = vec!["--select", &code];
    // Notes are hidden otherwise.
    if rule["severity"] == "note" {
        arguments.push("-v");
    }
    if broken.iter().any(|(path, _)| path == SNAPSHOT) {
        arguments.extend(["--snapshot", SNAPSHOT]);
    }
    write!(text, "\n## What it finds\n\n{}", shown(&broken))?;
    let said = strata.checks(&broken, &arguments)?;
    let bracketed = format!("[{code}]");
    ensure!(
        said.contains(&bracketed),
        "{code}: its example gives\n{said}"
    );
    write!(
        text,
        "\n`strata check {}` says:\n\n```text\n{}\n```\n",
        arguments.join(" "),
        said.trim_end()
    )?;

    let clean = files(&field(rule, "clean")?);
    write!(text, "\n## What it does not find\n\n{}", shown(&clean))?;
    let said = strata.checks(&clean, &arguments)?;
    ensure!(
        !said.contains(&bracketed),
        "{code}: what keeps it gives\n{said}"
    );

    write!(
        text,
        "\n## What to do\n\n{}\n",
        plain(&field(rule, "remedy")?)
    )?;
    let fix = rule["fix"].as_str().unwrap_or("None.");
    write!(text, "\n## Fix\n\n{}\n", plain(fix))?;
    let source = capitalized(&plain(&field(rule, "source")?));
    write!(text, "\n## Where this is from\n\n{source}.\n")?;
    Ok(text)
}

/// The file of an example that says what the host is like.
const SNAPSHOT: &str = "snapshot.yaml";

fn names<'a>(rule: &'a Value, field: &str) -> Vec<&'a str> {
    let names = rule[field].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// Splits an example into its files: a line `# file: PATH` begins each, and what has no such line is
/// `compose.yaml`.
fn files(example: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in example.split_inclusive('\n') {
        match (line.trim_end().strip_prefix("# file: "), files.last_mut()) {
            (Some(path), _) => files.push((path.to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => files.push(("compose.yaml".to_owned(), line.to_owned())),
        }
    }
    files
}

/// Shows files as they are, each under its path.
fn shown(files: &[(String, String)]) -> String {
    let mut text = String::new();
    for (index, (path, content)) in files.iter().enumerate() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let language = match name.rsplit_once('.') {
            Some((_, "yaml" | "yml")) => "yaml",
            _ if name.contains("Dockerfile") => "dockerfile",
            _ => "text",
        };
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&format!(
            "`{path}`:\n\n```{language}\n{}\n```\n",
            content.trim_end()
        ));
    }
    text
}

/// Returns the table of contents with the pages of rules listed below the page that lists them.
pub(super) fn listed(contents: &str, codes: &[String]) -> Result<String> {
    let mut text = String::with_capacity(contents.len());
    let mut lines = contents.split_inclusive('\n').peekable();
    let mut is_there = false;
    while let Some(line) = lines.next() {
        text.push_str(line);
        if !line.trim_end().ends_with(INDEX) {
            continue;
        }
        is_there = true;
        while lines.next_if(|line| line.starts_with(ENTRY)).is_some() {}
        for code in codes {
            writeln!(
                text,
                "{ENTRY}{code}](reference/rules/{}.md)",
                code.to_lowercase()
            )?;
        }
    }
    ensure!(is_there, "the table of contents has no link to {INDEX}");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_contents_lists_the_rules_that_there_are() {
        let contents = "# S\n\n- [Rules](reference/rules.md)\n  - [OLD-1](reference/rules/old-1.md)\n- [B](b.md)\n";
        let codes = ["NEW-1".to_owned(), "NEW-2".to_owned()];
        let text = listed(contents, &codes).unwrap();
        assert_eq!(
            text,
            "# S\n\n- [Rules](reference/rules.md)\n  - [NEW-1](reference/rules/new-1.md)\n  \
             - [NEW-2](reference/rules/new-2.md)\n- [B](b.md)\n"
        );
        assert_eq!(listed(&text, &codes).unwrap(), text);
        assert!(listed("# S\n", &codes).is_err());
    }

    #[test]
    fn an_example_is_one_file_or_several() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        assert_eq!(files("a: 1\n"), [file("compose.yaml", "a: 1\n")]);
        assert_eq!(
            files("# file: a/compose.yaml\na: 1\n# more\n# file: .env\nA=1\n"),
            [
                file("a/compose.yaml", "a: 1\n# more\n"),
                file(".env", "A=1\n")
            ]
        );
    }

    #[test]
    fn fixes_are_safe_or_unsafe_or_both() {
        let of = |fix: Value| safety(&serde_json::json!({ "fix": fix }));
        assert_eq!(of("Safe: the line is deleted.".into()), "safe");
        assert_eq!(of("Unsafe, and only here.".into()), "unsafe");
        assert_eq!(
            of("Safe: this. Unsafe where that is.".into()),
            "safe or unsafe"
        );
        assert_eq!(of(Value::Null), "");
    }
}
