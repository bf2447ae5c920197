//! Which values there are, and which of them are drawn.
//!
//! The population is every scalar of `constraints`, `componentRefs`, `validation` and the hydrated
//! values of every query, once per query. Names are left out: they are how the parts are found.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;

use super::catalog::{Source, Workbench};

/// Scalars of a document by their path, as `explain` takes it.
pub(crate) type Scalars = BTreeMap<String, Value>;

/// Parts of a recipe that belong to the population.
const PARTS: [&str; 3] = ["constraints", "componentRefs", "validation"];

/// Every kind of field gets at least this many samples, if it has them.
const LEAST_PER_KIND: usize = 60;

/// One document that a query resolves to, and every query that does.
struct Document {
    scalars: Scalars,
    /// Components, first deployed first.
    order: Vec<String>,
    /// Components in the order of `componentRefs`.
    names: Vec<String>,
    queries: Vec<Vec<String>>,
}

/// All values, by document.
pub(crate) struct Population {
    documents: Vec<Document>,
    /// Kind of field → (document, path), in order.
    kinds: BTreeMap<String, Vec<(usize, String)>>,
}

/// One value drawn.
pub(crate) struct Sample {
    document: usize,
    query: usize,
    /// Path of the value.
    pub(crate) target: String,
    /// Kind of its field.
    pub(crate) kind: String,
}

impl Population {
    /// Resolves every query; those with the same document are kept together.
    pub(crate) fn of(source: &Source) -> Result<Self> {
        let bench = Workbench::new(source)?;
        let mut documents: Vec<Document> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for query in &source.queries {
            let [recipe, hydrated] = match bench.resolve(query)? {
                Ok(document) => document,
                Err(said) => bail!("{}: {said}", query.join(" ")),
            };
            // The applied overlays belong to the key: the same document may have two histories.
            let overlays = recipe["metadata"]["appliedOverlays"].to_string();
            let scalars = scalars(&recipe, &hydrated);
            let key = format!("{overlays}{scalars:?}");
            let at = *known.entry(key).or_insert_with(|| {
                let names = recipe["componentRefs"].as_array().into_iter().flatten();
                documents.push(Document {
                    scalars,
                    order: texts(recipe["deploymentOrder"].as_array().into_iter().flatten()),
                    names: texts(names.map(|component| &component["name"])),
                    queries: Vec::new(),
                });
                documents.len() - 1
            });
            if let Some(document) = documents.get_mut(at) {
                document.queries.push(query.clone());
            }
        }
        let mut kinds: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for (index, document) in documents.iter().enumerate() {
            for (path, value) in &document.scalars {
                let kind = kind_of(path, value);
                kinds.entry(kind).or_default().push((index, path.clone()));
            }
        }
        Ok(Self { documents, kinds })
    }

    /// Draws values: every kind of field in proportion to its size, but no kind with fewer than
    /// [`LEAST_PER_KIND`].
    pub(crate) fn draw(&self, count: usize, seed: u64) -> Vec<Sample> {
        let mut random = fastrand::Rng::with_seed(seed);
        let least = LEAST_PER_KIND.min(count / self.kinds.len().max(1)).max(1);
        let rest = count.saturating_sub(least * self.kinds.len());
        let whole = self.scalar_count().max(1);
        let mut samples = Vec::new();
        for (kind, members) in &self.kinds {
            // Weighted by queries: a document that many queries resolve to is drawn more often.
            let weights: Vec<usize> = members
                .iter()
                .scan(0, |sum, (document, _)| {
                    *sum += self.queries_of(*document).len();
                    Some(*sum)
                })
                .collect();
            let size = weights.last().copied().unwrap_or(0);
            for _ in 0..least + rest * size / whole {
                let ticket = random.usize(0..size);
                let at = weights.partition_point(|sum| *sum <= ticket);
                let Some((document, target)) = members.get(at) else {
                    continue;
                };
                samples.push(Sample {
                    document: *document,
                    query: random.usize(0..self.queries_of(*document).len()),
                    target: target.clone(),
                    kind: kind.clone(),
                });
            }
        }
        samples
    }

    /// Flags of the query that a sample was drawn from.
    pub(crate) fn flags(&self, sample: &Sample) -> &[String] {
        self.queries_of(sample.document)
            .get(sample.query)
            .map_or(&[], Vec::as_slice)
    }

