//! Values that are stated for one bundle: read from flags, and back from the record of a bundle.

use std::path::Path;

use serde_json::json;
use strata_cluster::{DynamicStatement, Form, Setting, SettingStatement, Statement};
use strata_diagnostic::{Finding, Outcome, Place, SourceId};
use strata_document::{Limits, Node, codes, read};
use strata_host::{STDIN, read_input};

use crate::session::Session;

/// One statement as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRequest {
    /// How its value is written.
    pub form: Form,
    /// `component:path=value`, or `component:path=FILE`.
    pub text: String,
    /// Where it stands in a configuration file; a flag otherwise.
    pub place: Option<Place>,
    /// Directory that a file named in it is relative to; empty for the one the program runs in.
    pub directory: String,
}

/// Gives statements their places, and those that name a file its content.
///
/// # Errors
///
/// Findings of reading the files: 1 MiB each.
pub(crate) fn read_statements(
    session: &mut Session<'_>,
    requests: &[StatementRequest],
) -> Outcome<Vec<Statement>> {
    let mut findings = Vec::new();
    let mut statements = Vec::new();
    for request in requests {
        let mut content = None;
        if request.form == Form::File
            && let Some((_, file)) = request.text.split_once('=')
        {
            let limits = Limits::DOCUMENT;
            let file = join(&request.directory, file);
            let input = read_input(session.system, &file, limits.bytes, &mut session.sources);
            content = input
                .and_then(|input| tree_of(&input.bytes, input.source, &limits))
                .take(&mut findings);
        }
        let place = request.place.unwrap_or_else(|| {
            let name = format!("--{} {}", request.form.flag(), request.text);
            Place::whole(session.sources.add_named(&name))
        });
        statements.push(Statement {
            form: request.form,
            text: request.text.clone(),
            place,
            content,
        });
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(statements),
        findings,
    }
}

/// Reads the tree in a file. One without content is refused: null would remove a value, and whoever
/// means that can write it.
fn tree_of(bytes: &[u8], source: SourceId, limits: &Limits) -> Outcome<Node> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let finding = Finding::new(&codes::EMPTY, codes::EMPTY.summary).at(Place::whole(source));
        return Outcome::fail(finding.help("write `null` into it if the value is to be removed"));
    }
    read(bytes, source, limits)
}

/// Returns a path relative to a directory; an absolute one and `-` stay.
pub(crate) fn join(directory: &str, path: &str) -> String {
    if directory.is_empty() || path == STDIN {
        return path.to_owned();
    }
    Path::new(directory)
        .join(path)
        .to_string_lossy()
        .into_owned()
}

/// One scheduling setting as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRequest {
    /// Which.
    pub setting: Setting,
    /// Its values.
    pub texts: Vec<String>,
    /// Where it stands in a configuration file; a flag otherwise.
    pub place: Option<Place>,
}

/// Gives paths of values that are given later their places.
pub(crate) fn place_dynamic(
    session: &mut Session<'_>,
    requests: &[(String, Option<Place>)],
) -> Vec<DynamicStatement> {
    let mut statements = Vec::new();
    for (text, place) in requests {
        let place = place.unwrap_or_else(|| {
            Place::whole(session.sources.add_named(&format!("--dynamic {text}")))
        });
        let text = text.clone();
        statements.push(DynamicStatement { text, place });
    }
    statements
}

/// Gives settings their places.
pub(crate) fn place_settings(
    session: &mut Session<'_>,
    requests: &[SettingRequest],
) -> Vec<SettingStatement> {
    let place = |request: &SettingRequest, session: &mut Session<'_>| {
        request.place.unwrap_or_else(|| {
            let flag = request.setting.flag();
            let name = format!("--{flag} {}", request.texts.join(&format!(" --{flag} ")));
            Place::whole(session.sources.add_named(&name))
        })
    };
    requests
        .iter()
        .map(|request| SettingStatement {
            setting: request.setting,
            texts: request.texts.clone(),
            place: place(request, session),
        })
        .collect()
}

/// Returns the record of statements that stands in `bundle.yaml`.
pub(crate) fn record(statements: &[Statement]) -> serde_json::Value {
    let entries = statements.iter().map(|statement| {
        let mut entry = json!({ "flag": statement.form.flag(), "statement": statement.text });
        let text = statement.content.as_ref().map(strata_document::write_yaml);
        if let Some(text) = text {
            // As text: the record must not depend on what a number in it may be read as.
            entry["content"] = json!(text);
        }
        entry
    });
    entries.collect()
}

/// What a bundle was made with.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) statements: Vec<Statement>,
    pub(crate) dynamic: Vec<DynamicStatement>,
    pub(crate) settings: Vec<SettingStatement>,
    pub(crate) without_default_tolerations: bool,
}

/// Returns what a bundle was made with; nothing if its record cannot be read.
pub(crate) fn recorded(session: &mut Session<'_>, bundle: &Path) -> Recorded {
    let file = bundle.join("bundle.yaml");
    let limits = Limits::CATALOG_FILE;
    let name = file.to_string_lossy().into_owned();
    let input = read_input(session.system, &name, limits.bytes, &mut session.sources);
    let tree = input.and_then(|input| read(&input.bytes, input.source, &limits));
    let Some(options) = tree
        .value
        .and_then(|tree| tree.at(&["spec", "options"]).cloned())
    else {
        return Recorded::default();
    };
    let list = |path: &[&str]| {
        let items = options.at(path).and_then(Node::as_sequence);
        items.unwrap_or_default().to_vec()
    };
    let defaults = options.at(&["scheduling", "defaultTolerations"]);
    Recorded {
        statements: list(&["values"]).iter().filter_map(statement).collect(),
        dynamic: list(&["dynamic"])
            .iter()
            .filter_map(|entry| {
                let text = entry.as_text()?.to_owned();
                let place = entry.place;
                Some(DynamicStatement { text, place })
            })
            .collect(),
        settings: list(&["scheduling", "settings"])
            .iter()
            .filter_map(setting)
            .collect(),
        without_default_tolerations: defaults.and_then(Node::as_bool) == Some(false),
    }
}

fn setting(entry: &Node) -> Option<SettingStatement> {
    let flag = entry.get("flag").and_then(Node::as_text)?;
    let values = entry.get("values")?;
    let texts = values.as_sequence()?.iter().filter_map(Node::as_text);
    Some(SettingStatement {
        setting: Setting::ALL
            .into_iter()
            .find(|setting| setting.flag() == flag)?,
        texts: texts.map(str::to_owned).collect(),
        place: values.place,
    })
}

fn statement(entry: &Node) -> Option<Statement> {
    let flag = entry.get("flag").and_then(Node::as_text)?;
    let text = entry.get("statement")?;
    let content = entry
        .get("content")
        .and_then(Node::as_text)
        .and_then(|content| {
            let read = read(content.as_bytes(), text.place.source, &Limits::DOCUMENT);
            read.value.map(|tree| tree.with_place(text.place))
        });
    Some(Statement {
        form: Form::ALL.into_iter().find(|form| form.flag() == flag)?,
        text: text.as_text()?.to_owned(),
        place: text.place,
        content,
    })
}
