//! What a line of a bundle stands for: a value of its recipe, or text that the deployer writes.
//!
//! The file decides where in it values of a component stand. On other lines, what the recipe says of a
//! component is known by its key and by saying the same: chart, version, source, namespace.

use std::path::{Path, PathBuf};

use strata_artifact::shell_quote;
use strata_cluster::{Catalog, Explanation, codes};
use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{Limits, Node, Selector, Step, read};
use strata_host::read_input;

use super::files::{Bundle, Content, Owner};
use super::named::Named;
use crate::open::CatalogRequest;
use crate::session::Session;

/// What a line stands for.
pub(super) enum Located {
    /// A value of the recipe.
    Value(Box<BundleLine>),
    /// Text that no value decides.
    Text(Box<Explanation>),
}

/// A line of a bundle, as a path into its recipe.
pub(super) struct BundleLine {
    pub(super) root: PathBuf,
    /// What the file says there, where it must be what the recipe gives.
    pub(super) stated: Option<Node>,
    pub(super) recipe: String,
    pub(super) path: String,
    /// What is said where the path leads to nothing; else that is a finding.
    pub(super) instead: Option<Explanation>,
    /// What is said of a line that somebody put into the file, where the path leads to nothing.
    pub(super) added: Option<AddedLine>,
}

/// How far above a file its bundle may start.
const DEEPEST: usize = 8;

/// A line that is none of what the bundle was made with.
pub(super) struct AddedLine {
    place: Place,
    bundle: String,
    /// Keys that stand beside it in the file.
    beside: Vec<String>,
}

impl AddedLine {
    /// Words that the recipe gives no such value.
    pub(super) fn finding(&self, missing: &Finding) -> Finding {
        let message = format!(
            "{}: the file was changed after the bundle was made",
            missing.message
        );
        let mut finding = Finding::new(&codes::NOT_IN_RECIPE, message).at(self.place);
        if !self.beside.is_empty() {
            finding = finding.help(format!("beside it stand: {}", self.beside.join(", ")));
        }
        finding.help(format!(
            "`strata verify {}` names every file that was changed; what is stated where the bundle is made stays",
            shell_quote(&self.bundle)
        ))
    }
}

/// Returns what a line of a file stands for. `named` is the catalog that is explained with, as it was named.
///
/// # Errors
///
/// Findings of reading the file; `CLU-34` where it is no part of a bundle, or has no such line.
pub(super) fn locate(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &CatalogRequest,
    named: &Named<'_>,
) -> Result<Located, Box<Finding>> {
    let file = named.file;
    let line = named.line()?;
    let limits = Limits::CATALOG_FILE;
    let input = read_input(session.system, file, limits.bytes, &mut session.sources);
    let input = input.value.ok_or_else(|| first(input.findings))?;
    let cannot = |message: &str, help: &str| {
        let place = Place::at(input.source, line, 1);
        let finding = Finding::new(&codes::NOT_IN_RECIPE, message).at(place);
        Box::new(finding.help(help))
    };
    let outside = || {
        cannot(
            "this file is not part of a bundle",
            "name a line of a file of a bundle",
        )
    };
    let root = bundle_root(session, Path::new(file)).ok_or_else(outside)?;
    let inside = inside(session, &root, Path::new(file)).ok_or_else(outside)?;
    let text = String::from_utf8_lossy(&input.bytes).into_owned();
    let lines = input.bytes.split_inclusive(|byte| *byte == b'\n').count();
    let stated = usize::try_from(line)
        .ok()
        .and_then(|line| text.lines().nth(line.checked_sub(1)?));
    let Some(stated) = stated else {
        let message = format!("the file has {lines} lines and no line {line}");
        let finding = Finding::new(&codes::NOT_IN_RECIPE, message).at(Place::whole(input.source));
        return Err(Box::new(finding.help("name one of its lines")));
    };
    let bundle = Bundle::open(session, &root, catalog, request);
    let is_changed = bundle.is_changed(&inside, &input.bytes);
    let about = bundle.about(&inside);
    let Some(about) = about else {
        let help = "strata did not write this file; `strata verify` lists what it did not write";
        return Err(cannot("this file is not one that the bundle records", help));
    };
    // In a values file everything is a value, and what is none was put there by somebody.
    let is_values = matches!(&about.content, Content::Values { is_whole: true, .. });
    if is_values {
        let tree = read(&input.bytes, input.source, &limits);
        if tree.value.is_none() {
            return Err(first(tree.findings));
        }
    }
    let asked = Asked {
        catalog,
        bundle: &bundle,
        line,
        stated,
        text: &text,
        source: input.source,
    };
    let fixed = Explanation {
        target: format!("{inside}:{line}"),
        value: Some(Node::string(
            stated.trim(),
            Place::at(input.source, line, 1),
        )),
        history: Vec::new(),
        derivation: about.sentences.clone(),
    };
    let mut fixed = fixed;
    if is_changed {
        let sentence =
            "the file was changed after the bundle was made, so the line may be somebody's own";
        fixed.derivation.push(sentence.to_owned());
    }
    let found = asked
        .value(&about.content)
        .or_else(|| asked.edge(&about.owner))
        .or_else(|| asked.coordinate(&about.owner));
    let Some((path, written)) = found else {
        fixed.derivation.extend(asked.wave(&about.owner));
        return Ok(Located::Text(Box::new(fixed)));
    };
    // A mark stands for a value that is given later.
    let is_marked = is_values && written.is_none();
    if is_marked {
        let sentence = "the value is given when the bundle is installed; the recipe has none";
        fixed.derivation = vec![sentence.to_owned()];
    }
    let added = (is_changed && is_values).then(|| AddedLine {
        place: Place::at(input.source, line, 1),
        bundle: root.to_string_lossy().into_owned(),
        beside: asked.beside(),
    });
    Ok(Located::Value(Box::new(BundleLine {
        added,
        recipe: root.join("recipe.yaml").to_string_lossy().into_owned(),
        root,
        stated: written,
        path,
        instead: (!is_values || is_marked).then_some(fixed),
    })))
}

