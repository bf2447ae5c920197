//! What differs between the objects of two recipes or bundles, once their charts are rendered.
//!
//! Values and versions say what was asked for; what reaches the cluster, Helm makes of them. So every
//! release whose inputs differ is rendered on both sides, with charts that are at hand, and the objects
//! are compared. A release whose chart, values and namespace are the same on both sides is not rendered:
//! it would give the same. Nothing is fetched unless that is asked for, and what cannot be rendered is
//! said by name, for an answer that silently lacks a part would be worse than none.

mod charts;
mod jobs;
mod sides;

use std::collections::{BTreeMap, BTreeSet};

use strata_cluster::Catalog;
use strata_diagnostic::{Finding, Outcome, Rule};
use strata_release::{
    Fate, Installation, ObjectDifference, ObjectId, RenderedRelease, compare_objects,
    without_made_namespaces,
};

use crate::codes;
use crate::concealed;
use crate::diff::{DiffRequest, SideKind, open_side};
use crate::session::Session;
use charts::Charts;
pub use sides::NotGiven;
use sides::SideInstallations;

/// How charts are rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderRequest {
    /// Directories of charts: archives `NAME-VERSION.tgz`, or folders that hold a `Chart.yaml`.
    pub charts: Vec<String>,
    /// Let Helm fetch a chart that is in none of them from where the release names it.
    pub pull: bool,
    /// Version of Kubernetes that charts are told; Helm's own where none is stated.
    pub kubernetes_version: Option<String>,
}

/// Which of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// The first.
    Before,
    /// The second.
    After,
}

impl Which {
    /// Both, in their order.
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];

    /// Returns the word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A release that could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRendered {
    /// The release.
    pub release: String,
    /// The side it is on.
    pub side: Which,
    /// Why, without a full stop.
    pub reason: String,
}

/// What differs in the objects of one component.
#[derive(Clone, Debug, Default)]
pub struct RenderedComponent {
    /// Its name.
    pub name: String,
    /// Objects that differ, by release and identity.
    pub objects: Vec<ObjectDifference>,
    /// How many objects were rendered alike.
    pub same: usize,
    /// Releases that could not be rendered: nothing is said of their objects.
    pub not_rendered: Vec<NotRendered>,
    /// Objects that the chart names otherwise at every rendering; they are not compared.
    pub unstable: Vec<ObjectId>,
}

/// What was rendered, and what differs.
#[derive(Clone, Debug)]
pub struct RenderedAnswer {
    /// First side as typed.
    pub before: (String, SideKind),
    /// Second side as typed.
    pub after: (String, SideKind),
    /// What the comparison is about, one sentence each.
    pub basis: Vec<&'static str>,
    /// Components with a difference, or with a release that could not be rendered, by name.
    pub components: Vec<RenderedComponent>,
    /// How many objects of rendered releases both sides have alike.
    pub same: usize,
    /// How many releases were not rendered because both sides install them alike.
    pub unchanged_releases: usize,
    /// Values that are given when a release is installed and are not given yet: charts were rendered
    /// without them.
    pub not_given: Vec<(Which, NotGiven)>,
}

impl RenderedAnswer {
    /// Returns how many objects have this fate.
    pub fn count(&self, fate: Fate) -> usize {
        let objects = self
            .components
            .iter()
            .flat_map(|component| &component.objects);
        objects.filter(|object| object.fate == fate).count()
    }

    /// Returns whether no object differs, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.components
            .iter()
            .all(|component| component.objects.is_empty())
    }

    /// Returns whether everything that had to be rendered was.
    pub fn is_complete(&self) -> bool {
        self.components
            .iter()
            .all(|component| component.not_rendered.is_empty())
    }
}

const BY_RECIPES: &str =
    "a recipe and a bundle are compared by what their recipes install without further statements";
const WITHOUT_CLUSTER: &str =
    "charts were rendered without a cluster: what they would ask it for is not there";

/// Compares the objects of two recipes or bundles.
///
/// # Errors
///
/// Findings of reading either side and the charts; `BND-15` where Helm is not there and something must be
/// rendered. Beside the answer `BND-16` and `BND-17` for every release that could not be rendered, and with
/// `fail_if_different` `CLU-50`.
pub fn diff_rendered(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &DiffRequest,
    render: &RenderRequest,
) -> Outcome<RenderedAnswer> {
    let mut findings = Vec::new();
    let before = open_side(session, catalog, &request.before).take(&mut findings);
    let after = open_side(session, catalog, &request.after).take(&mut findings);
    let charts = Charts::open(session, &render.charts).take(&mut findings);
    let (Some(before), Some(after), Some(charts)) = (before, after, charts) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let mut basis = vec![WITHOUT_CLUSTER];
    let by_recipes = before.listing.is_none() || after.listing.is_none();
    if before.listing.is_some() != after.listing.is_some() {
        basis.push(BY_RECIPES);
    }
    let mut sides = Vec::new();
    for side in [&before, &after] {
        let installed = sides::installed(session, catalog, side, by_recipes, render);
        sides.extend(installed.take(&mut findings));
    }
    let Ok([first, second]) = <[SideInstallations; 2]>::try_from(sides) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let compared = compared(session, [&first, &second], &charts, render).take(&mut findings);
    let Some(compared) = compared else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let not_given = |which, side: SideInstallations| {
        side.not_given.into_iter().map(move |value| (which, value))
    };
    let answer = RenderedAnswer {
        before: (request.before.clone(), before.kind()),
        after: (request.after.clone(), after.kind()),
        basis,
        not_given: not_given(Which::Before, first)
            .chain(not_given(Which::After, second))
            .collect(),
        ..compared
    };
    if request.fail_if_different && !answer.is_empty() {
        findings.push(differs(request, &answer));
    }
    Outcome::with(answer, findings)
}

