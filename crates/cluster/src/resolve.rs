//! Resolution: a catalog and a query become a recipe.
//!
//! No clock, network or randomness takes part. Without a journal nothing but the result is kept;
//! with one, the same code records who stated what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use strata_diagnostic::{Finding, Outcome, Place, Severity};
use strata_document::{Mapping, Node};
use strata_facts::{Snapshot, Verdict};

use crate::catalog::{Catalog, Overlay};
use crate::codes;
use crate::constraints::{Judgeable, parse_constraint};
use crate::coverage::{suggestions, unmatched};
use crate::criteria::{Criteria, Dimension};
use crate::finalize::finalize;
use crate::journal::{Author, Journal, Segment, Silent, within};
use crate::matching::{applied, candidates, chain, os_is_required};
use crate::merge::{SPEC, merge_record, name_of};
use crate::mixins::merge_mixins;
use crate::recipe::{Constraint, Recipe};

/// How the recorded reason begins where the failed constraint is a mixin's.
const MIXIN_PREFIX: &str = "mixin-constraint-failed: ";

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Every dimension: stated by the user, detected in the snapshot, or `any`.
    pub criteria: Criteria,
    /// The part of the criteria that the user stated.
    pub stated: Criteria,
    /// Where the user stated them; flags have a source without text.
    pub stated_at: BTreeMap<Dimension, Place>,
    /// Facts that constraints are judged by.
    pub snapshot: Option<&'a Snapshot>,
    /// Resolve although a stated criterion is not carried, and record it.
    pub allow_unmatched: bool,
    /// Accept that failed constraints exclude overlays.
    pub allow_excluded: bool,
    /// Names of overlays to leave out, as a recipe document recorded them.
    pub without: Vec<String>,
}

impl Query<'_> {
    /// Creates a query whose criteria are all stated.
    pub fn stated(criteria: Criteria) -> Self {
        Self {
            stated: criteria.clone(),
            criteria,
            stated_at: BTreeMap::new(),
            snapshot: None,
            allow_unmatched: false,
            allow_excluded: false,
            without: Vec::new(),
        }
    }

    /// Creates a query none of whose criteria is stated, so that none must be carried.
    pub fn unstated(criteria: Criteria) -> Self {
        Self {
            stated: Criteria::any(),
            ..Self::stated(criteria)
        }
    }
}

/// An overlay that a constraint excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Name of the overlay.
    pub overlay: String,
    /// `constraint-failed` or `mixin-constraint-failed`.
    pub reason: &'static str,
}

/// One constraint that did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedConstraint {
    /// Name of the overlay it excluded.
    pub overlay: String,
    /// Name of the constraint.
    pub constraint: String,
    /// Its expression.
    pub expected: String,
    /// What was measured.
    pub actual: Option<String>,
    /// Why it did not pass.
    pub reason: String,
    /// Where it is stated.
    pub place: Place,
}

/// A resolved recipe.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The document, fields in the order JSON prints them.
    pub tree: Node,
    /// Its types.
    pub recipe: Recipe,
    /// Names of the overlays merged, `base` first.
    pub applied: Vec<String>,
    /// Names of the mixins merged.
    pub mixins: Vec<String>,
    /// Overlays left out.
    pub exclusions: Vec<Exclusion>,
    /// Why.
    pub failed: Vec<FailedConstraint>,
    /// Names of components that the exclusions took with them.
    pub lost: Vec<String>,
    /// Stated criteria that nothing carries.
    pub unmatched: Vec<(Dimension, String)>,
}

