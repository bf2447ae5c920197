//! The Dockerfiles that services are built from.

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_diagnostic::Place;
use strata_document::Node;

use super::Context;
use crate::compose::merge::pairs;
use crate::compose::references;
use crate::dockerfile::{Dockerfile, Stage};
use crate::model::{Build, Service, Stack, Workspace};
use crate::repository::{Repository, Target};

/// What a service is built from.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    file: Arc<Dockerfile>,
    target: usize,
    arguments: BTreeMap<String, String>,
}

impl Built {
    /// Returns the stage that is built and those that it is made from, the nearest first.
    pub(crate) fn lineage(&self) -> Vec<&Stage> {
        self.file.lineage(self.target)
    }

    /// Returns the images that the build pulls, and where they are named.
    pub(crate) fn pulled(&self) -> Vec<(String, Place)> {
        self.file.pulled(self.target, &self.arguments)
    }

    /// Returns the image that everything is put upon.
    pub(crate) fn base(&self) -> Option<String> {
        self.file.base(self.target, &self.arguments)
    }
}

/// Everything that is built, by the place of `build`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builds {
    built: BTreeMap<Place, Built>,
    /// Dockerfiles without the stage that is built.
    without_target: BTreeMap<Place, Arc<Dockerfile>>,
}

impl Builds {
    pub(crate) fn of(workspace: &Workspace, repository: &Repository<'_>) -> Self {
        let mut read: BTreeMap<String, Arc<Dockerfile>> = BTreeMap::new();
        let mut builds = Self::default();
        for stack in &workspace.stacks {
            for service in &stack.services {
                let Some(build) = &service.build else {
                    continue;
                };
                let Some(file) = file(repository, stack, build, &mut read) else {
                    continue;
                };
                let named = build.target.as_ref();
                let Some(target) = file.target(named.map(|target| &*target.value)) else {
                    builds.without_target.insert(build.place, file);
                    continue;
                };
                if let Some(built) = built(stack, service, target, file) {
                    builds.built.insert(build.place, built);
                }
            }
        }
        builds
    }
}

impl Context<'_> {
    /// Returns what a service is built from, if its Dockerfile was read.
    pub(crate) fn built(&self, service: &Service) -> Option<&Built> {
        self.builds.built.get(&service.build.as_ref()?.place)
    }

    /// Returns the names of the stages of a Dockerfile that was read and lacks the one that is built.
    pub(crate) fn stages_without_target(&self, service: &Service) -> Option<Vec<&str>> {
        let place = service.build.as_ref()?.place;
        let stages = &self.builds.without_target.get(&place)?.stages;
        Some(
            stages
                .iter()
                .filter_map(|stage| stage.name.as_deref())
                .collect(),
        )
    }
}

fn file(
    repository: &Repository<'_>,
    stack: &Stack,
    build: &Build,
    read: &mut BTreeMap<String, Arc<Dockerfile>>,
) -> Option<Arc<Dockerfile>> {
    if let Some(inline) = &build.inline {
        let file = Dockerfile::parse(&inline.value, inline.place.source);
        return inline.is_known.then(|| Arc::new(file.at(inline.place)));
    }
    let Target::Inside(path) = references::dockerfile(stack, build) else {
        return None;
    };
    if let Some(known) = read.get(&path) {
        return Some(Arc::clone(known));
    }
    let bytes = repository.files.get(&path)?;
    let text = std::str::from_utf8(bytes.bytes).ok()?;
    let file = Arc::new(Dockerfile::parse(text, bytes.source));
    read.insert(path, Arc::clone(&file));
    Some(file)
}

fn built(stack: &Stack, service: &Service, target: usize, file: Arc<Dockerfile>) -> Option<Built> {
    let mut arguments = BTreeMap::new();
    if let Some(args) = service.node.at(&["build", "args"]) {
        for entry in &pairs(args) {
            // One without a value is taken from the shell.
            let value = stack.text(&entry.value, "").filter(|text| text.is_known);
            if let Some(value) = value {
                arguments.insert(entry.key.text.to_string(), value.value.to_string());
            }
        }
    }
    // A name may stand for another context, which hides the image of that name.
    let contexts = service.node.at(&["build", "additional_contexts"]);
    let has_others = contexts.is_some_and(|node| !Node::is_empty(node));
    (!has_others).then_some(Built {
        file,
        target,
        arguments,
    })
}
