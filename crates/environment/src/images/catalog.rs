//! The catalog of images: layers of files, and the image that is compiled in.
//!
//! What is compiled in is a small index and packed trees; the facts of an image are read when
//! somebody first asks for them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use strata_diagnostic::{Finding, Outcome, Source, SourceId, Sources};
use strata_document::{
    InputFile, Limits, Node, STRATA_API_VERSION, Spanned, Unknown, check_header, codes, decode,
    read, unpack,
};

use super::fact::{Date, Evidence};
use super::facts::ImageFacts;
use super::image::Image;
use super::packed::{self, Index};
use super::reference::ImageReference;
use super::schema::{Document, Field, RawImage, Resolver};
use super::tag::Word;

/// The kind of documents that hold facts about images.
pub const KIND: &str = "ImageFacts";
/// Label of the compiled-in layer.
const EMBEDDED: &str = "embedded";
/// Where the compiled-in files come from, as shown to people.
const EMBEDDED_PREFIX: &str = "catalog/environment/";

/// What is known of images, by repository.
#[derive(Debug, Default)]
pub struct ImageCatalog {
    words: BTreeMap<String, Word>,
    images: BTreeMap<String, Entry>,
    trusted_since: Option<Date>,
}

#[derive(Debug, Default)]
struct Entry {
    facts: OnceLock<ImageFacts>,
    /// What the compiled-in files say of the image, in order; empty where facts are there.
    packed: Vec<Packed>,
}

/// What one compiled-in file says of one image.
#[derive(Debug)]
struct Packed {
    file: Arc<PackedFile>,
    tree: &'static [u8],
}

#[derive(Debug)]
struct PackedFile {
    source: SourceId,
    evidence: BTreeMap<String, Evidence>,
}

impl Entry {
    fn facts(&self) -> &ImageFacts {
        self.facts.get_or_init(|| {
            let mut facts = ImageFacts::default();
            let mut findings = Vec::new();
            for packed in &self.packed {
                let tree = unpack(packed.tree, packed.file.source);
                let Some(raw) =
                    tree.and_then(|tree| decode::<Spanned<RawImage>>(&tree, Unknown::Error).value)
                else {
                    continue;
                };
                let mut resolver = Resolver {
                    evidence: &packed.file.evidence,
                    findings: &mut findings,
                };
                resolver.apply(&mut facts, raw.value, raw.place);
            }
            facts
        })
    }

    fn facts_mut(&mut self) -> &mut ImageFacts {
        self.facts();
        self.packed.clear();
        // There since the line before.
        self.facts.get_mut().expect("facts were just read")
    }
}

/// Why bytes are not an image of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageError;

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the compiled-in catalog of images cannot be decoded")
    }
}

impl std::error::Error for ImageError {}

impl ImageCatalog {
    /// Loads a catalog of one layer. `label` and `prefix` are for people: the name of the layer, and
    /// what stands before the paths of its files.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any file, with its place; what could be understood is the
    /// value.
    pub fn load(
        label: &str,
        prefix: &str,
        files: &[InputFile],
        sources: &mut Sources,
    ) -> Outcome<Self> {
        let mut catalog = Self::default();
        let findings = catalog.lay_over(label, prefix, files, sources);
        Outcome::with(catalog, findings)
    }

    /// Lays files over what is known: later ones win per image and field, `null` deletes.
    pub fn lay_over(
        &mut self,
        label: &str,
        prefix: &str,
        files: &[InputFile],
        sources: &mut Sources,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let layer: Arc<str> = label.into();
        for file in files {
            let source = sources.add(Source {
                name: format!("{prefix}{}", file.path).into(),
                layer: Some(Arc::clone(&layer)),
                text: std::str::from_utf8(&file.bytes).ok().map(Arc::from),
            });
            let tree = read_file(file, source);
            if let Some(tree) = tree.take(&mut findings) {
                self.add_document(&tree, &mut findings);
            }
        }
        findings
    }

    fn add_document(&mut self, tree: &Node, findings: &mut Vec<Finding>) {
        let Some(document) = decode::<Document>(tree, Unknown::Error).take(findings) else {
            return;
        };
        for (word, field) in document.spec.words {
            match field {
                Field::Absent => {}
                Field::Deleted => {
                    self.words.remove(&word);
                }
                Field::Stated(what) => {
                    self.words.insert(word, what);
                }
            }
        }
        let mut resolver = Resolver {
            evidence: &document.spec.evidence,
            findings,
        };
        for (repository, field) in document.spec.images {
            match field {
                Field::Absent => {}
                Field::Deleted => {
                    self.images.remove(&repository);
                }
                Field::Stated(Spanned { value, place }) => {
                    if let Some(problem) = name_problem(&repository) {
                        let finding = Finding::new(&codes::WRONG_TYPE, problem).at(place);
                        let help = "name the image as `docker pull` would, without a tag";
                        resolver.findings.push(finding.help(help));
                        continue;
                    }
                    let entry = self.images.entry(repository).or_default();
                    resolver.apply(entry.facts_mut(), value, place);
                }
            }
        }
    }

