//! Why a value is what it is.

use std::path::{Path, PathBuf};

use strata_cluster::{
    Catalog, Dynamic, Explained, Explanation, Overrides, Scheduling, Stated, View, codes,
    explain as explain_target,
};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, Node, Selector, Step, read};
use strata_host::read_input;

use crate::session::Session;
use crate::statements::recorded;
use crate::subject::{SubjectRequest, load_subject_with_history};

/// Explains a value, a component, a constraint, an edge, a criterion, or a line of a bundle.
///
/// # Errors
///
/// Findings of loading the recipe, `CLU-26` and `CLU-34` where the target leads to nothing.
pub fn explain(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &SubjectRequest,
    target: &str,
) -> Outcome<Explanation> {
    let line = match bundle_line(session, target) {
        None => None,
        Some(Ok(line)) => Some(line),
        Some(Err(finding)) => return Outcome::fail(*finding),
    };
    let mut request = request.clone();
    let mut target = target.to_owned();
    let mut statements = None;
    let mut written = None;
    if let Some(line) = line {
        statements = Some(recorded(session, &line.root));
        written = Some(line.stated);
        request.recipe = Some(line.recipe);
        target = line.path;
    }
    let mut findings = Vec::new();
    let subject = load_subject_with_history(session, catalog, &request).take(&mut findings);
    let Some(subject) = subject else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let Some(view) = View::of(catalog, &subject.loaded).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    // What a bundle records was accepted when it was made; what another recipe no longer has
    // is left out.
    let of_bundle = statements.map(|recorded| {
        let recipe = &subject.loaded.recipe;
        let overrides = Overrides::new(catalog, recipe, &recorded.statements);
        let without_defaults = recorded.without_default_tolerations;
        let dynamic = Dynamic::new(catalog, recipe, &recorded.dynamic);
        Stated {
            dynamic: dynamic.value.unwrap_or_default(),
            overrides: overrides.value.unwrap_or_default(),
            scheduling: Scheduling::new(&recorded.settings, without_defaults)
                .value
                .unwrap_or_default(),
        }
    });
    let explained = Explained {
        catalog,
        loaded: &subject.loaded,
        view: &view,
        events: &subject.events,
        stated_at: &subject.stated_at,
        sources: &session.sources,
        of_bundle: of_bundle.as_ref(),
    };
    match explain_target(explained, &target) {
        Ok(explanation) => {
            findings.extend(written.as_ref().and_then(|node| edited(node, &explanation)));
            Outcome::with(explanation, findings)
        }
        Err(finding) => {
            findings.push(*finding);
            Outcome {
                value: None,
                findings,
            }
        }
    }
}

/// Returns whether a target is a line of a file, which belongs to a bundle with a recipe of its own.
pub fn is_bundle_line(session: &Session<'_>, target: &str) -> bool {
    let Some((file, line)) = target.rsplit_once(':') else {
        return false;
    };
    let is_file = session.system.target_metadata(Path::new(file)).is_ok();
    let looks_like_file = file.contains('/') || Path::new(file).extension().is_some();
    line.parse::<u32>().is_ok() && (is_file || looks_like_file)
}

/// Says that somebody changed the line since the bundle was made.
fn edited(written: &Node, explanation: &Explanation) -> Option<Finding> {
    let is_same = explanation
        .value
        .as_ref()
        .is_some_and(|value| value.means_the_same(written));
    if is_same {
        return None;
    }
    let message = "the file says something else here than the bundle was made with";
    let finding = Finding::new(&codes::EDITED, message).at(written.place);
    Some(
        finding.help(
            "this explains the recorded value; an edit is lost when the bundle is made again",
        ),
    )
}

/// A line of a bundle, as a path into its recipe.
struct BundleLine {
    root: PathBuf,
    /// What the file says there.
    stated: Node,
    recipe: String,
    path: String,
}

/// How far above a file its bundle may start.
const DEEPEST: usize = 4;

/// Returns what a target of the form `FILE:LINE` stands for; `None` if it has another form.
fn bundle_line(
    session: &mut Session<'_>,
    target: &str,
) -> Option<Result<BundleLine, Box<Finding>>> {
    if !is_bundle_line(session, target) {
        return None;
    }
    let (file, line) = target.rsplit_once(':')?;
    let line: u32 = line.parse().ok()?;
    Some(locate(session, file, line))
}