/// Resolves a query.
///
/// # Errors
///
/// `CLU-1` where nothing is asked for, `CLU-3` where an operating system must be named, `CLU-2`
/// where a stated criterion is not carried, `CLU-16` (class finding, the recipe is there) where
/// constraints excluded overlays, and everything that merging and finalization report.
pub fn resolve<J: Journal>(
    catalog: &Catalog,
    query: &Query<'_>,
    journal: &mut J,
) -> Outcome<Resolution> {
    if query.snapshot.is_none() && query.criteria.specificity() == 0 {
        return Outcome::fail(nothing_asked());
    }
    let candidates = candidates(catalog, &query.criteria);
    if let Some(systems) = os_is_required(catalog, &query.criteria, &candidates) {
        return Outcome::fail(os_required(query, &systems));
    }
    let mut findings = Vec::new();
    let unmatched = unmatched(&query.stated, &applied(catalog, &candidates));
    if !unmatched.is_empty() {
        let finding = unmatched_finding(catalog, query, &unmatched);
        if !query.allow_unmatched {
            return Outcome::fail(finding);
        }
        findings.push(finding.severity(Severity::Warning));
    }
    let candidates: Vec<&Overlay> = candidates
        .into_iter()
        .filter(|overlay| !query.without.iter().any(|name| **name == *overlay.name))
        .collect();
    let Some(selected) = select(catalog, query, candidates, journal).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let composed = selected.composed;
    let lost = if selected.exclusions.is_empty() {
        Vec::new()
    } else {
        lost_components(catalog, query, &composed)
    };
    let metadata = metadata(
        catalog,
        &composed,
        &selected.exclusions,
        &selected.failed,
        &lost,
        &unmatched,
    );
    let finalized = finalize(catalog, composed.spec, &query.criteria, metadata, journal);
    let Some((tree, recipe)) = finalized.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    if !selected.exclusions.is_empty() {
        let severity = if query.allow_excluded {
            Severity::Warning
        } else {
            Severity::Error
        };
        let finding = excluded_finding(
            query,
            &selected.exclusions,
            &selected.failed,
            &lost,
            &recipe,
        );
        findings.push(finding.severity(severity));
    }
    let resolution = Resolution {
        tree,
        recipe,
        applied: composed.applied,
        mixins: composed.mixins,
        exclusions: selected.exclusions,
        failed: selected.failed,
        lost,
        unmatched,
    };
    Outcome::with(resolution, findings)
}

/// Everything merged, before finalization.
struct Composed {
    spec: Mapping,
    applied: Vec<String>,
    mixins: Vec<String>,
    /// Names of the constraints that mixins brought, with the mixins that did.
    mixin_constraints: BTreeMap<String, BTreeSet<String>>,
}

struct Selected {
    composed: Composed,
    exclusions: Vec<Exclusion>,
    failed: Vec<FailedConstraint>,
}

/// Merges the base, the chains of the candidates, and their mixins.
fn compose<J: Journal>(
    catalog: &Catalog,
    candidates: &[&Overlay],
    journal: &mut J,
) -> Outcome<Composed> {
    let mut spec = Mapping::default();
    journal.author(|| Author::Overlay("base".into()));
    // The base is copied in file order: lists are sorted by the first merge after it.
    let base = catalog.base().spec();
    copy_base(&mut spec, &base, journal);
    let mut names = vec!["base".to_owned()];
    for overlay in applied(catalog, candidates) {
        journal.author(|| Author::Overlay(overlay.name.clone()));
        merge_record(&mut spec, &overlay.spec(), &SPEC, journal);
        names.push(overlay.name.to_string());
    }
    merge_mixins(catalog, &mut spec, journal).map(|merged| Composed {
        spec,
        applied: names,
        mixins: merged.names,
        mixin_constraints: merged.constraints,
    })
}

/// Copies the base, mixins excepted: its own are ignored.
fn copy_base<J: Journal>(spec: &mut Mapping, base: &Node, journal: &mut J) {
    for field in SPEC.fields.iter().filter(|field| field.name != "mixins") {
        let entry = base
            .as_mapping()
            .and_then(|mapping| mapping.entry(field.name));
        let Some(entry) = entry.filter(|entry| !entry.value.is_null()) else {
            continue;
        };
        within(
            journal,
            || Segment::Key(field.name.into()),
            |journal| {
                if J::LISTENS
                    && let Some(items) = entry.value.as_sequence()
                {
                    for item in items {
                        within(
                            journal,
                            || Segment::Named(name_of(item).into()),
                            |journal| {
                                journal.record(crate::journal::Action::Set, item);
                            },
                        );
                    }
                } else {
                    journal.record(crate::journal::Action::Set, &entry.value);
                }
            },
        );
        spec.insert(
            entry.key.clone(),
            crate::merge::shaped(field.shape, &entry.value),
        );
    }
}

