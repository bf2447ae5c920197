//! What the repository's catalog knows of images.
//!
//! With the names of images it prints what is known of each, as it would be asked:
//!
//! ```text
//! cargo run -p strata-environment --example image_facts kong:3.9.0-alpine
//! ```
//!
//! Without, it prints the page of the book that lists everything; `cargo xtask generate` runs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use strata_diagnostic::{HumanOptions, Sources, render_human};
use strata_document::InputFile;
use strata_environment::images::{
    Completeness, Fact, ImageCatalog, ImageFacts, ImageReference, Listening, Presence,
};

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own, for the repository's files"
)]
fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/environment/images");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("the catalog is part of the repository")
        .map(|entry| entry.expect("the catalog is readable").path())
        .collect();
    paths.sort();
    let files: Vec<InputFile> = paths
        .iter()
        .map(|path| InputFile {
            path: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: std::fs::read(path).expect("readable"),
        })
        .collect();
    let mut sources = Sources::new();
    let outcome = ImageCatalog::load("repository", "", &files, &mut sources);
    let options = HumanOptions {
        color: false,
        width: 100,
    };
    for finding in &outcome.findings {
        eprint!("{}", render_human(finding, &sources, options));
    }
    let Some(catalog) = outcome.value.filter(|_| outcome.findings.is_empty()) else {
        return ExitCode::FAILURE;
    };
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_none() {
        print!("{}", page(&catalog));
    }
    for argument in arguments {
        match ImageReference::parse(&argument) {
            Ok(reference) => print!("{}", answer(&catalog, &reference)),
            Err(error) => {
                eprintln!("{argument}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// One row of what is known: what it is about, what is so, for which tags, from where.
struct Row {
    about: String,
    is: String,
    scope: String,
    source: String,
    verified: String,
}

fn row<T>(about: String, is: String, fact: &Fact<T>) -> Row {
    let is = match &fact.note {
        Some(note) => format!("{is}. {note}"),
        None => is,
    };
    Row {
        about,
        is,
        scope: fact.scope.to_string(),
        source: fact.evidence.source.clone(),
        verified: fact.evidence.verified.to_string(),
    }
}

fn list<T>(rows: &mut Vec<Row>, about: &str, facts: &[Fact<T>], show: impl Fn(&T) -> String) {
    rows.extend(
        facts
            .iter()
            .map(|fact| row(about.to_owned(), show(&fact.is), fact)),
    );
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn rows(facts: &ImageFacts) -> Vec<Row> {
    let mut rows = Vec::new();
    tags(&mut rows, facts);
    content(&mut rows, facts);
    settings(&mut rows, facts);
    rows
}

/// What it is for, and what its tags say.
fn tags(rows: &mut Vec<Row>, facts: &ImageFacts) {
    list(rows, "role", &facts.role, |role| role.name().to_owned());
    list(rows, "job", &facts.jobs, |command| code(command));
    list(rows, "zone", &facts.zone, |zone| zone.name().to_owned());
    list(rows, "full version", &facts.versioning, |versioning| {
        let form = versioning.form.to_string();
        match (form.as_str(), versioning.parts) {
            (form, _) if form.ends_with("{date}") => code(form),
            ("{version}", 1) => "one number".to_owned(),
            ("{version}", parts) => format!("{parts} numbers"),
            (form, parts) => format!("{} of {parts} numbers", code(form)),
        }
    });
    list(
        rows,
        "published",
        &facts.published,
        |published| match published {
            Presence::Present => "yes".to_owned(),
            Presence::Absent => "never".to_owned(),
        },
    );
    list(
        rows,
        "deprecated",
        &facts.deprecated,
        |deprecation| match &deprecation.instead {
            Some(instead) => format!("{}; instead: {instead}", deprecation.says),
            None => deprecation.says.clone(),
        },
    );
}

/// What is in it, and where it answers.
fn content(rows: &mut Vec<Row>, facts: &ImageFacts) {
    let presence = |presence: &Presence| match presence {
        Presence::Present => "there".to_owned(),
        Presence::Absent => "not there".to_owned(),
    };
    for (program, facts) in &facts.programs {
        list(rows, &format!("program {}", code(program)), facts, presence);
    }
    for (path, facts) in &facts.endpoints {
        list(rows, &format!("path {}", code(path)), facts, |endpoint| {
            let ports: Vec<String> = endpoint.ports.iter().map(u16::to_string).collect();
            let mut text = format!("port {}", ports.join(" or "));
            for (name, value) in &endpoint.needs {
                let _ = write!(text, ", with {}", code(&format!("{name}={value}")));
            }
            text
        });
    }
    list(rows, "health check", &facts.probe, |command| {
        let mut text = code(&command.runs.join(" "));
        for (name, pattern) in &command.needs {
            let _ = write!(text, ", with {}", code(&format!("{name}={pattern}")));
        }
        if !command.unless.is_empty() {
            let unless: Vec<String> = command.unless.iter().map(|one| code(one)).collect();
            let _ = write!(text, ", without {}", unless.join(", "));
        }
        text
    });
    list(rows, "own health check", &facts.healthcheck, presence);
    list(rows, "sets", &facts.sets, |names| {
        let names: Vec<String> = names.iter().map(|name| code(name)).collect();
        names.join(", ")
    });
    for (port, facts) in &facts.ports {
        list(
            rows,
            &format!("port {port}"),
            facts,
            |listening| match listening {
                Listening::Always => "listens".to_owned(),
                Listening::Never => "does not listen".to_owned(),
                Listening::AsSet { variable, default } => {
                    format!("as {} says, by default {}", code(variable), code(default))
                }
            },
        );
    }
}

/// What settings it takes, as whom it runs, what it keeps.
fn settings(rows: &mut Vec<Row>, facts: &ImageFacts) {
    for (variable, facts) in &facts.accepts {
        list(
            rows,
            &format!("variable {}", code(variable)),
            facts,
            |values| {
                let values: Vec<String> = values.iter().map(|value| code(value)).collect();
                format!("takes only {}", values.join(", "))
            },
        );
    }
    for (variable, facts) in &facts.secrets {
        list(
            rows,
            &format!("variable {}", code(variable)),
            facts,
            |secret| match &secret.file {
                Some(file) => format!("secret; {} names a file with it", code(file)),
                None => "secret".to_owned(),
            },
        );
    }
    list(
        rows,
        "credentials",
        &facts.authentication,
        |authentication| {
            let words = authentication.arguments.iter().chain(&authentication.flags);
            let ways: Vec<String> = words
                .chain(&authentication.variables)
                .map(|way| code(way))
                .collect();
            format!(
                "{} unless set by {}",
                authentication.default.name(),
                ways.join(", ")
            )
        },
    );
    list(rows, "user", &facts.user, |user| code(user));
    list(rows, "state", &facts.state, |path| code(path));
}

/// Everything, as a page of the book.
fn page(catalog: &ImageCatalog) -> String {
    let mut text = format!(
        "# Images of the embedded catalog\n\n\
         What is known of {} images, by the names of their repositories. Each fact holds for the tags \
         in its third column; for others nothing is known. [Facts about images]\
         (../contributing/image-facts.md) says how to add one, or to take one back.\n",
        catalog.len()
    );
    for (repository, facts) in catalog.iter() {
        let about = facts.about.as_deref().unwrap_or_default();
        let _ = write!(text, "\n## {repository}\n\n{about}.\n\n");
        let rows = rows(facts);
        let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut listed = Vec::new();
        text.push_str("| What | Is | For | From |\n|---|---|---|---|\n");
        for row in &rows {
            let key = (row.source.as_str(), row.verified.as_str());
            let next = numbers.len() + 1;
            let number = *numbers.entry(key).or_insert(next);
            if number == next {
                listed.push(key);
            }
            let cell = |text: &str| text.replace('|', "\\|");
            let scope = row.scope.replace('*', "\\*").replace('<', "&lt;");
            let _ = writeln!(
                text,
                "| {} | {} | {} | {number} |",
                cell(&row.about),
                cell(&row.is),
                cell(&scope),
            );
        }
        text.push('\n');
        for (index, (source, verified)) in listed.iter().enumerate() {
            let _ = writeln!(text, "{}. <{source}>, {verified}", index + 1);
        }
    }
    text
}

/// What is known of one image.
fn answer(catalog: &ImageCatalog, reference: &ImageReference) -> String {
    let image = catalog.image(reference);
    let completeness = match image.completeness() {
        Completeness::Full => "a full version",
        Completeness::Partial => "part of a version",
        Completeness::Floating => "no version",
        Completeness::Unknown => "not known",
    };
    let mut text = format!("{reference}\n  tag: {completeness}\n");
    let Some(facts) = image.facts() else {
        text.push_str("  nothing is known of this repository\n");
        return text;
    };
    for row in rows(facts) {
        let scope = match row.scope.as_str() {
            "" => String::new(),
            scope => format!(" ({scope})"),
        };
        let _ = writeln!(text, "  {}: {}{scope}", row.about, row.is);
    }
    text
}