/// A line, and what is known of its file.
struct Asked<'a> {
    catalog: &'a Catalog,
    bundle: &'a Bundle,
    line: u32,
    stated: &'a str,
    text: &'a str,
    source: SourceId,
}

type Found = (String, Option<Node>);

impl Asked<'_> {
    /// Returns the value that stands on the line, as a path into the recipe.
    fn value(&self, content: &Content) -> Option<Found> {
        // A comment is no value, though one stands above it.
        if self.stated.trim_start().starts_with('#') || self.stated.trim().is_empty() {
            return None;
        }
        match content {
            Content::Values {
                component,
                above,
                is_late,
                ..
            } => {
                let tree = self.tree(self.text)?;
                let steps = path_at_line(&tree, self.line)?;
                let inside = below(&steps, above)?;
                let node = Selector {
                    steps: steps.clone(),
                }
                .select(&tree)
                .ok()
                .cloned();
                let is_marked = node.as_ref().is_some_and(holds_mark);
                let written = node.filter(|_| !is_late && !is_marked);
                Some((value_path(component, inside)?, written))
            }
            Content::TextOfValues { component, above } => {
                let tree = self.tree(self.text)?;
                let (last, parents) = above.split_last()?;
                let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
                let entry = tree.at(&parents)?.as_mapping()?.entry(last)?;
                let node = &entry.value;
                // The text begins on the line below its key.
                let line = self.line.checked_sub(entry.key.place.line)?;
                let inner = self.tree(node.as_text()?)?;
                let steps = path_at_line(&inner, line)?;
                Some((value_path(component, &steps)?, None))
            }
            Content::ValuesByKey => {
                let tree = self.tree(self.text)?;
                let steps = path_at_line(&tree, self.line)?;
                let (Step::Key(key), inside) = steps.split_first()? else {
                    return None;
                };
                let entries = self.catalog.components();
                let entry = entries
                    .iter()
                    .find(|entry| entry.aliases.iter().any(|alias| **alias == **key));
                let component = entry.map_or(key.as_str(), |entry| &*entry.name);
                self.bundle.component(component)?;
                Some((value_path(component, inside)?, None))
            }
            Content::Recipe => self.of_recipe(),
            Content::Fixed => None,
        }
    }

    fn tree(&self, text: &str) -> Option<Node> {
        read(text.as_bytes(), self.source, &Limits::CATALOG_FILE).value
    }

    /// A line of the recipe itself.
    fn of_recipe(&self) -> Option<Found> {
        let tree = self.tree(self.text)?;
        let steps = path_at_line(&tree, self.line)?;
        let key = |index: usize| match steps.get(index) {
            Some(Step::Key(key)) => Some(key.as_str()),
            _ => None,
        };
        let Some(Step::Index(index)) = steps.get(1) else {
            let criterion = (key(0)? == "criteria").then(|| key(1)).flatten()?;
            return Some((format!("criterion:{criterion}"), None));
        };
        let item = tree.get(key(0)?)?.as_sequence()?.get(*index)?;
        let name = item.get("name").and_then(Node::as_text);
        match key(0)? {
            "constraints" => Some((format!("constraint:{}", name?), None)),
            "componentRefs" => match key(2) {
                Some("overrides") => Some((value_path(name?, steps.get(3..)?)?, None)),
                Some(
                    field @ ("chart" | "version" | "source" | "namespace" | "type" | "valuesFile"),
                ) => Some((format!("components.{}.{field}", name?), None)),
                _ => Some((name?.to_owned(), None)),
            },
            _ => None,
        }
    }

    /// Returns the dependency that a line states, as a target.
    fn edge(&self, owner: &Owner) -> Option<Found> {
        let tree = self.tree(self.text)?;
        let steps = path_at_line(&tree, self.line)?;
        let select = |steps: &[Step]| {
            let selector = Selector {
                steps: steps.to_vec(),
            };
            selector.select(&tree).ok()
        };
        let key = |index: usize| match steps.get(index) {
            Some(Step::Key(key)) => key.as_str(),
            _ => "",
        };
        let (component, item) = match owner {
            Owner::Component(component) if key(0) == "spec" && key(1) == "dependsOn" => {
                (component.clone(), select(steps.get(..3)?)?.get("name")?)
            }
            Owner::ListedAbove if key(0) == "releases" && key(2) == "needs" => {
                let release = select(steps.get(..2)?)?.get("name")?.as_text()?;
                let item = select(steps.get(..4)?)?;
                (self.bundle.component_of(release), item)
            }
            _ => return None,
        };
        let needed = item.as_text()?.rsplit('/').next()?;
        let needed = self.bundle.component_of(needed);
        let is_stated = self.bundle.needs(&component).contains(&needed);
        is_stated.then(|| (format!("edge:{component}->{needed}"), None))
    }

    /// Says what decides the wave of an Application.
    fn wave(&self, owner: &Owner) -> Vec<String> {
        let Owner::Component(component) = owner else {
            return Vec::new();
        };
        if !self.stated.contains("argocd.argoproj.io/sync-wave") {
            return Vec::new();
        }
        let needs = self.bundle.needs(component);
        let command = self.bundle.command();
        let sentence = |needed: &String| {
            let edge = shell_quote(&format!("edge:{component}->{needed}"));
            format!("`{component}` needs `{needed}`: `{command} {edge}` says which overlay says so")
        };
        if needs.is_empty() {
            return vec![format!("`{component}` needs nothing")];
        }
        needs.iter().map(sentence).collect()
    }

    /// Returns the keys that stand beside the one on the line.
    fn beside(&self) -> Vec<String> {
        let keys = || {
            let tree = self.tree(self.text)?;
            let steps = path_at_line(&tree, self.line)?;
            let (last, above) = steps.split_last()?;
            let above = Selector {
                steps: above.to_vec(),
            };
            let mapping = above.select(&tree).ok()?.as_mapping()?;
            let keys = mapping.iter().map(|entry| entry.key.text.to_string());
            let others = keys.filter(|key| !matches!(last, Step::Key(own) if own == key));
            Some(others.collect())
        };
        keys().unwrap_or_default()
    }

    /// Returns what the recipe says of a component, where the line says the same under a known key.
    fn coordinate(&self, owner: &Owner) -> Option<Found> {
        let line = self.stated.trim().trim_start_matches("- ");
        let (key, value) = line
            .split_once([':', '='])
            .or_else(|| line.split_once("--namespace "))?;
        let field = match key.trim().trim_matches('"') {
            "chart" | "CHART" => "chart",
            "version" | "targetRevision" | "VERSION" => "version",
            "repoURL" | "url" | "REPO" => "source",
            "namespace" | "targetNamespace" | "args+" => "namespace",
            _ if line.contains("--namespace ") => "namespace",
            _ => return None,
        };
        let value = match line.split_once("--namespace ") {
            Some((_, rest)) => rest.split_whitespace().next()?,
            None => value,
        };
        let value = value.trim().trim_end_matches(')').trim_matches(['\'', '"']);
        let component = match owner {
            Owner::Component(component) => component.clone(),
            Owner::ListedAbove => self.listed_above()?,
            Owner::Source => self.bundle.component_from(value)?,
            Owner::Nobody => return None,
        };
        let known = self
            .bundle
            .component(&component)?
            .get(field)?
            .as_scalar()?
            .text()
            .to_owned();
        let plain = |text: &str| {
            text.trim_start_matches("oci://")
                .trim_start_matches('v')
                .trim_end_matches('/')
                .to_owned()
        };
        let (known, said) = (plain(&known), plain(value));
        let is_same = known == said
            || (field == "chart" && said.ends_with(&format!("/{known}")))
            || (field == "source" && said.starts_with(&format!("{known}/")));
        is_same.then(|| (format!("components.{component}.{field}"), None))
    }

    /// The release of a list whose item the line is in; before any, that of a repository.
    fn listed_above(&self) -> Option<String> {
        let lines = self.text.lines().take(usize::try_from(self.line).ok()?);
        let above: Vec<&str> = lines.collect();
        let is_release = above.contains(&"releases:");
        if !is_release {
            let (_, url) = self.stated.split_once(':')?;
            return self.bundle.component_from(url.trim());
        }
        let name = above
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix("  - name: "))?;
        Some(self.bundle.component_of(name.trim_matches('"')))
    }
}

