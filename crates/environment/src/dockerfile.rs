//! Dockerfiles: stages, instructions and where they stand.
//!
//! The text is read as BuildKit reads it: continued lines, comments between them, directives,
//! here-documents. Instructions are not carried out; what a rule asks of them is answered from the
//! stages that a target is built from.

mod read;

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Place, SourceId};

use crate::model::{PortRange, Protocol};

/// A Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerfile {
    /// Its stages, at least one for a file that builds anything.
    pub stages: Vec<Stage>,
    /// Arguments before the first stage, with their defaults.
    arguments: BTreeMap<String, String>,
}

/// A stage: everything from one `FROM` to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Name behind `AS`, in lower case.
    pub name: Option<String>,
    /// What it is made from: an image or another stage. Variables are not replaced.
    pub base: String,
    /// Where the base is named.
    pub place: Place,
    /// What follows.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its name in capitals.
    pub name: String,
    /// Everything behind the name, as one line.
    pub arguments: String,
    /// Where the arguments begin.
    pub place: Place,
}

/// What a Dockerfile says about the health of its containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltProbe {
    /// It has a check.
    Present(Place),
    /// It switches off the one that it inherits.
    SwitchedOff(Place),
}

impl Dockerfile {
    /// Reads a Dockerfile. What is not understood is skipped: building it finds mistakes better.
    pub fn parse(text: &str, source: SourceId) -> Self {
        read::read(text, source)
    }

    /// Returns the same with everything at one place: for a text that stands inside another file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        for stage in &mut self.stages {
            stage.place = place;
            for instruction in &mut stage.instructions {
                instruction.place = place;
            }
        }
        self
    }

    /// Returns the stage that is built: the named one, by name or number, or the last.
    pub fn target(&self, name: Option<&str>) -> Option<usize> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return self.stages.len().checked_sub(1);
        };
        let number = name.parse().ok().filter(|at| *at < self.stages.len());
        self.stage_named(name, self.stages.len()).or(number)
    }

    /// Returns a stage and those that it is made from, the nearest first.
    pub fn lineage(&self, target: usize) -> Vec<&Stage> {
        let mut lineage = Vec::new();
        let mut at = Some(target);
        while let Some(stage) = at.and_then(|at| self.stages.get(at)) {
            lineage.push(stage);
            at = at.and_then(|at| self.stage_named(&stage.base, at));
        }
        lineage
    }

    /// Returns the images that a stage is made from and copies from, with the places where they are
    /// named, once each: everything that building it pulls. Names that depend on an argument without
    /// a value are left out.
    pub fn pulled(&self, target: usize, given: &BTreeMap<String, String>) -> Vec<(String, Place)> {
        let mut pulled = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![target];
        while let Some(at) = waiting.pop() {
            let Some(stage) = self.stages.get(at).filter(|_| seen.insert(at)) else {
                continue;
            };
            let mut names = vec![(stage.base.as_str(), stage.place)];
            for instruction in &stage.instructions {
                let from = instruction.sources();
                names.extend(from.map(|name| (name, instruction.place)));
            }
            for (name, place) in names {
                let number = name.parse().ok().filter(|other| *other < at);
                match self.stage_named(name, at).or(number) {
                    Some(other) => waiting.push(other),
                    None if name == "scratch" => {}
                    None => pulled.extend(self.expand(name, given).map(|name| (name, place))),
                }
            }
        }
        pulled.sort_by_key(|(_, place)| *place);
        pulled
    }

    /// Returns the image at the end of a lineage, if its name is known and it is not empty.
    pub fn base(&self, target: usize, given: &BTreeMap<String, String>) -> Option<String> {
        let last = *self.lineage(target).last()?;
        self.expand(&last.base, given)
            .filter(|base| base != "scratch")
    }

    /// Returns a stage before another by its name.
    fn stage_named(&self, name: &str, before: usize) -> Option<usize> {
        let name = name.to_ascii_lowercase();
        let stages = self.stages.get(..before)?;
        let found = stages
            .iter()
            .rposition(|stage| stage.name.as_deref() == Some(&name));
        found.filter(|_| !name.is_empty())
    }

    /// Replaces the arguments in a name; nothing where one has no value.
    fn expand(&self, text: &str, given: &BTreeMap<String, String>) -> Option<String> {
        let value = |name: &str| given.get(name).or_else(|| self.arguments.get(name));
        read::expand(text, &|name| value(name).cloned())
    }
}

/// Returns who a lineage runs as, with the place that says it.
pub fn user<'a>(lineage: &[&'a Stage]) -> Option<(&'a str, Place)> {
    last_of(lineage, "USER").map(|instruction| (instruction.arguments.as_str(), instruction.place))
}

/// Returns what a lineage says about health.
pub fn health(lineage: &[&Stage]) -> Option<BuiltProbe> {
    let instruction = last_of(lineage, "HEALTHCHECK")?;
    let is_none = instruction.arguments.eq_ignore_ascii_case("none");
    Some(if is_none {
        BuiltProbe::SwitchedOff(instruction.place)
    } else {
        BuiltProbe::Present(instruction.place)
    })
}

/// Returns the ports that a lineage exposes. Nothing where one depends on a variable.
pub fn exposed(lineage: &[&Stage]) -> Option<Vec<(PortRange, Protocol)>> {
    let mut ports = Vec::new();
    for instruction in instructions(lineage, "EXPOSE") {
        for word in instruction.arguments.split_whitespace() {
            let (range, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
            ports.push((
                PortRange::parse(range).ok()?,
                Protocol::parse(protocol).ok()?,
            ));
        }
    }
    Some(ports)
}

/// Returns the names of the variables that a lineage sets for its containers.
pub fn environment<'a>(lineage: &[&'a Stage]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for instruction in instructions(lineage, "ENV") {
        let mut words = instruction.arguments.split_whitespace();
        match words.next() {
            // The old form sets one variable to the rest of the line.
            Some(first) if !first.contains('=') => {
                names.insert(first);
            }
            Some(first) => {
                let pairs = std::iter::once(first).chain(words);
                names.extend(pairs.filter_map(|pair| Some(pair.split_once('=')?.0)));
            }
            None => {}
        }
    }
    names
}

fn instructions<'a>(lineage: &[&'a Stage], name: &str) -> impl Iterator<Item = &'a Instruction> {
    let all = lineage.iter().flat_map(|stage| &stage.instructions);
    all.filter(move |instruction| instruction.name == name)
}

fn last_of<'a>(lineage: &[&'a Stage], name: &str) -> Option<&'a Instruction> {
    lineage.iter().find_map(|stage| {
        let mut last_first = stage.instructions.iter().rev();
        last_first.find(|instruction| instruction.name == name)
    })
}

impl Instruction {
    /// Returns the stages and images that are copied or mounted from.
    fn sources(&self) -> impl Iterator<Item = &str> {
        let is_source = matches!(self.name.as_str(), "COPY" | "ADD" | "RUN");
        let flags = self.arguments.split_whitespace();
        flags
            .take_while(move |word| is_source && word.starts_with("--"))
            .filter_map(|flag| {
                if let Some(mount) = flag.strip_prefix("--mount=") {
                    mount.split(',').find_map(|part| part.strip_prefix("from="))
                } else {
                    flag.strip_prefix("--from=")
                }
            })
    }
}

#[cfg(test)]
mod tests;
