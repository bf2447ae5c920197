//! What the pages of the reference look like.
//!
//! Each function makes the text of one page from what the program prints. Nothing is written here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::wording::{capitalized, exit, field, plain};
use super::{Files, Strata, rules};

const MARK: &str = "<!-- Written by `cargo xtask generate`; change what it is made from. -->\n\n";

/// Returns all pages, and the codes that have a page of their own, in their order.
pub(super) fn all(strata: &Strata) -> Result<(Files, Vec<String>)> {
    let mut files = Files::new();
    let help = strata.prints(&["--help"])?;
    insert(&mut files, "commands.md", &commands(strata)?);
    insert(&mut files, "environment.md", &environment(&help)?);
    let all = strata.prints_json(&["rule", "--format", "json"])?;
    let all = all.as_array().context("a list of rules")?;
    insert(&mut files, "findings.md", &findings(all)?);
    let own: Vec<&Value> = all.iter().filter(|rule| rules::has_page(rule)).collect();
    insert(&mut files, "rules.md", &rules::index(&own)?);
    let mut codes = Vec::new();
    for rule in own {
        let code = field(rule, "code")?;
        let page = format!("rules/{}.md", code.to_lowercase());
        insert(&mut files, &page, &rules::page(strata, rule)?);
        codes.push(code);
    }
    let kinds = kinds(&strata.prints(&["schema"])?)?;
    for (kind, _) in &kinds {
        let schema = strata.prints(&["schema", kind])?;
        files.insert(format!("schemas/{kind}.json"), schema);
    }
    insert(&mut files, "schemas.md", &schemas(&kinds));
    insert(&mut files, "criteria.md", &criteria(strata)?);
    insert(&mut files, "components.md", &components(strata)?);
    let images = strata.example("strata-environment", "image_facts")?;
    insert(&mut files, "images.md", &images);
    Ok((files, codes))
}

fn insert(files: &mut Files, name: &str, text: &str) {
    files.insert(name.to_owned(), format!("{MARK}{}\n", text.trim_end()));
}

/// Every command with the help it prints itself.
fn commands(strata: &Strata) -> Result<String> {
    let mut text = "# Command line\n\nWhat `--help` of each command prints.\n".to_owned();
    let mut pending: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(command) = pending.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let name = [&["strata"], arguments.as_slice()].concat().join(" ");
        arguments.push("--help");
        let help = strata.prints(&arguments)?;
        write!(text, "\n## {name}\n\n```text\n")?;
        for line in help.lines() {
            writeln!(text, "{}", line.trim_end())?;
        }
        text.push_str("```\n");
        let inner = subcommands(&help).into_iter().rev();
        pending.extend(inner.map(|inner| [command.as_slice(), &[inner]].concat()));
    }
    Ok(text)
}

/// Returns the names under the heading `Commands:` of a help text.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn environment(help: &str) -> Result<String> {
    let mut text = "# Environment variables\n\n\
        A flag wins over its variable, a variable over the configuration file, and the file over \
        the default; `strata config show` says which one won. There are no other variables.\n\n\
        | Variable | Same as | What it says |\n|---|---|---|\n"
        .to_owned();
    let lines = help
        .lines()
        .skip_while(|line| !line.starts_with("Environment"))
        .skip(1)
        .take_while(|line| !line.is_empty());
    let mut count = 0;
    for line in lines {
        let (name, rest) = line.trim().split_once(' ').context("NAME and a sentence")?;
        let (about, flag) = match rest.trim().rsplit_once(" (") {
            Some((about, flag)) => (about, format!("`{}`", flag.trim_end_matches(')'))),
            None => (rest.trim(), String::new()),
        };
        writeln!(text, "| `{name}` | {flag} | {about} |")?;
        count += 1;
    }
    ensure!(count > 0, "the help text has no list of variables");
    Ok(text)
}

