//! Files that are no whole objects, because a kustomization makes something else of them.

use std::collections::{BTreeMap, BTreeSet};

use strata_objects::Kustomization;

/// What a file is to the kustomizations that name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It holds parts of objects; of which ones, the kustomization may say.
    Patch { has_target: bool },
    /// It is a setting of kustomize.
    Setting,
}

/// Returns what files are that kustomizations name, by path. Kustomizations are given with theirs.
pub(super) fn roles(kustomizations: &[(&str, Kustomization)]) -> BTreeMap<String, Role> {
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    let by_folder: BTreeMap<String, &Kustomization> = (kustomizations.iter())
        .map(|(path, kustomization)| (folder(path), kustomization))
        .collect();
    let mut whole = BTreeSet::new();
    let mut patches: BTreeMap<String, bool> = BTreeMap::new();
    let mut pending = Vec::new();
    for (folder, kustomization) in &by_folder {
        let at = |path: &String| joined(folder, path);
        whole.extend(kustomization.resources.iter().filter_map(at));
        pending.extend(kustomization.settings.iter().filter_map(at));
        for patch in &kustomization.patches {
            if let Some(path) = at(&patch.path) {
                *patches.entry(path).or_default() |= patch.has_target;
            }
        }
    }
    let mut roles: BTreeMap<String, Role> = (patches.into_iter())
        // What is taken as it is, too, must be whole.
        .filter(|(path, _)| !whole.contains(path))
        .map(|(path, has_target)| (path, Role::Patch { has_target }))
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = pending.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        if let Some(inner) = by_folder.get(&path) {
            let inside = inner.resources.iter().chain(&inner.settings);
            pending.extend(inside.filter_map(|inside| joined(&path, inside)));
        }
        roles.insert(path, Role::Setting);
    }
    roles
}

/// Returns the path that a kustomization in a folder means, by its letters alone; nothing where it leads above
/// everything.
fn joined(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Some(if folder.is_empty() {
        joined.trim_start_matches('/').to_owned()
    } else {
        joined
    })
}

#[cfg(test)]
mod tests {
    use strata_objects::Patch;

    use super::*;

    #[test]
    fn paths_are_those_from_the_folder_of_the_kustomization() {
        for (folder, path, expected) in [
            ("/r/a", "b.yaml", Some("/r/a/b.yaml")),
            ("/r/a", "./p/../../b.yaml", Some("/r/b.yaml")),
            ("", "p/b.yaml", Some("p/b.yaml")),
            ("b", "../../../x", None),
            ("/r", "/etc/x", None),
        ] {
            assert_eq!(joined(folder, path).as_deref(), expected, "{folder} {path}");
        }
    }

    #[test]
    fn what_is_taken_as_it_is_is_whole_and_what_builds_settings_is_one() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let patch = |path: &str, has_target| Patch {
            path: path.to_owned(),
            has_target,
        };
        let outer = Kustomization {
            resources: texts(&["whole.yaml", "deep"]),
            patches: vec![patch("whole.yaml", false), patch("part.yaml", true)],
            settings: texts(&["deep", "own.yaml"]),
        };
        let inner = Kustomization {
            resources: texts(&["one.yaml"]),
            settings: texts(&["../deep"]),
            ..Kustomization::default()
        };
        let found = roles(&[
            ("/a/kustomization.yaml", outer),
            ("/a/deep/Kustomization", inner),
        ]);
        let has_target = true;
        let expected = [
            ("/a/deep", Role::Setting),
            ("/a/deep/one.yaml", Role::Setting),
            ("/a/own.yaml", Role::Setting),
            ("/a/part.yaml", Role::Patch { has_target }),
        ];
        let expected = expected.map(|(path, role)| (path.to_owned(), role));
        assert_eq!(found, BTreeMap::from(expected));
    }
}
