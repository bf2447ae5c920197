//! What was stated about deploying, as the deployers take it.

use serde_json::{Value, json};
use strata_cluster::Form;
use strata_diagnostic::{Finding, Outcome, Place, nearest};
use strata_release::deployer::{Deployer, Parameter, Parameters, Settings, codes};

use crate::session::Session;
use crate::statements::StatementRequest;

/// What `--set` calls the deployer.
const RESERVED: &str = "deployer:";

/// How a bundle is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentRequest {
    /// Name of the deployer; the default one where none is stated.
    pub deployer: Option<String>,
    /// What was stated for it, with its place in a configuration file; a flag otherwise.
    pub parameters: Vec<(Parameter, String, Option<Place>)>,
    /// Every release waits for the one before it.
    pub is_serial: bool,
    /// Print a repository that does not exist where none is stated.
    pub allows_placeholder: bool,
}

/// A deployer and what it is given.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) deployer: &'static Deployer,
    pub(crate) settings: Settings,
}

/// Finds the deployer and gives what was stated for it its places.
///
/// # Errors
///
/// `REL-7` for `--set deployer:KEY=VALUE` with an unknown key, or in another form; a name that no
/// deployer has was refused where it was read.
pub(crate) fn choose(
    session: &mut Session<'_>,
    request: &DeploymentRequest,
    statements: &[StatementRequest],
) -> Outcome<Chosen> {
    let mut findings = Vec::new();
    let mut parameters = Parameters::default();
    for (parameter, text, place) in &request.parameters {
        let place = place.unwrap_or_else(|| {
            let name = format!("{} {text}", parameter.flag());
            Place::whole(session.sources.add_named(&name))
        });
        parameters.state(*parameter, text.as_str(), place);
    }
    for statement in statements.iter().filter(|request| is_reserved(request)) {
        let place = statement.place.unwrap_or_else(|| {
            let name = format!("--{} {}", statement.form.flag(), statement.text);
            Place::whole(session.sources.add_named(&name))
        });
        match reserved(statement) {
            Ok((parameter, text)) => parameters.state(parameter, text, place),
            Err(finding) => findings.push(finding.at(place)),
        }
    }
    if !findings.is_empty() {
        return Outcome::fail_all(findings);
    }
    let name = request.deployer.as_deref().unwrap_or_default();
    let deployer = Deployer::find(name).unwrap_or_else(Deployer::default_one);
    let settings = Settings {
        parameters,
        is_serial: request.is_serial,
        allows_placeholder: request.allows_placeholder,
        ..Settings::default()
    };
    Outcome::ok(Chosen { deployer, settings })
}

/// Whether a statement is about the deployer and not about a component.
pub(crate) fn is_reserved(statement: &StatementRequest) -> bool {
    statement.text.starts_with(RESERVED)
}

fn reserved(statement: &StatementRequest) -> Result<(Parameter, String), Box<Finding>> {
    let bad = |message: String, help: String| {
        Box::new(Finding::new(&codes::BAD_PARAMETER, message).help(help))
    };
    let example = "write `--set deployer:KEY=VALUE`";
    let text = statement.text.strip_prefix(RESERVED).unwrap_or_default();
    let Some((key, value)) = text.split_once('=') else {
        let message = format!("`{}` has no value", statement.text);
        return Err(bad(message, example.to_owned()));
    };
    if matches!(statement.form, Form::Json | Form::File) {
        let message = "the deployer takes plain text only".to_owned();
        return Err(bad(message, example.to_owned()));
    }
    let keys = || Parameter::ALL.into_iter().filter(|p| p.is_reserved_key());
    if let Some(parameter) = keys().find(|parameter| parameter.name() == key) {
        return Ok((parameter, value.to_owned()));
    }
    let names: Vec<&str> = keys().map(Parameter::name).collect();
    let help = match nearest(key, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("settings: {}", names.join(", ")),
    };
    Err(bad(format!("the deployer has no setting `{key}`"), help))
}

/// Returns the record of a deployment that stands in `bundle.yaml`; nothing where all is default.
pub(crate) fn record(settings: &Settings) -> Option<Value> {
    let mut record = json!({});
    for (parameter, text) in settings.parameters.iter() {
        record[parameter.name()] = json!(text);
    }
    if settings.is_serial {
        record["serial"] = json!(true);
    }
    if settings.allows_placeholder {
        record["allowPlaceholder"] = json!(true);
    }
    let is_default = record.as_object().is_none_or(serde_json::Map::is_empty);
    (!is_default).then_some(record)
}