    /// Reads the index of a catalog that is compiled into the program, as made by
    /// [`ImageCatalog::pack`].
    ///
    /// # Errors
    ///
    /// Fails if the bytes were not made so.
    pub fn from_image(bytes: &'static [u8], sources: &mut Sources) -> Result<Self, ImageError> {
        let (index, blob) = Index::read(bytes).ok_or(ImageError)?;
        let layer: Arc<str> = EMBEDDED.into();
        let mut files = Vec::with_capacity(index.files.len());
        for file in index.files {
            let source = sources.add(Source {
                name: format!("{EMBEDDED_PREFIX}{}", file.path).into(),
                layer: Some(Arc::clone(&layer)),
                text: None,
            });
            let mut evidence = BTreeMap::new();
            for (name, source, verified) in file.evidence {
                let verified = verified.parse().map_err(|_| ImageError)?;
                let source = source.to_owned();
                evidence.insert(name.to_owned(), Evidence { source, verified });
            }
            files.push(Arc::new(PackedFile { source, evidence }));
        }
        let mut images: BTreeMap<String, Entry> = BTreeMap::new();
        for image in index.images {
            let file = files.get(image.file as usize).ok_or(ImageError)?;
            let tree = blob
                .get(image.from as usize..image.to as usize)
                .ok_or(ImageError)?;
            let entry = images.entry(image.repository.to_owned()).or_default();
            entry.packed.push(Packed {
                file: Arc::clone(file),
                tree,
            });
        }
        let words = index.words.into_iter().map(|(word, is_base)| {
            let what = if is_base { Word::Base } else { Word::Moving };
            (word.to_owned(), what)
        });
        Ok(Self {
            words: words.collect(),
            images,
            trusted_since: None,
        })
    }

    /// Packs files into the bytes that [`ImageCatalog::from_image`] takes. The same files give the
    /// same bytes.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any file; then there are no bytes.
    pub fn pack(files: &[InputFile], sources: &mut Sources) -> Outcome<Vec<u8>> {
        let mut catalog = Self::default();
        let findings = catalog.lay_over(EMBEDDED, EMBEDDED_PREFIX, files, sources);
        if !findings.is_empty() {
            return Outcome::fail_all(findings);
        }
        let words = catalog.words.iter();
        let words = words.map(|(word, what)| (word.clone(), *what == Word::Base));
        let trees = files.iter().filter_map(|file| {
            let tree = read_file(file, SourceId(0)).value?;
            Some((file.path.as_str(), tree))
        });
        Outcome::ok(packed::write(words.collect(), trees))
    }

    /// Takes facts that were verified before a day for unknown. Without this, all count.
    pub fn trust_since(&mut self, day: Date) {
        self.trusted_since = Some(day);
    }

    /// Returns what is known of an image.
    pub fn image<'a>(&'a self, reference: &'a ImageReference) -> Image<'a> {
        let facts = self.images.get(reference.repository()).map(Entry::facts);
        let tag = reference.effective_tag();
        Image::new(facts, &self.words, self.trusted_since, tag)
    }

    /// Iterates over everything that is known, by the normal names of repositories.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ImageFacts)> {
        self.images
            .iter()
            .map(|(repository, entry)| (repository.as_str(), entry.facts()))
    }

    /// Returns how many repositories there are.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Returns whether nothing is known of any repository.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }
}

fn read_file(file: &InputFile, source: SourceId) -> Outcome<Node> {
    read(&file.bytes, source, &Limits::CATALOG_FILE).and_then(|tree| {
        let findings = check_header(&tree, KIND, STRATA_API_VERSION, true);
        Outcome {
            value: findings.is_empty().then_some(tree),
            findings,
        }
    })
}

/// Returns what is wrong with the name of a repository.
fn name_problem(name: &str) -> Option<String> {
    match ImageReference::parse(name) {
        Ok(reference) if reference.to_string() != name => {
            Some(format!("`{name}` is known as `{reference}`"))
        }
        Ok(reference) if reference.tag().is_some() || reference.digest().is_some() => {
            Some(format!("`{name}` names one image, not a repository"))
        }
        Ok(_) => None,
        Err(error) => Some(format!("`{name}`: {error}")),
    }
}