/// Returns whether something in a tree is given later, and a mark stands there until then.
fn holds_mark(node: &Node) -> bool {
    match (node.as_mapping(), node.as_text()) {
        (Some(mapping), _) => mapping.iter().any(|entry| holds_mark(&entry.value)),
        (None, text) => text.is_some_and(|text| text.starts_with("late-value")),
    }
}

fn value_path(component: &str, inside: &[Step]) -> Option<String> {
    if inside.is_empty() {
        return None;
    }
    let mut steps = vec![
        Step::Key("components".to_owned()),
        Step::Key(component.to_owned()),
        Step::Key("values".to_owned()),
    ];
    steps.extend_from_slice(inside);
    Some(Selector { steps }.to_string())
}

/// The part of a path below keys.
fn below<'s>(steps: &'s [Step], above: &[String]) -> Option<&'s [Step]> {
    let (start, rest) = steps.split_at_checked(above.len())?;
    let is_there = start
        .iter()
        .zip(above)
        .all(|(step, key)| matches!(step, Step::Key(found) if found == key));
    is_there.then_some(rest)
}

fn first(findings: Vec<Finding>) -> Box<Finding> {
    let finding = findings.into_iter().next();
    Box::new(finding.expect("a read without a value has a finding"))
}

/// Returns the path of a file inside its bundle.
fn inside(session: &Session<'_>, root: &Path, file: &Path) -> Option<String> {
    let here = Path::new(".");
    let root = if root.as_os_str().is_empty() {
        here
    } else {
        root
    };
    let root = session.system.canonical(root).ok()?;
    let file = session.system.canonical(file).ok()?;
    Some(file.strip_prefix(root).ok()?.to_str()?.to_owned())
}

