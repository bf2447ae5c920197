//! A recipe as people read it.

use comfy_table::{ContentArrangement, Table, presets};
use strata_cluster::{Catalog, ComponentRef, Resolution, levels};
use strata_diagnostic::{Place, Sources};

/// Returns a table without borders.
pub(crate) fn table(width: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table
}

/// Returns a table without borders whose lines are as long as they must be.
pub(crate) fn wide_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// Returns a table as lines without trailing spaces.
pub(crate) fn table_text(table: &Table) -> String {
    let text = table.to_string();
    text.lines()
        .map(|line| format!("{}\n", line.trim_end().trim_start_matches(' ')))
        .collect()
}

/// Returns the summary: components by level with versions and who brought them, constraints, checks.
pub(crate) fn summary(
    catalog: &Catalog,
    resolution: &Resolution,
    sources: &Sources,
    width: usize,
) -> String {
    let recipe = &resolution.recipe;
    let enabled = recipe.enabled_in_order();
    let criteria = recipe.criteria_values().unwrap_or_default();
    let named: Vec<String> = criteria
        .iter_named()
        .map(|(dimension, value)| format!("{dimension} {value}"))
        .collect();
    let mut text = format!(
        "{}\n",
        if named.is_empty() {
            "no criteria".to_owned()
        } else {
            named.join(", ")
        }
    );
    text.push_str(&format!("overlays  {}\n", resolution.applied.join(" > ")));
    if !resolution.mixins.is_empty() {
        text.push_str(&format!("mixins    {}\n", resolution.mixins.join(", ")));
    }
    text.push('\n');
    let mut components = table(width);
    components.set_header(["LEVEL", "COMPONENT", "VERSION", "NAMESPACE", "BROUGHT BY"]);
    for (level, names) in levels(recipe).iter().enumerate() {
        for name in names {
            let Some(component) = recipe.component(name) else {
                continue;
            };
            let level = level.to_string();
            let by = brought_by(catalog, component.name.place, sources);
            let version = version(component);
            components.add_row([&level, *name, version, &component.namespace, &by]);
        }
    }
    text.push_str(&table_text(&components));
    let disabled: Vec<&str> = recipe
        .components
        .iter()
        .filter(|component| !component.is_enabled())
        .map(|component| component.name.value.as_str())
        .collect();
    text.push_str(&format!(
        "\n{} components, deployed level by level",
        enabled.len()
    ));
    if !disabled.is_empty() {
        text.push_str(&format!("; disabled: {}", disabled.join(", ")));
    }
    text.push('\n');
    if !recipe.constraints.is_empty() {
        let mut constraints = table(width);
        constraints.set_header(["CONSTRAINT", "MUST BE", "STATED BY"]);
        for constraint in &recipe.constraints {
            let by = brought_by(catalog, constraint.value.place, sources);
            constraints.add_row([
                constraint.name.as_str(),
                constraint.value.as_str(),
                by.as_str(),
            ]);
        }
        text.push_str(&format!("\n{}", table_text(&constraints)));
    }
    text.push_str(&checks(resolution));
    text
}

fn checks(resolution: &Resolution) -> String {
    let Some(phases) = &resolution.recipe.validation else {
        return String::new();
    };
    let mut text = String::new();
    let phases = [
        ("readiness", &phases.readiness),
        ("deployment", &phases.deployment),
        ("performance", &phases.performance),
        ("conformance", &phases.conformance),
    ];
    for (name, phase) in phases {
        let Some(phase) = phase else { continue };
        let names = phase
            .checks
            .iter()
            .flatten()
            .map(|check| check.value.clone());
        let constraints = phase.constraints.iter().flatten();
        let constraints = constraints.map(|c| format!("{} {}", &*c.name, &*c.value));
        let all: Vec<String> = names.chain(constraints).collect();
        if !all.is_empty() {
            text.push_str(&format!("{name:<11} {}\n", all.join(", ")));
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("\nCHECKS\n{text}")
    }
}

/// What stands for the version of a component: of a commit, the digits by which people know it.
fn version(component: &ComponentRef) -> &str {
    /// Digits of a commit that are shown.
    const SHOWN: usize = 12;
    if component.is_kustomize() {
        let tag = component.tag.value.as_str();
        let is_commit = tag.len() == 40 && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
        return match tag {
            "" => "kustomization",
            tag if is_commit => tag.get(..SHOWN).unwrap_or(tag),
            tag => tag,
        };
    }
    if component.version.is_empty() {
        "manifests"
    } else {
        &component.version
    }
}

/// Returns the overlay or mixin whose file a place is in.
fn brought_by(catalog: &Catalog, place: Place, sources: &Sources) -> String {
    let overlays = std::iter::once(catalog.base()).chain(catalog.overlays());
    for overlay in overlays {
        if overlay.source == place.source {
            return overlay.name.to_string();
        }
    }
    for mixin in catalog.mixins() {
        if mixin.source == place.source {
            return format!("mixin {}", mixin.name);
        }
    }
    sources.describe(place)
}
