//! What is new, gone and changed between two recipes or bundles.
//!
//! A recipe and a bundle are compared by their recipes, for the bundle has one inside. Two bundles are
//! compared by what would be installed, whoever made them and for whichever deployer, and by their recipes
//! for what their files do not say. Credentials are compared and never shown.

use std::path::Path;

use strata_artifact::{ArchiveForm, BUNDLE_PATH, Listing};
use strata_cluster::{Catalog, LoadedRecipe, ValuesForm, codes, load_recipe, recipe_parts};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, Mapping, Node, read};
use strata_host::{FileKind, STDIN, read_input};
use strata_release::deployer::Deployer;
use strata_release::{
    BundleParts, Comparable, Difference, Fate, bundle_parts, comparable_bundles, compare,
};

use crate::concealed;
use crate::opened::open_bundle;
use crate::session::Session;
use crate::subject::other_catalog;

/// What to compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffRequest {
    /// A recipe, `-` for one on standard input, or a bundle.
    pub before: String,
    /// The same.
    pub after: String,
    /// Report a difference as a finding.
    pub fail_if_different: bool,
}

/// What a side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideKind {
    /// A recipe document.
    Recipe,
    /// A bundle of strata.
    Bundle,
    /// A bundle without `bundle.yaml`, as the reference makes them.
    ReferenceBundle,
}

impl SideKind {
    /// Returns what it is, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipe => "recipe",
            Self::Bundle => "bundle",
            Self::ReferenceBundle => "bundle of AICR",
        }
    }
}

/// What was compared, and what differs.
#[derive(Clone, Debug)]
pub struct DiffAnswer {
    /// First side as typed.
    pub before: (String, SideKind),
    /// Second side as typed.
    pub after: (String, SideKind),
    /// What the comparison is about, one sentence each.
    pub basis: Vec<&'static str>,
    /// What differs.
    pub difference: Difference,
}

const BY_RECIPES: &str = "a recipe and a bundle are compared by their recipes";
const RESOLVED: &str =
    "values are compared as this catalog and the overrides of each recipe give them";
const AS_STATED: &str =
    "values are compared as they are stated, for this catalog lacks files that a recipe names";
const WITHOUT_RECIPE: &str = "criteria, constraints and dependencies are not compared, for a bundle has no recipe that can be read";

const OTHER_DEPLOYER: &str = "the bundles are for different deployers: compared is what they install, not how their tools are told to";

/// Compares two recipes or bundles.
///
/// # Errors
///
/// Findings of reading either side, `CLU-51` for one that is neither; `CLU-27`, a warning, where a
/// recipe was made with another catalog; with `fail_if_different` `CLU-50`.
pub fn diff(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &DiffRequest,
) -> Outcome<DiffAnswer> {
    let mut findings = Vec::new();
    let before = open_side(session, catalog, &request.before).take(&mut findings);
    let after = open_side(session, catalog, &request.after).take(&mut findings);
    let (Some(before), Some(after)) = (before, after) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let mut basis = Vec::new();
    let sides = match (&before.listing, &after.listing) {
        (Some(_), Some(_)) => bundles(session, catalog, [&before, &after], &mut basis),
        (a, b) => {
            if a.is_some() != b.is_some() {
                basis.push(BY_RECIPES);
            }
            recipes(session, catalog, [&before, &after], &mut basis)
        }
    };
    let Some([first, second]) = sides.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let mut difference = compare(&first, &second);
    let secrets = concealed::stated_credentials([&first, &second]);
    concealed::conceal_difference(&mut difference, &secrets);
    if request.fail_if_different && !difference.is_empty() {
        findings.push(differs(request, &difference));
    }
    let answer = DiffAnswer {
        before: (request.before.clone(), before.kind()),
        after: (request.after.clone(), after.kind()),
        basis,
        difference,
    };
    Outcome::with(answer, findings)
}