fn differs(request: &DiffRequest, answer: &RenderedAnswer) -> Finding {
    let counts = [Fate::New, Fate::Gone, Fate::Changed]
        .map(|fate| (answer.count(fate), fate.name()))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"));
    let counts: Vec<String> = counts.collect();
    let message = format!(
        "the objects of `{}` and `{}` differ: {}",
        request.before,
        request.after,
        counts.join(", ")
    );
    Finding::new(&strata_cluster::codes::DIFFERS, message)
}

/// Renders what differs, and compares it.
fn compared(
    session: &mut Session<'_>,
    sides: [&SideInstallations; 2],
    charts: &Charts,
    render: &RenderRequest,
) -> Outcome<RenderedAnswer> {
    let [before, after] = sides.map(|side| side.installations.as_slice());
    let alike = alike(before, after);
    let differing = |side: &'_ [Installation]| -> Vec<Installation> {
        let side = side
            .iter()
            .filter(|one| !alike.contains(one.release.as_str()));
        side.cloned().collect()
    };
    let differing = [differing(before), differing(after)];
    let secrets = concealed::credentials(differing.iter().flatten());
    let unchanged: Vec<&Installation> = before
        .iter()
        .filter(|one| alike.contains(one.release.as_str()))
        .collect();
    let inputs = jobs::Inputs {
        sides: &differing,
        unchanged: &unchanged,
        secrets: &secrets,
    };
    jobs::render(session, &inputs, charts, render).map(|rendered| {
        let mut components: BTreeMap<String, RenderedComponent> = BTreeMap::new();
        // What only one side could render would look new or gone.
        let lost: BTreeSet<String> = rendered
            .failed
            .iter()
            .map(|(_, failed)| failed.release.clone())
            .collect();
        let known = |side: &[RenderedRelease]| -> Vec<RenderedRelease> {
            side.iter()
                .filter(|one| !lost.contains(&one.release))
                .cloned()
                .collect()
        };
        let [first, second] = &rendered.sides;
        let (first, second) = (known(first), known(second));
        let namespaces = |side: &'_ [Installation]| -> BTreeSet<String> {
            side.iter().map(|one| one.namespace.clone()).collect()
        };
        let before_alone = without_made_namespaces(first.clone(), &second, &namespaces(after));
        let after_alone = without_made_namespaces(second, &first, &namespaces(before));
        let difference = compare_objects(&before_alone, &after_alone);
        for mut object in difference.objects {
            concealed::conceal(&mut object, &secrets);
            let component = components.entry(object.component.clone()).or_default();
            component.objects.push(object);
        }
        for (component, failed) in rendered.failed {
            components
                .entry(component)
                .or_default()
                .not_rendered
                .push(failed);
        }
        for (component, unstable) in rendered.unstable {
            let known = components.entry(component).or_default();
            known.unstable.extend(unstable);
            known.unstable.sort();
            known.unstable.dedup();
        }
        let same = difference.same.values().sum();
        for (name, component) in &mut components {
            component.name.clone_from(name);
            component.same = difference.same.get(name).copied().unwrap_or_default();
            component.not_rendered.sort();
        }
        RenderedAnswer {
            before: (String::new(), SideKind::Recipe),
            after: (String::new(), SideKind::Recipe),
            basis: Vec::new(),
            components: components.into_values().collect(),
            same,
            unchanged_releases: alike.len(),
            not_given: Vec::new(),
        }
    })
}

/// Returns the names of releases that both sides install alike.
fn alike<'a>(before: &'a [Installation], after: &[Installation]) -> BTreeSet<&'a str> {
    let is_alike = |one: &&Installation| {
        let other = after.iter().find(|other| other.release == one.release);
        other.is_some_and(|other| one.is_alike(other))
    };
    before
        .iter()
        .filter(is_alike)
        .map(|one| one.release.as_str())
        .collect()
}

/// Says which releases could not be rendered; once for both sides where the reason is one.
pub(crate) fn not_rendered(failed: &[(&'static Rule, &NotRendered)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, (rule, one)) in failed.iter().enumerate() {
        let is_twin = |(_, other): &&(&Rule, &NotRendered)| {
            other.release == one.release && other.reason == one.reason
        };
        let (earlier, rest) = failed.split_at(index);
        if earlier.iter().any(|other| is_twin(&other)) {
            continue;
        }
        let sides: Vec<&str> = rest
            .iter()
            .filter(is_twin)
            .map(|(_, other)| other.side.name())
            .collect();
        let NotRendered {
            release, reason, ..
        } = one;
        let message = format!(
            "`{release}` is not rendered ({}): {reason}",
            sides.join(" and ")
        );
        let help = if rule.code == codes::CHART_NOT_AT_HAND.code {
            "put it into a directory and name that with --charts, or let Helm fetch it with --pull"
        } else {
            "what is said of the other releases holds; nothing is said of this one"
        };
        findings.push(
            Finding::new(rule, message)
                .about(release.as_str())
                .help(help),
        );
    }
    findings
}