/// Every code; those that have a page of their own are only listed.
fn findings(rules: &[Value]) -> Result<String> {
    let mut text = "# Findings\n\n\
        What strata can find, by code. `strata rule CODE` prints the same on a terminal. The class \
        decides the exit status; [Findings](../concepts/findings.md) says how. Rules about Compose \
        files have [pages of their own](rules.md).\n\n\
        | Code | Severity | Exit | Summary |\n|---|---|---|---|\n"
        .to_owned();
    for rule in rules {
        let code = field(rule, "code")?;
        let place = code.to_lowercase();
        let place = if rules::has_page(rule) {
            format!("rules/{place}.md")
        } else {
            format!("#{place}")
        };
        writeln!(
            text,
            "| [{code}]({place}) | {} | {} | {} |",
            field(rule, "severity")?,
            exit(rule),
            field(rule, "summary")?,
        )?;
    }
    for rule in rules.iter().filter(|rule| !rules::has_page(rule)) {
        write!(
            text,
            "\n## {}\n\n{}: {}.{}\n\n{}\n\n```text\n{}\n```\n\n{}\n",
            field(rule, "code")?,
            capitalized(&field(rule, "severity")?),
            field(rule, "summary")?,
            match exit(rule).as_str() {
                "" => String::new(),
                exit => format!(" Class {}, exit {exit}.", field(rule, "class")?),
            },
            plain(&field(rule, "cause")?),
            field(rule, "example")?.trim_end(),
            plain(&field(rule, "remedy")?),
        )?;
    }
    Ok(text)
}

fn kinds(list: &str) -> Result<Vec<(String, String)>> {
    list.lines()
        .map(|line| {
            let (kind, about) = line.split_once(' ').context("KIND and a sentence")?;
            Ok((kind.to_owned(), about.trim().to_owned()))
        })
        .collect()
}

fn schemas(kinds: &[(String, String)]) -> String {
    let mut text = "# Schemas\n\n\
        Kinds of documents that strata reads or writes, each with its JSON Schema. \
        `strata schema KIND` prints the same, for editors and checkers.\n\n\
        | Kind | What it is | Schema |\n|---|---|---|\n"
        .to_owned();
    for (kind, about) in kinds {
        text.push_str(&format!(
            "| `{kind}` | {about} | [{kind}.json](schemas/{kind}.json) |\n"
        ));
    }
    text
}

const DIMENSIONS: [&str; 5] = ["service", "accelerator", "intent", "os", "platform"];

fn criteria(strata: &Strata) -> Result<String> {
    let mut text = "# Criteria of the embedded catalog\n\n\
        Values that can be stated, as completion offers them. `any` says nothing and is always \
        allowed; `--nodes` takes a number.\n\n\
        | Flag | Value | What it is |\n|---|---|---|\n"
        .to_owned();
    for dimension in DIMENSIONS {
        let flag = format!("--{dimension}");
        let values = strata.completes(&["recipe", &flag, ""])?;
        ensure!(!values.is_empty(), "no values for {flag}");
        for (value, about) in values {
            writeln!(text, "| `{flag}` | `{value}` | {about} |")?;
        }
    }
    text.push_str(
        "\n## Overlays\n\n\
         Criteria that each overlay is for. Where a column is empty, the overlay applies whatever is \
         stated.\n\n\
         | Overlay | Service | Accelerator | Intent | OS | Platform | Builds on it |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for overlay in overlays(strata)? {
        write!(
            text,
            "| `{}` |",
            overlay["name"].as_str().unwrap_or_default()
        )?;
        for dimension in DIMENSIONS {
            write!(
                text,
                " {} |",
                named(&overlay, dimension).unwrap_or_default()
            )?;
        }
        let is_leaf = overlay["is_leaf"].as_bool().unwrap_or_default();
        writeln!(text, " {} |", if is_leaf { "none" } else { "others" })?;
    }
    Ok(text)
}

fn overlays(strata: &Strata) -> Result<Vec<Value>> {
    let list = strata.prints_json(&["catalog", "list", "--no-health", "--format", "json"])?;
    list.as_array().cloned().context("a list of overlays")
}

/// Returns the value that an overlay is for, if it names one.
fn named<'a>(overlay: &'a Value, dimension: &str) -> Option<&'a str> {
    let value = overlay["criteria"][dimension].as_str()?;
    (value != "any").then_some(value)
}