fn differs(request: &DiffRequest, difference: &Difference) -> Finding {
    let counts = [Fate::New, Fate::Gone, Fate::Changed]
        .map(|fate| (difference.count(fate), fate.name()))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"));
    let mut parts: Vec<String> = counts.collect();
    if parts.is_empty() {
        parts.push("only in what concerns the whole".to_owned());
    }
    let (before, after) = (&request.before, &request.after);
    let message = format!("`{before}` and `{after}` differ: {}", parts.join(", "));
    Finding::new(&codes::DIFFERS, message)
}

/// What was named.
pub(crate) struct Side {
    pub(crate) name: String,
    /// A bundle's files; none for a recipe.
    pub(crate) listing: Option<Listing>,
    /// The recipe, of a bundle the one inside.
    pub(crate) recipe: Option<LoadedRecipe>,
}

impl Side {
    pub(crate) fn kind(&self) -> SideKind {
        match &self.listing {
            None => SideKind::Recipe,
            Some(listing) if listing.get(BUNDLE_PATH).is_some() => SideKind::Bundle,
            Some(_) => SideKind::ReferenceBundle,
        }
    }
}

/// Opens what a name stands for.
///
/// # Errors
///
/// Findings of reading it; `CLU-51` for what is neither a recipe nor a bundle.
pub(crate) fn open_side(session: &mut Session<'_>, catalog: &Catalog, name: &str) -> Outcome<Side> {
    let kind = session.system.target_metadata(Path::new(name));
    let is_directory = kind.is_ok_and(|metadata| metadata.kind == FileKind::Directory);
    if name != STDIN && (is_directory || ArchiveForm::of_name(name).is_some()) {
        return open_bundle(session, name)
            .and_then(|listing| bundle(session, catalog, name, listing));
    }
    let limits = Limits::CATALOG_FILE;
    let loaded = read_input(session.system, name, limits.bytes, &mut session.sources)
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|tree| load_recipe(&tree, catalog));
    loaded.map(|loaded| Side {
        name: name.to_owned(),
        listing: None,
        recipe: Some(loaded),
    })
}

