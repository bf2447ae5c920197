//! What is in force: flag, environment, configuration file, default, in this order.
//!
//! Precedence is decided here and nowhere else, and every setting remembers where it came from.

use clap::ArgMatches;
use clap::parser::ValueSource;
use strata_client::{CatalogRequest, CriteriaRequest, RecipeRequest, Session, Stated};
use strata_cluster::{AicrConfig, Dimension};
use strata_diagnostic::{Finding, Outcome};
use strata_document::Spanned;

use crate::args::{CatalogSelectionArgs, CriteriaArgs, ResolveArgs};
use crate::config::read_config;
use crate::environment;

/// A setting, its value as text, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) origin: String,
}

/// Settings of the commands that resolve.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) request: RecipeRequest,
    pub(crate) config: Option<AicrConfig>,
    pub(crate) effective: Vec<Setting>,
}

/// Collects settings and their origins.
struct Resolver<'a> {
    matches: &'a ArgMatches,
    effective: Vec<Setting>,
}

impl Resolver<'_> {
    /// Returns where an argument comes from, if it was given.
    fn origin(&self, id: &str) -> Option<String> {
        let flag = format!("--{}", id.replace('_', "-"));
        match self.matches.try_contains_id(id).ok().filter(|known| *known) {
            Some(_) => match self.matches.value_source(id)? {
                ValueSource::CommandLine => Some(flag),
                ValueSource::EnvVariable => {
                    let known = environment::VARIABLES.iter();
                    known
                        .clone()
                        .find(|v| v.flag == flag)
                        .map(|v| v.name.to_owned())
                }
                _ => None,
            },
            None => None,
        }
    }

    /// Decides a text: argument, else configuration.
    fn text(
        &mut self,
        session: &Session<'_>,
        id: &str,
        typed: Option<&String>,
        configured: Option<&Spanned<String>>,
    ) -> Option<Stated> {
        let stated = match (typed, self.origin(id)) {
            (Some(text), Some(origin)) => Some(Stated {
                text: text.clone(),
                origin,
            }),
            _ => configured.map(|setting| Stated {
                text: setting.value.clone(),
                origin: session.sources.describe(setting.place),
            }),
        };
        if let Some(stated) = &stated {
            self.note(id, &stated.text, &stated.origin);
        }
        stated
    }

    /// Decides a switch: argument, else configuration.
    fn switch(
        &mut self,
        session: &Session<'_>,
        id: &str,
        typed: bool,
        configured: Option<&Spanned<bool>>,
    ) -> bool {
        let (value, origin) = match (self.origin(id), configured) {
            (Some(origin), _) => (typed, origin),
            (None, Some(setting)) => (setting.value, session.sources.describe(setting.place)),
            (None, None) => (false, "default".to_owned()),
        };
        self.note(id, &value.to_string(), &origin);
        value
    }

    fn note(&mut self, name: &str, value: &str, origin: &str) {
        self.effective.push(Setting {
            name: name.replace('_', "-"),
            value: value.to_owned(),
            origin: origin.to_owned(),
        });
    }
}

/// Settles the settings of a command that resolves a recipe.
///
/// # Errors
///
/// Findings of the configuration file.
pub(crate) fn settle(
    session: &mut Session<'_>,
    args: &ResolveArgs,
    matches: &ArgMatches,
) -> Outcome<Settings> {
    let mut findings = Vec::new();
    let mut config = None;
    if let Some(path) = &args.config {
        config = read_config(session, path).take(&mut findings);
        if config.is_none() {
            return Outcome {
                value: None,
                findings,
            };
        }
    }
    let mut resolver = Resolver {
        matches,
        effective: Vec::new(),
    };
    if let (Some(path), Some(origin)) = (&args.config, resolver.origin("config")) {
        resolver.note("config", path, &origin);
    }
    let section = config
        .as_ref()
        .and_then(|config| config.spec.recipe.as_ref());
    let block = section.and_then(|section| section.criteria.as_ref());
    let mut criteria = CriteriaRequest::default();
    for (dimension, typed) in typed_criteria(&args.criteria) {
        let configured = block.and_then(|block| match dimension {
            Dimension::Service => block.service.as_ref(),
            Dimension::Accelerator => block.accelerator.as_ref(),
            Dimension::Intent => block.intent.as_ref(),
            Dimension::Os => block.os.as_ref(),
            Dimension::Platform => block.platform.as_ref(),
        });
        if let Some(stated) = resolver.text(session, dimension.name(), typed, configured) {
            if stated.text.trim().is_empty() {
                let message = format!("`{}` is empty and counts as not stated", stated.origin);
                findings.push(without_effect(message));
            }
            criteria.values.insert(dimension, stated);
        }
    }
    let configured_nodes = block.and_then(|block| block.nodes.as_ref());
    criteria.nodes = match (args.criteria.nodes, resolver.origin("nodes")) {
        (Some(nodes), Some(origin)) => {
            resolver.note("nodes", &nodes.max(0).to_string(), &origin);
            if nodes < 0 {
                let message = format!("`{origin} {nodes}` counts as 0, which is any number");
                findings.push(without_effect(message));
            }
            Some(nodes)
        }
        _ => configured_nodes.map(|nodes| {
            let origin = session.sources.describe(nodes.place);
            resolver.note("nodes", &nodes.value.to_string(), &origin);
            i64::try_from(nodes.value).unwrap_or(i64::MAX)
        }),
    };
    let snapshot = section
        .and_then(|s| s.input.as_ref())
        .and_then(|i| i.snapshot.as_ref());
    let snapshot = resolver.text(session, "snapshot", args.snapshot.as_ref(), snapshot);
    let catalog = catalog(
        session,
        &mut resolver,
        &args.catalog,
        section.and_then(|s| s.data.as_ref()),
    );
    criteria.is_strict = strict(
        session,
        &mut resolver,
        &args.catalog,
        section.and_then(|s| s.criteria_strict.as_ref()),
    );
    let allow_unmatched = resolver.switch(session, "allow_unmatched", args.allow_unmatched, None);
    let allow_excluded = resolver.switch(session, "allow_excluded", args.allow_excluded, None);
    let request = RecipeRequest {
        catalog,
        criteria,
        snapshot: snapshot.map(|stated| stated.text),
        allow_unmatched,
        allow_excluded,
    };
    let effective = resolver.effective;
    Outcome::with(
        Settings {
            request,
            config,
            effective,
        },
        findings,
    )
}

