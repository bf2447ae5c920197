//! What each side installs: read back from a bundle, or from the bundle that a recipe would become.

use std::path::Path;

use strata_artifact::{BUNDLE_PATH, EntryKind, Listing};
use strata_cluster::{BundleOptions, Catalog, LoadedRecipe, lower};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, Node, read};
use strata_release::Installation;
use strata_release::deployer::{Deployer, Settings, is_missing};

use super::{RenderRequest, jobs};
use crate::deployment::Chosen;
use crate::diff::{Side, without_recipe};
use crate::made::{is_late_values, make};
use crate::session::Session;
use crate::{kustomize, late};

/// A value that is given when a release is installed, and is not given yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotGiven {
    /// File of the bundle that it belongs into.
    pub file: String,
    /// Path of the value in there.
    pub value: String,
}

/// What one side installs.
pub(super) struct SideInstallations {
    pub(super) installations: Vec<Installation>,
    pub(super) not_given: Vec<NotGiven>,
}

/// Returns what a side installs; by its recipe where that is asked for, without what else was stated for
/// a bundle.
///
/// # Errors
///
/// `CLU-51` for a bundle without a recipe where that counts; findings of making a bundle of a recipe;
/// those of Helm where it must make Applications of the bundle first.
pub(super) fn installed(
    session: &mut Session<'_>,
    catalog: &Catalog,
    side: &Side,
    by_recipe: bool,
    render: &RenderRequest,
) -> Outcome<SideInstallations> {
    match (&side.listing, &side.recipe) {
        (Some(listing), _) if !by_recipe => {
            let mut listing = listing.clone();
            read_late_values(session, &side.name, &mut listing);
            of_listing(session, &side.name, &listing, render)
        }
        (_, Some(recipe)) => of_recipe(session, catalog, recipe),
        _ => Outcome::fail(without_recipe(session, &side.name)),
    }
}

/// Late values that are the user's are listed and not read; here they count.
fn read_late_values(session: &Session<'_>, name: &str, listing: &mut Listing) {
    for entry in &mut listing.entries {
        let is_unread = entry.kind == EntryKind::File && entry.bytes.is_empty();
        if is_unread && is_late_values(&entry.path) {
            let path = Path::new(name).join(&entry.path);
            let read = session.system.read(&path, Limits::DOCUMENT.bytes);
            entry.bytes = read.unwrap_or_default();
        }
    }
}

fn of_listing(
    session: &mut Session<'_>,
    name: &str,
    listing: &Listing,
    render: &RenderRequest,
) -> Outcome<SideInstallations> {
    let mut findings = Vec::new();
    let mut not_given: Vec<NotGiven> = late::missing(session, name, listing)
        .iter()
        .filter_map(|finding| {
            let text = |key: &str| Some(finding.data.as_ref()?[key].as_str()?.to_owned());
            Some(NotGiven {
                file: text("path")?,
                value: text("value")?,
            })
        })
        .collect();
    let deployer = Deployer::of_bundle(listing);
    let mut applications = Vec::new();
    // A chart of Applications that AICR made may have a version that Helm refuses; its templates say enough.
    let is_ours = listing.get(BUNDLE_PATH).is_some();
    if let Some(chart) = deployer.chart(listing).filter(|_| is_ours) {
        not_given.extend(not_given_to_chart(listing));
        let rendered = jobs::applications(session, name, &chart, render).take(&mut findings);
        let Some(rendered) = rendered else {
            return Outcome {
                value: None,
                findings,
            };
        };
        applications = rendered;
    }
    not_given.sort();
    let found = SideInstallations {
        installations: deployer.installations(listing, &applications),
        not_given,
    };
    if found.installations.is_empty() && deployer.name != Deployer::default_one().name {
        let place = Place::whole(session.sources.add_named(name));
        let message = "this bundle names no release";
        let finding = Finding::new(&strata_cluster::codes::NOT_COMPARABLE, message).at(place);
        return Outcome::fail(finding.help("make it again"));
    }
    Outcome::with(found, findings)
}

/// Values that Helm demands when a chart of Applications is installed, and that stand nowhere yet.
fn not_given_to_chart(listing: &Listing) -> Vec<NotGiven> {
    let document = |path: &str| {
        let bytes = listing.file(path)?;
        read(bytes, Place::NOWHERE.source, &Limits::CATALOG_FILE).value
    };
    let mut found = Vec::new();
    if let (Some(schema), Some(values)) = (document("values.schema.json"), document("values.yaml"))
    {
        demanded(&schema, Some(&values), "", &mut found);
    }
    let file = "values.yaml".to_owned();
    found
        .into_iter()
        .map(|value| NotGiven {
            file: file.clone(),
            value,
        })
        .collect()
}

fn demanded(schema: &Node, values: Option<&Node>, above: &str, found: &mut Vec<String>) {
    let required = schema
        .get("required")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    for key in required.iter().filter_map(Node::as_text) {
        let path = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        let value = values.and_then(|values| values.get(key));
        match schema.at(&["properties", key]) {
            Some(inner) if inner.get("required").is_some() => demanded(inner, value, &path, found),
            _ if value.is_none_or(is_missing) => found.push(path),
            _ => {}
        }
    }
}

/// A recipe installs what the bundle of the default deployer would, made with nothing else stated.
fn of_recipe(
    session: &mut Session<'_>,
    catalog: &Catalog,
    recipe: &LoadedRecipe,
) -> Outcome<SideInstallations> {
    let mut findings = Vec::new();
    // What failed constraints excluded is no reason to say nothing of the rest.
    let options = BundleOptions {
        allow_excluded: true,
        ..BundleOptions::default()
    };
    let graph = lower(catalog, recipe, &options).value.unwrap_or_default();
    let built = kustomize::build(session, &graph).take(&mut findings);
    let Some(built) = built else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let chosen = Chosen {
        deployer: Deployer::default_one(),
        settings: Settings::default(),
    };
    let made = make(catalog, recipe, &options, &chosen, &built, &[], "");
    let Some(value) = made.value else {
        return Outcome::fail_all(made.findings);
    };
    // What is to be said of a bundle is said when one is made.
    Outcome::with(
        SideInstallations {
            installations: chosen
                .deployer
                .installations(&Listing::from(&value.tree), &[]),
            not_given: Vec::new(),
        },
        findings,
    )
}