fn bundle_root(session: &Session<'_>, file: &Path) -> Option<PathBuf> {
    let start = file.parent().unwrap_or(Path::new(""));
    let mut directory = if start.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        start.to_path_buf()
    };
    for _ in 0..DEEPEST {
        if session
            .system
            .target_metadata(&directory.join("bundle.yaml"))
            .is_ok()
        {
            return Some(directory);
        }
        if directory == Path::new(".") {
            directory = PathBuf::from("..");
        } else if directory.ends_with("..") {
            directory.push("..");
        } else if !directory.pop() || directory.as_os_str().is_empty() {
            directory = PathBuf::from(".");
        }
    }
    None
}

/// Returns the innermost value whose statement begins on a line, or the last one before it, so that
/// every line of a block of text belongs to its value.
fn path_at_line(tree: &Node, line: u32) -> Option<Vec<Step>> {
    fn consider(at: u32, line: u32, path: &[Step], best: &mut Option<(u32, Vec<Step>)>) {
        let is_better = best.as_ref().is_none_or(|(found, _)| at >= *found);
        if at > 0 && at <= line && is_better {
            *best = Some((at, path.to_vec()));
        }
    }
    fn walk(node: &Node, line: u32, path: &mut Vec<Step>, best: &mut Option<(u32, Vec<Step>)>) {
        if let Some(mapping) = node.as_mapping() {
            for entry in mapping {
                path.push(Step::Key(entry.key.text.to_string()));
                consider(entry.key.place.line, line, path, best);
                walk(&entry.value, line, path, best);
                path.pop();
            }
        } else if let Some(items) = node.as_sequence() {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                consider(item.place.line, line, path, best);
                walk(item, line, path, best);
                path.pop();
            }
        }
    }
    let mut best = None;
    walk(tree, line, &mut Vec::new(), &mut best);
    best.map(|(_, path)| path)
}