fn without_effect(message: String) -> Finding {
    Finding::new(&crate::codes::WITHOUT_EFFECT, message)
        .help("is a variable not set? leave the flag out to state nothing")
}

/// Settles the catalog and the filter of `catalog list`.
pub(crate) fn settle_list(
    session: &Session<'_>,
    criteria: &CriteriaArgs,
    selection: &CatalogSelectionArgs,
    matches: &ArgMatches,
) -> (CatalogRequest, CriteriaRequest) {
    let mut resolver = Resolver {
        matches,
        effective: Vec::new(),
    };
    let mut request = CriteriaRequest::default();
    for (dimension, typed) in typed_criteria(criteria) {
        if let Some(stated) = resolver.text(session, dimension.name(), typed, None) {
            request.values.insert(dimension, stated);
        }
    }
    request.nodes = criteria.nodes;
    let catalog = catalog(session, &mut resolver, selection, None);
    request.is_strict = strict(session, &mut resolver, selection, None);
    (catalog, request)
}

fn typed_criteria(args: &CriteriaArgs) -> [(Dimension, Option<&String>); 5] {
    [
        (Dimension::Service, args.service.as_ref()),
        (Dimension::Accelerator, args.accelerator.as_ref()),
        (Dimension::Intent, args.intent.as_ref()),
        (Dimension::Os, args.os.as_ref()),
        (Dimension::Platform, args.platform.as_ref()),
    ]
}

fn catalog(
    session: &Session<'_>,
    resolver: &mut Resolver<'_>,
    args: &CatalogSelectionArgs,
    configured: Option<&Spanned<String>>,
) -> CatalogRequest {
    let data = match resolver.origin("data") {
        Some(origin) => {
            resolver.note("data", &args.data.join(", "), &origin);
            args.data.clone()
        }
        None => resolver
            .text(session, "data", None, configured)
            .map(|stated| vec![stated.text])
            .unwrap_or_default(),
    };
    let catalog = resolver.text(session, "catalog", args.catalog.as_ref(), None);
    if catalog.is_none() {
        resolver.note("catalog", "embedded", "default");
    }
    CatalogRequest {
        catalog: catalog.map(|stated| stated.text),
        data,
    }
}

fn strict(
    session: &Session<'_>,
    resolver: &mut Resolver<'_>,
    args: &CatalogSelectionArgs,
    configured: Option<&Spanned<bool>>,
) -> bool {
    if resolver.origin("criteria_strict").is_none()
        && let Some(is_strict) = environment::reference_criteria_strict()
    {
        resolver.note(
            "criteria_strict",
            &is_strict.to_string(),
            "AICR_CRITERIA_STRICT",
        );
        return is_strict;
    }
    resolver.switch(session, "criteria_strict", args.criteria_strict, configured)
}

/// Reports a recipe document beside criteria, and standard input wanted twice.
pub(crate) fn check_inputs(
    recipe: Option<&String>,
    args: &ResolveArgs,
    settings: &Settings,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let request = &settings.request;
    let stated = request
        .criteria
        .values
        .values()
        .find(|stated| stated.origin.starts_with("--"));
    let snapshot = args.snapshot.as_ref().map(|_| "--snapshot");
    if recipe.is_some()
        && let Some(other) = stated.map(|stated| stated.origin.as_str()).or(snapshot)
    {
        let message = format!("`--recipe` and `{other}` exclude each other");
        let finding = Finding::new(&crate::codes::CONFLICT, message);
        findings.push(finding.help("a recipe document has its own criteria; keep one of the two"));
    }
    let readers = [recipe, request.snapshot.as_ref(), args.config.as_ref()];
    if readers
        .iter()
        .filter(|path| path.is_some_and(|path| path == "-"))
        .count()
        > 1
    {
        let finding = Finding::new(
            &crate::codes::CONFLICT,
            "standard input can be read only once",
        );
        findings.push(finding.help("write one of the inputs to a file"));
    }
    findings
}