    /// The same as text.
    pub(crate) fn query(&self, sample: &Sample) -> String {
        self.flags(sample).join(" ")
    }

    /// All scalars of the document of a sample.
    pub(crate) fn scalars(&self, sample: &Sample) -> Option<&Scalars> {
        Some(&self.documents.get(sample.document)?.scalars)
    }

    /// Names of the components of the document of a sample, first deployed first.
    pub(crate) fn order(&self, sample: &Sample) -> &[String] {
        self.documents
            .get(sample.document)
            .map_or(&[], |document| &document.order)
    }

    /// Names of its components, in the order of `componentRefs`.
    pub(crate) fn names(&self, sample: &Sample) -> &[String] {
        self.documents
            .get(sample.document)
            .map_or(&[], |document| &document.names)
    }

    /// The component that a field of `componentRefs` belongs to.
    pub(crate) fn component(&self, sample: &Sample) -> Option<&str> {
        let (index, _) = sample
            .target
            .strip_prefix("componentRefs[")?
            .split_once(']')?;
        let index: usize = index.parse().ok()?;
        self.names(sample).get(index).map(String::as_str)
    }

    /// What a component depends on.
    pub(crate) fn dependencies(&self, sample: &Sample, component: &str) -> Vec<String> {
        let names = self.names(sample).iter();
        let index = names.take_while(|name| *name != component).count();
        let head = format!("componentRefs[{index}].dependencyRefs[");
        let scalars = self.scalars(sample).into_iter().flatten();
        texts(
            scalars
                .filter(|(path, _)| path.starts_with(&head))
                .map(|(_, value)| value),
        )
    }

    pub(crate) fn query_count(&self) -> usize {
        self.documents
            .iter()
            .map(|document| document.queries.len())
            .sum()
    }

    pub(crate) fn document_count(&self) -> usize {
        self.documents.len()
    }

    /// Scalars, each once per query.
    pub(crate) fn scalar_count(&self) -> usize {
        self.kinds.keys().map(|kind| self.size_of(kind)).sum()
    }

    /// The same for one kind of field.
    pub(crate) fn size_of(&self, kind: &str) -> usize {
        let members = self.kinds.get(kind).into_iter().flatten();
        members
            .map(|(document, _)| self.queries_of(*document).len())
            .sum()
    }

    fn queries_of(&self, document: usize) -> &[Vec<String>] {
        self.documents
            .get(document)
            .map_or(&[], |document| &document.queries)
    }
}

fn texts<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<String> {
    values
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The population of one resolved query.
pub(crate) fn scalars(recipe: &Value, hydrated: &Value) -> Scalars {
    let mut found = Scalars::new();
    for part in PARTS {
        if let Some(value) = recipe.get(part) {
            collect(value, part.to_owned(), &mut found);
        }
    }
    for (name, component) in hydrated.as_object().into_iter().flatten() {
        if let Some(values) = component.get("values") {
            let path = format!("{}.values", step("components", name));
            collect(values, path, &mut found);
        }
    }
    found.retain(|path, _| !path.ends_with("].name") || path.contains(".values"));
    found
}

fn collect(value: &Value, path: String, found: &mut Scalars) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect(value, step(&path, key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{index}]"), found);
            }
        }
        scalar => {
            found.insert(path, scalar.clone());
        }
    }
}

/// A path with one more key, quoted where it is not a plain word.
pub(crate) fn step(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty()
        && key
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
    if is_plain {
        format!("{path}.{key}")
    } else {
        format!("{path}.{}", Value::from(key))
    }
}

/// What kind of field a path is: the field of a recipe, and for values the type as well.
fn kind_of(path: &str, value: &Value) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        _ => "text",
    };
    if let Some((_, rest)) = path.split_once("].overrides") {
        let nested = if rest.contains('[') { " in a list" } else { "" };
        return format!("componentRefs.overrides, {kind}{nested}");
    }
    if path.starts_with("components.") {
        let nested = if path.contains('[') { " in a list" } else { "" };
        return format!("values, {kind}{nested}");
    }
    let mut shape = String::new();
    let mut is_index = false;
    for character in path.chars() {
        match character {
            '[' => is_index = true,
            ']' => is_index = false,
            _ if is_index => {}
            other => shape.push(other),
        }
    }
    shape
}
