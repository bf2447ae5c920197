//! What a rule may look at: the workspace, what was read, and what is known of images.
//!
//! What many rules ask of it is looked up once and kept: the text and path of a source, the reference
//! that an image's name is, the Dockerfile that a service is built from.

mod builds;

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_diagnostic::SourceId;

use crate::host::Listener;
use crate::images::{Image, ImageCatalog, ImageReference};
use crate::model::{Service, Workspace};
use crate::repository::{ReadFile, Repository};
use builds::Builds;
pub(crate) use builds::Built;

/// What a rule may look at.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// What was imported.
    pub workspace: &'a Workspace,
    /// What was read, and what is there.
    pub repository: &'a Repository<'a>,
    /// What is known of images.
    pub images: &'a ImageCatalog,
    texts: BTreeMap<SourceId, &'a str>,
    references: BTreeMap<Arc<str>, ImageReference>,
    builds: Builds,
    /// Ports of the host on which something listens; absent where nobody knows them.
    pub listeners: Option<&'a [Listener]>,
    paths: BTreeMap<SourceId, &'a str>,
}

impl<'a> Context<'a> {
    /// Puts together what rules look at.
    pub fn new(
        workspace: &'a Workspace,
        repository: &'a Repository<'a>,
        images: &'a ImageCatalog,
    ) -> Self {
        let text = |file: &ReadFile<'a>| Some((file.source, std::str::from_utf8(file.bytes).ok()?));
        let path = |(path, file): (&'a String, &ReadFile<'a>)| (file.source, path.as_str());
        let mut references = BTreeMap::new();
        for service in workspace.stacks.iter().flat_map(|stack| &stack.services) {
            let image = service.image.as_ref().filter(|image| image.is_known);
            let Some(image) = image.filter(|image| !references.contains_key(&image.value)) else {
                continue;
            };
            if let Ok(reference) = ImageReference::parse(&image.value) {
                references.insert(Arc::clone(&image.value), reference);
            }
        }
        Self {
            workspace,
            repository,
            images,
            texts: repository.files.values().filter_map(text).collect(),
            references,
            builds: Builds::of(workspace, repository),
            listeners: None,
            paths: repository.files.iter().map(path).collect(),
        }
    }

    /// Returns the path of a source.
    pub fn path_of(&self, source: SourceId) -> Option<&'a str> {
        self.paths.get(&source).copied()
    }

    /// Says on which ports of the host something listens.
    #[must_use]
    pub fn beside(mut self, listeners: &'a [Listener]) -> Self {
        self.listeners = Some(listeners);
        self
    }

    /// Returns the image that a service names, if it is known before the composition is started and
    /// is a reference.
    pub fn reference(&self, service: &Service) -> Option<&ImageReference> {
        let image = service.image.as_ref().filter(|image| image.is_known)?;
        self.references.get(&image.value)
    }

    /// Returns what is known of the image of a service. What a service builds is not what the
    /// catalog knows by its name.
    pub fn image(&self, service: &Service) -> Option<Image<'_>> {
        let reference = self
            .reference(service)
            .filter(|_| service.build.is_none())?;
        Some(self.images.image(reference))
    }

    /// Returns the text of a source.
    pub fn text_of(&self, source: SourceId) -> Option<&'a str> {
        self.texts.get(&source).copied()
    }
}
