//! Repositories of Compose files that fixes are held against: the recorded one, generated ones, and the
//! examples of all rules.

use std::collections::BTreeMap;
use std::fs;

use strata_environment::compose::may_be_compose;
use strata_environment::rules::{ALL, example_files};
use strata_testkit::compose_cases::case;
use strata_testkit::read_directory;

use crate::folder::Folder;

/// Generated compositions; enough for every form of the syntax.
const CASES: u64 = 60;

/// Files of the recorded repository that have services and are no Compose files.
pub(super) const LOOK_ALIKES: [&str; 4] = [
    "config/kong/declarative/kong.yml",
    "config/kong/oauth2-plugin.yaml",
    "config/mesh/service-routes.yaml",
    "manifests/stack.yaml",
];

/// Files by path.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

pub(super) struct Repository {
    pub(super) files: Files,
    pub(super) compositions: Vec<Composition>,
}

pub(super) struct Composition {
    /// Laid over one another.
    pub(super) files: Vec<String>,
    /// What the environment sets.
    pub(super) variables: BTreeMap<String, String>,
    /// How the paths of everything that it is made of begin.
    pub(super) scope: String,
}

impl Repository {
    /// Writes it down for a program.
    pub(super) fn folder(&self) -> Folder {
        let folder = Folder::in_memory(&[]);
        for (path, bytes) in &self.files {
            folder.write(path, bytes);
        }
        folder
    }

    /// Returns its files as they are in a folder.
    pub(super) fn files_in(&self, folder: &Folder) -> Files {
        let read = |path: &String| fs::read(folder.at(path)).expect("nothing is taken away");
        let paths = self.files.keys();
        paths.map(|path| (path.clone(), read(path))).collect()
    }

    fn of(files: Files, scope: impl Fn(&str) -> String) -> Self {
        let is_compose = |(path, bytes): &(&String, &Vec<u8>)| {
            has_services(bytes) && may_be_compose(path, &bytes[..bytes.len().min(4096)])
        };
        let compositions = files
            .iter()
            .filter(is_compose)
            .map(|(path, _)| Composition {
                files: vec![path.clone()],
                variables: BTreeMap::new(),
                scope: scope(path),
            });
        Self {
            compositions: compositions.collect(),
            files,
        }
    }
}

/// Whether a file says that it has services: not every one is a Compose file.
pub(super) fn has_services(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.any(|line| line.starts_with(b"services:"))
}

/// The recorded repository; says by name what is skipped without it.
pub(super) fn recorded(what: &str) -> Option<Repository> {
    let root = strata_testkit::corpus::find(what, "workstation/repo")?;
    let mut repository = Repository::of(read_directory(&root), str::to_owned);
    let compositions = &mut repository.compositions;
    compositions.retain(|one| !LOOK_ALIKES.contains(&one.scope.as_str()));
    assert_eq!(repository.compositions.len(), 34);
    Some(repository)
}

/// Compositions that use every form of the syntax, each in a directory of its own.
pub(super) fn generated() -> Repository {
    let mut files = Files::new();
    let mut compositions = Vec::new();
    for case in (0..CASES)
        .map(case)
        .filter(|case| is_seen(&case.composition))
    {
        let scope = format!("case-{}/", case.seed);
        let path = |path: &String| format!("{scope}{path}");
        for (name, text) in &case.files {
            files.insert(path(name), text.clone().into_bytes());
        }
        let variables = case.variables.iter();
        compositions.push(Composition {
            files: case.composition.iter().map(path).collect(),
            variables: variables
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            scope,
        });
    }
    Repository {
        files,
        compositions,
    }
}

/// Whether the names of files tell that they belong together. One more is laid over them only on a
/// command line, and looks like a composition of its own.
fn is_seen(composition: &[String]) -> bool {
    composition.len() < 3
}

/// The example of a rule.
pub(super) fn example(text: &str) -> Repository {
    let files = example_files(text).into_iter();
    // Compose names projects after directories.
    let files = files.map(|(path, text)| (format!("team/shop/{path}"), text.into_bytes()));
    Repository::of(files.collect(), |_| String::new())
}

/// The examples of all rules, each in a directory of its own.
pub(super) fn examples() -> Repository {
    let mut files = Files::new();
    for check in ALL {
        let directory = check.rule.code.to_lowercase();
        for (path, text) in example_files(check.rule.example) {
            files.insert(format!("{directory}/{path}"), text.into_bytes());
        }
    }
    let scope = |path: &str| path[..=path.find('/').expect("a directory")].to_owned();
    Repository::of(files, scope)
}