fn bundle(
    session: &mut Session<'_>,
    catalog: &Catalog,
    name: &str,
    listing: Listing,
) -> Outcome<Side> {
    let mut findings = Vec::new();
    for problem in &listing.problems {
        findings.push(crate::verify::finding(problem, name, &mut session.sources));
    }
    if findings.is_empty() && !Deployer::is_bundle(&listing) {
        let place = Place::whole(session.sources.add_named(name));
        let message = "this is neither a recipe nor a bundle";
        let finding = Finding::new(&codes::NOT_COMPARABLE, message).at(place);
        findings.push(finding.help("name a recipe, or the directory or archive of a bundle"));
    }
    if findings.iter().any(Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    let shown = format!("{}/recipe.yaml", name.trim_end_matches('/'));
    let recipe = listing.file("recipe.yaml").and_then(|bytes| {
        let source = session.sources.add_named(&shown);
        let tree = read(bytes, source, &Limits::CATALOG_FILE).value?;
        load_recipe(&tree, catalog).value
    });
    let side = Side {
        name: name.to_owned(),
        listing: Some(listing),
        recipe,
    };
    Outcome::with(side, findings)
}

/// Says of a bundle that it cannot be held against a recipe.
pub(crate) fn without_recipe(session: &mut Session<'_>, name: &str) -> Finding {
    let place = Place::whole(session.sources.add_named(name));
    let message = "this bundle has no recipe that can be read";
    let finding = Finding::new(&codes::NOT_COMPARABLE, message).at(place);
    finding.help("compare it with another bundle")
}

/// Both sides by their recipes.
fn recipes(
    session: &mut Session<'_>,
    catalog: &Catalog,
    sides: [&Side; 2],
    basis: &mut Vec<&'static str>,
) -> Outcome<[Comparable; 2]> {
    let mut findings = Vec::new();
    for side in sides {
        if side.recipe.is_none() {
            findings.push(without_recipe(session, &side.name));
        }
    }
    let [Some(first), Some(second)] = sides.map(|side| side.recipe.as_ref()) else {
        return Outcome::fail_all(findings);
    };
    let both = [first, second];
    let resolved = both.map(|loaded| recipe_parts(catalog, loaded, ValuesForm::Resolved).value);
    if let [Some(first), Some(second)] = resolved {
        basis.push(RESOLVED);
        findings.extend(
            both.iter()
                .filter_map(|loaded| other_catalog(catalog, loaded)),
        );
        return Outcome::with([first, second], findings);
    }
    basis.push(AS_STATED);
    let stated = both.map(|loaded| recipe_parts(catalog, loaded, ValuesForm::AsStated));
    let [first, second] = stated;
    first.and_then(|first| second.map(|second| [first, second]))
}

/// Both sides by what they install, and by their recipes for what their files do not say.
fn bundles(
    session: &mut Session<'_>,
    catalog: &Catalog,
    sides: [&Side; 2],
    basis: &mut Vec<&'static str>,
) -> Outcome<[Comparable; 2]> {
    let has_recipes = sides.iter().all(|side| side.recipe.is_some());
    if !has_recipes {
        basis.push(WITHOUT_RECIPE);
    }
    let nothing = Listing::default();
    let listings = sides.map(|side| side.listing.as_ref().unwrap_or(&nothing));
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for (side, listing) in sides.into_iter().zip(listings) {
        let read = bundle_parts(listing, &side.name, &mut session.sources);
        parts.extend(read.take(&mut findings));
    }
    let Ok([first, second]) = <[BundleParts; 2]>::try_from(parts) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    if first.deployer() != second.deployer() {
        basis.push(OTHER_DEPLOYER);
    }
    let mut both = comparable_bundles(first, second);
    for ((side, listing), parts) in sides.into_iter().zip(listings).zip(&mut both) {
        record(listing, parts);
        if let Some(recipe) = side.recipe.as_ref().filter(|_| has_recipes) {
            let of_recipe = recipe_parts(catalog, recipe, ValuesForm::LeftOut);
            add_recipe(parts, of_recipe.value.unwrap_or_default());
        }
    }
    Outcome::with(both, findings)
}

/// What the bundle says of itself, without digests of files.
fn record(listing: &Listing, parts: &mut Comparable) {
    let tree = listing.file(BUNDLE_PATH).and_then(|bytes| {
        let read = read(bytes, Place::NOWHERE.source, &Limits::CATALOG_FILE);
        read.value
    });
    let spec = tree.as_ref().and_then(|tree| tree.get("spec"));
    for name in ["tool", "catalog", "deployer", "options", "notices"] {
        if let Some(section) = spec.and_then(|spec| spec.get(name)) {
            parts.sections.insert(name.to_owned(), section.clone());
        }
    }
}

/// What the recipe says of a release that its folder does not: dependencies, health checks.
fn add_recipe(parts: &mut Comparable, recipe: Comparable) {
    for (name, mut section) in recipe.sections {
        // The bundle names the digest of its catalog itself.
        if let Some(metadata) = section.as_mapping_mut().filter(|_| name == "metadata") {
            metadata.remove("catalogDigest");
        }
        parts.sections.entry(name).or_insert(section);
    }
    for (name, fields) in recipe.items {
        let release = parts.items.get_mut(&name).and_then(Node::as_mapping_mut);
        let (Some(release), Some(fields)) = (release, fields.as_mapping()) else {
            continue;
        };
        add_missing(release, fields);
    }
}

fn add_missing(release: &mut Mapping, fields: &Mapping) {
    for entry in fields {
        if release.get(&entry.key.text).is_none() {
            release.insert(entry.key.clone(), entry.value.clone());
        }
    }
}