/// Drops candidates whose constraints do not pass, and composes the rest.
fn select<J: Journal>(
    catalog: &Catalog,
    query: &Query<'_>,
    candidates: Vec<&Overlay>,
    journal: &mut J,
) -> Outcome<Selected> {
    let Some(snapshot) = query.snapshot else {
        return compose(catalog, &candidates, journal).map(|composed| Selected {
            composed,
            exclusions: Vec::new(),
            failed: Vec::new(),
        });
    };
    let mut findings = Vec::new();
    let mut exclusions = Vec::new();
    let mut failed = Vec::new();
    let mut surviving = Vec::new();
    for overlay in candidates {
        let own = own_constraints(overlay, &mut findings);
        let problems: Vec<FailedConstraint> = own
            .iter()
            .filter_map(|(constraint, judgeable)| judge(overlay, constraint, judgeable, snapshot))
            .collect();
        if problems.is_empty() {
            surviving.push(overlay);
        } else {
            let overlay = overlay.name.to_string();
            exclusions.push(Exclusion {
                overlay,
                reason: "constraint-failed",
            });
            failed.extend(problems);
        }
    }
    // Mixin constraints are judged on a silent composition, so that a journal hears only the last.
    let Some(first) = compose(catalog, &surviving, &mut Silent).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let by_mixin = failed_mixin_constraints(catalog, &first, &surviving, snapshot, &mut findings);
    let marked: BTreeSet<&str> = by_mixin.iter().map(|f| f.overlay.as_str()).collect();
    surviving.retain(|overlay| {
        let is_marked = marked.contains(&*overlay.name);
        if is_marked {
            let overlay = overlay.name.to_string();
            exclusions.push(Exclusion {
                overlay,
                reason: "mixin-constraint-failed",
            });
        }
        !is_marked
    });
    failed.extend(by_mixin);
    let composed = compose(catalog, &surviving, journal);
    let Some(composed) = composed.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    Outcome::with(
        Selected {
            composed,
            exclusions,
            failed,
        },
        findings,
    )
}

/// Returns the constraints that an overlay itself states, in file order.
fn own_constraints(overlay: &Overlay, findings: &mut Vec<Finding>) -> Vec<(Constraint, Judgeable)> {
    let spec = overlay.spec();
    let Some(list) = spec.get("constraints") else {
        return Vec::new();
    };
    decode_constraints(list, findings)
}

fn decode_constraints(list: &Node, findings: &mut Vec<Finding>) -> Vec<(Constraint, Judgeable)> {
    let decoded =
        strata_document::decode::<Vec<Constraint>>(list, strata_document::Unknown::Warning);
    let constraints = decoded.take(&mut Vec::new()).unwrap_or_default();
    let mut parsed = Vec::with_capacity(constraints.len());
    for constraint in constraints {
        match parse_constraint(&constraint) {
            Ok(judgeable) => parsed.push((constraint, judgeable)),
            Err(problems) => findings.extend(problems),
        }
    }
    parsed
}

fn judge(
    overlay: &Overlay,
    constraint: &Constraint,
    judgeable: &Judgeable,
    snapshot: &Snapshot,
) -> Option<FailedConstraint> {
    let judgement = snapshot.judge(&judgeable.path, &judgeable.expression);
    let reason = match judgement.verdict {
        Verdict::Pass => return None,
        Verdict::Fail { reason } => reason,
        Verdict::Unknown { reason } => format!("unknown: {reason}"),
    };
    Some(FailedConstraint {
        overlay: overlay.name.to_string(),
        constraint: constraint.name.value.clone(),
        expected: constraint.value.value.clone(),
        actual: judgement.actual,
        reason,
        place: constraint.value.place,
    })
}