/// What a component is in the recipes that have it.
#[derive(Default)]
struct Component {
    about: String,
    facts: Option<[String; 4]>,
    recipes: Vec<String>,
}

fn components(strata: &Strata) -> Result<String> {
    let mut found: BTreeMap<String, Component> = BTreeMap::new();
    for (value, about) in strata.completes(&["query", "components."])? {
        if let Some(name) = value.strip_prefix("components.") {
            found.entry(name.to_owned()).or_default().about = about;
        }
    }
    ensure!(!found.is_empty(), "the catalog has no components");
    let mut recipes = 0;
    for overlay in overlays(strata)? {
        let flags: Vec<String> = DIMENSIONS
            .iter()
            .filter_map(|d| named(&overlay, d).map(|value| [format!("--{d}"), value.to_owned()]))
            .flatten()
            .collect();
        // An overlay for everything is no recipe of its own.
        if flags.is_empty() {
            continue;
        }
        let mut arguments = vec!["recipe", "--format", "json"];
        arguments.extend(flags.iter().map(String::as_str));
        let recipe = strata.prints_json(&arguments)?;
        let name = overlay["name"].as_str().unwrap_or_default();
        collect(&mut found, &recipe, name)?;
        recipes += 1;
    }
    let mut text = "# Components of the embedded catalog\n\n\
        Charts and versions as the recipes of the catalog have them. Each overlay with criteria \
        gives one; the last column names those in which the component is enabled.\n\n\
        | Component | Chart | Version | Namespace | Enabled in |\n|---|---|---|---|---|\n"
        .to_owned();
    for (name, component) in &found {
        let [chart, version, namespace, _] = component
            .facts
            .as_ref()
            .with_context(|| format!("no recipe has `{name}`"))?;
        let enabled = if component.recipes.len() == recipes {
            "all of them".to_owned()
        } else {
            component.recipes.join(", ")
        };
        writeln!(
            text,
            "| [{name}](#{name}) | {chart} | {version} | {namespace} | {enabled} |"
        )?;
    }
    for (name, component) in &found {
        let source = component
            .facts
            .as_ref()
            .map_or("", |facts| facts[3].as_str());
        write!(text, "\n## {name}\n\n{}\n", plain(&component.about))?;
        if source.is_empty() {
            text.push_str("\nManifests of the catalog; there is no chart.\n");
        } else {
            write!(text, "\nFrom `{source}`.\n")?;
        }
    }
    Ok(text)
}

fn collect(found: &mut BTreeMap<String, Component>, recipe: &Value, overlay: &str) -> Result<()> {
    let components = recipe["componentRefs"].as_array();
    for component in components.context("components of a recipe")? {
        let text = |field: &str| component[field].as_str().unwrap_or_default().to_owned();
        let known = found
            .get_mut(&text("name"))
            .with_context(|| format!("`{}` is not in the catalog", text("name")))?;
        let or_none = |text: String| if text.is_empty() { "none".into() } else { text };
        known.facts = Some([
            or_none(text("chart")),
            or_none(text("version")),
            text("namespace"),
            text("source"),
        ]);
        if component["overrides"]["enabled"].as_bool() != Some(false) {
            known.recipes.push(overlay.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_a_help_text() {
        let help = "Usage: x\n\nCommands:\n  recipe  Resolve\n            more of it\n  help    Print\n\nOptions:\n  -h\n";
        assert_eq!(subcommands(help), ["recipe"]);
        assert!(subcommands("Usage: x\n\nOptions:\n  -h\n").is_empty());
    }

    #[test]
    fn variables_become_rows() {
        let help = "Environment (a flag wins):\n  STRATA_OS    system (--os)\n  COLUMNS  width\n";
        let page = environment(help).unwrap();
        assert!(
            page.contains("| `STRATA_OS` | `--os` | system |\n"),
            "{page}"
        );
        assert!(page.contains("| `COLUMNS` |  | width |\n"), "{page}");
        assert!(environment("Options:\n").is_err());
    }
}