fn locate(session: &mut Session<'_>, file: &str, line: u32) -> Result<BundleLine, Box<Finding>> {
    let limits = Limits::CATALOG_FILE;
    let input = read_input(session.system, file, limits.bytes, &mut session.sources);
    let input = input.value.ok_or_else(|| first(input.findings))?;
    let at = Place::at(input.source, line, 1);
    let cannot = |message: &str, help: &str| {
        Box::new(
            Finding::new(&codes::NOT_IN_RECIPE, message)
                .at(at)
                .help(help),
        )
    };
    let root = bundle_root(session, Path::new(file)).ok_or_else(|| {
        cannot(
            "this file is not part of a bundle",
            "name a line of `values.yaml` in a bundle",
        )
    })?;
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    if name != Some("values.yaml") {
        let help = "lines of `values.yaml` files can be explained";
        return Err(cannot("a line of this file has no history", help));
    }
    let folder = folder_name(session, Path::new(file), &root);
    let release = folder
        .as_deref()
        .and_then(|folder| folder.split_once('-'))
        .map(|(_, name)| name);
    let Some(release) = release else {
        return Err(cannot(
            "the folder of this file names no release",
            "keep the bundle as it was made",
        ));
    };
    let lines = input.bytes.split_inclusive(|byte| *byte == b'\n').count();
    if usize::try_from(line).is_ok_and(|line| line > lines) {
        let message = format!("the file has {lines} lines and no line {line}");
        let finding = Finding::new(&codes::NOT_IN_RECIPE, message).at(Place::whole(input.source));
        return Err(Box::new(finding.help("name one of its lines")));
    }
    let tree = read(&input.bytes, input.source, &limits);
    let tree = tree.value.ok_or_else(|| first(tree.findings))?;
    let Some(steps) = path_at_line(&tree, line) else {
        return Err(cannot(
            "no value stands on this line",
            "name a line that holds a key and a value",
        ));
    };
    let recipe = root.join("recipe.yaml").to_string_lossy().into_owned();
    let component = component_of(session, &recipe, release);
    let mut all = vec![
        Step::Key("components".to_owned()),
        Step::Key(component),
        Step::Key("values".to_owned()),
    ];
    let inside = Selector {
        steps: steps.clone(),
    };
    let stated = inside.select(&tree).unwrap_or(&tree).clone();
    all.extend(steps);
    Ok(BundleLine {
        root,
        stated,
        recipe,
        path: Selector { steps: all }.to_string(),
    })
}

/// Returns the name of the folder that holds a file, also where its path does not say.
fn folder_name(session: &Session<'_>, file: &Path, root: &Path) -> Option<String> {
    let parent = file.parent()?;
    if let Some(name) = parent.file_name().and_then(|name| name.to_str()) {
        return Some(name.to_owned());
    }
    let identity = |path: &Path| {
        let metadata = session.system.target_metadata(path).ok()?;
        Some(metadata.identity)
    };
    let here = identity(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })?;
    let names = session.system.list(root).ok()?;
    names
        .into_iter()
        .find(|name| identity(&root.join(name)) == Some(here))
}

fn first(findings: Vec<Finding>) -> Box<Finding> {
    let finding = findings.into_iter().next();
    Box::new(finding.expect("a read without a value has a finding"))
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

/// Releases of manifests beside a component carry its values under a name of their own.
fn component_of(session: &mut Session<'_>, recipe: &str, release: &str) -> String {
    let limits = Limits::CATALOG_FILE;
    let bytes = session
        .system
        .read(Path::new(recipe), limits.bytes)
        .unwrap_or_default();
    let source = session.sources.add_named(recipe);
    let tree = read(&bytes, source, &limits).value;
    let has = |name: &str| {
        let components = tree.as_ref().and_then(|tree| tree.get("componentRefs"));
        let items = components.and_then(Node::as_sequence).unwrap_or_default();
        items
            .iter()
            .any(|c| c.get("name").and_then(Node::as_text) == Some(name))
    };
    for suffix in ["", "-pre", "-post"] {
        if let Some(name) = release.strip_suffix(suffix).filter(|name| has(name)) {
            return name.to_owned();
        }
    }
    release.to_owned()
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