/// Judges the merged constraints that mixins brought. One that does not pass marks every candidate
/// whose chain names a mixin that carries it.
fn failed_mixin_constraints(
    catalog: &Catalog,
    composed: &Composed,
    candidates: &[&Overlay],
    snapshot: &Snapshot,
    findings: &mut Vec<Finding>,
) -> Vec<FailedConstraint> {
    let mut failed = Vec::new();
    let Some(list) = composed.spec.get("constraints") else {
        return failed;
    };
    for (constraint, judgeable) in decode_constraints(list, findings) {
        let Some(mixins) = composed
            .mixin_constraints
            .get(constraint.name.value.as_str())
        else {
            continue;
        };
        for overlay in candidates {
            let uses = chain(catalog, overlay).iter().any(|ancestor| {
                let spec = ancestor.spec();
                let names = spec
                    .get("mixins")
                    .and_then(Node::as_sequence)
                    .unwrap_or_default();
                names
                    .iter()
                    .filter_map(Node::as_text)
                    .any(|name| mixins.contains(name))
            });
            if uses && let Some(mut problem) = judge(overlay, &constraint, &judgeable, snapshot) {
                problem.reason = format!("{MIXIN_PREFIX}{}", problem.reason);
                failed.push(problem);
            }
        }
    }
    failed
}

/// Returns the enabled components that the recipe would have if every constraint passed, and has
/// not.
fn lost_components(catalog: &Catalog, query: &Query<'_>, composed: &Composed) -> Vec<String> {
    let all = candidates(catalog, &query.criteria);
    let Some(whole) = compose(catalog, &all, &mut Silent).value else {
        return Vec::new();
    };
    let kept: BTreeSet<String> = enabled_names(&composed.spec).collect();
    enabled_names(&whole.spec)
        .filter(|name| !kept.contains(name))
        .collect()
}

fn enabled_names(spec: &Mapping) -> impl Iterator<Item = String> + '_ {
    let components = spec
        .get("componentRefs")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    components
        .iter()
        .filter(|component| {
            let enabled = component.at(&["overrides", "enabled"]);
            enabled.and_then(Node::as_bool) != Some(false)
        })
        .map(|component| name_of(component).to_owned())
}

fn metadata(
    catalog: &Catalog,
    composed: &Composed,
    exclusions: &[Exclusion],
    failed: &[FailedConstraint],
    lost: &[String],
    unmatched: &[(Dimension, String)],
) -> Node {
    let mut metadata = serde_json::Map::new();
    if let Some(version) = &catalog.version {
        metadata.insert("version".to_owned(), json!(version));
    }
    metadata.insert("catalogDigest".to_owned(), json!(catalog.digest.prefixed()));
    metadata.insert("appliedOverlays".to_owned(), json!(composed.applied));
    if !composed.mixins.is_empty() {
        metadata.insert("appliedMixins".to_owned(), json!(composed.mixins));
    }
    if !exclusions.is_empty() {
        let list: Vec<_> = exclusions
            .iter()
            .map(|exclusion| json!({"name": exclusion.overlay, "reason": exclusion.reason}))
            .collect();
        metadata.insert("excludedOverlays".to_owned(), json!(list));
    }
    if !failed.is_empty() {
        let list: Vec<_> = failed.iter().map(warning).collect();
        metadata.insert("constraintWarnings".to_owned(), json!(list));
    }
    if !lost.is_empty() {
        let list: Vec<_> = lost.iter().map(|name| json!({"name": name})).collect();
        metadata.insert("lostComponents".to_owned(), json!(list));
    }
    if !unmatched.is_empty() {
        let map: serde_json::Map<_, _> = unmatched
            .iter()
            .map(|(d, value)| (d.name().to_owned(), json!(value)))
            .collect();
        metadata.insert("unmatchedCriteria".to_owned(), map.into());
    }
    Node::from_json(&metadata.into())
}

fn warning(failed: &FailedConstraint) -> serde_json::Value {
    let mut warning = json!({
        "overlay": failed.overlay,
        "constraint": failed.constraint,
        "expected": failed.expected,
    });
    if let Some(actual) = &failed.actual {
        warning["actual"] = json!(actual);
    }
    warning["reason"] = json!(failed.reason);
    warning
}

fn nothing_asked() -> Finding {
    let message = "no criteria: nothing says what the cluster is for";
    Finding::new(&codes::NO_CRITERIA, message).help(
        "state at least one of --service, --accelerator, --intent, --os, --platform, --nodes, \
         or pass --snapshot",
    )
}

fn os_required(query: &Query<'_>, systems: &[String]) -> Finding {
    let service = query.criteria.get(Dimension::Service);
    let accelerator = match query.criteria.named(Dimension::Accelerator) {
        Some(accelerator) => format!(" with {accelerator}"),
        None => String::new(),
    };
    let message =
        format!("service `{service}`{accelerator} has no recipe without an operating system");
    let mut finding = Finding::new(&codes::OS_REQUIRED, message);
    if let Some(place) = query.stated_at.get(&Dimension::Service) {
        finding = finding.at(*place);
    }
    let flags: Vec<String> = systems.iter().map(|os| format!("--os {os}")).collect();
    finding
        .help(format!("add {}", flags.join(" or ")))
        .data(json!({ "os": systems }))
}

fn unmatched_finding(
    catalog: &Catalog,
    query: &Query<'_>,
    unmatched: &[(Dimension, String)],
) -> Finding {
    let pairs: Vec<String> = unmatched
        .iter()
        .map(|(d, value)| format!("{d} `{value}`"))
        .collect();
    let message = format!("nothing in the recipe honors {}", pairs.join(" and "));
    let mut finding = Finding::new(&codes::UNMATCHED, message);
    let place = unmatched
        .iter()
        .find_map(|(dimension, _)| query.stated_at.get(dimension));
    if let Some(place) = place {
        finding = finding.at(*place);
    }
    let mut data = json!({
        "unmatched": unmatched
            .iter()
            .map(|(d, value)| (d.name().to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>(),
    });
    if !query.allow_unmatched {
        let is_sound = |criteria: &Criteria| {
            let outcome = resolve(catalog, &Query::stated(criteria.clone()), &mut Silent);
            !outcome.has_errors() && outcome.value.is_some()
        };
        let near = suggestions(catalog, &query.stated, unmatched, &is_sound);
        data["suggestions"] = near.iter().map(Criteria::to_json).collect();
        for criteria in near.iter().take(3) {
            finding = finding.help(format!("would resolve: {}", criteria.to_flags()));
        }
        finding = finding.help("--allow-unmatched resolves anyway and records it");
    }
    finding.data(data)
}

fn excluded_finding(
    query: &Query<'_>,
    exclusions: &[Exclusion],
    failed: &[FailedConstraint],
    lost: &[String],
    recipe: &Recipe,
) -> Finding {
    let names: Vec<String> = exclusions
        .iter()
        .map(|e| format!("`{}`", e.overlay))
        .collect();
    let message = match lost {
        [] => format!("constraints that do not pass excluded {}", names.join(", ")),
        lost => format!(
            "constraints that do not pass excluded {} and with it {} of {} components: {}",
            names.join(", "),
            lost.len(),
            recipe.enabled_in_order().len() + lost.len(),
            lost.join(", ")
        ),
    };
    let mut finding = Finding::new(&codes::EXCLUDED, message);
    for problem in failed.iter().take(3) {
        // The prefix is for programs; the place says already that it is a mixin's.
        let reason = problem.reason.trim_start_matches(MIXIN_PREFIX);
        finding = finding.labeled(problem.place, format!("`{}`: {reason}", problem.constraint));
    }
    let stated: serde_json::Map<_, _> = query
        .stated
        .iter_named()
        .map(|(dimension, value)| (dimension.name().to_owned(), json!(value)))
        .collect();
    let data = json!({
        "excluded": exclusions.iter().map(|e| json!({"name": e.overlay, "reason": e.reason})).collect::<Vec<_>>(),
        "constraints": failed.iter().map(warning).collect::<Vec<_>>(),
        "lostComponents": lost,
        "stated": stated,
    });
    let finding = finding
        .help("bring the cluster to what the constraints ask for and take the snapshot again")
        .data(data);
    if query.allow_excluded {
        finding
    } else {
        finding.help("--allow-excluded accepts the recipe as it is")
    }
}
