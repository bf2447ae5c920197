//! Bundles of every deployer and of the reference, held against each other, and what is never shown of them.

use serde_json::{Value, json};

use super::{bundle, changes, json_of, recipe};
use crate::folder::{EMPTY_REGISTRY, Folder};

/// Name of each deployer, and what its bundles need stated.
const DEPLOYERS: [(&str, &[&str]); 5] = [
    ("helm", &[]),
    ("helmfile", &[]),
    ("argocd", &["--repo", "https://git.example.com/b"]),
    ("argocd-helm", &["--repo", "https://git.example.com/b"]),
    ("flux", &["--repo", "https://git.example.com/b"]),
];

#[test]
fn bundles_for_all_deployers_are_compared_with_each_other() {
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  criteria: {service: kind}\n  \
                   componentRefs: [{name: nfd, preManifestFiles: [components/nfd/mine.yaml]}]\n";
    let manifest = "kind: Namespace\napiVersion: v1\nmetadata: {name: node-feature-discovery, labels: {a: b}}\n---\n\
                    kind: ConfigMap\napiVersion: v1\nmetadata: {name: one}\ndata: {k: v}\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", overlay),
        ("d/components/nfd/mine.yaml", manifest),
    ]);
    let make = |output: &str, deployer: &str, flags: &[&str]| {
        let words = ["bundle", "-q", "--service", "kind", "--data", "d"];
        let to = ["-d", deployer, "-o", output];
        folder.strata(&[&words[..], &to, flags].concat()).done();
    };
    let late = ["--dynamic", "cert-manager:replicaCount"];
    for (deployer, flags) in DEPLOYERS {
        make(deployer, deployer, &[flags, &late].concat());
    }
    folder.write(
        "d/components/nfd/mine.yaml",
        manifest.replace("k: v", "k: w"),
    );
    for (deployer, flags) in DEPLOYERS {
        let set = ["--set", "cert-manager:crds.enabled=false"];
        make(
            &format!("{deployer}-new"),
            deployer,
            &[flags, &late, &set].concat(),
        );
    }
    let of_components = |before: &str, after: &str| -> (Value, Vec<String>) {
        let words = ["diff", before, after, "--format", "json"];
        let answer = json_of(&folder.strata(&words).done());
        let found = changes(&answer);
        let of_components = found.into_iter().filter(|line| line.contains(": "));
        // A script that installs one release names a digest of what it installs.
        let lines = of_components
            .filter(|line| !line.contains(" files."))
            .collect();
        (answer, lines)
    };
    for (before, _) in DEPLOYERS {
        for (after, _) in DEPLOYERS {
            let (answer, lines) = of_components(before, after);
            assert_eq!(lines, Vec::<String>::new(), "{before} {after}");
            assert_eq!(answer["same"], json!(6), "{before} {after}");
            let (answer, lines) = of_components(before, &format!("{after}-new"));
            let expected = [
                "cert-manager: changed values.crds.enabled",
                "nfd-pre: changed objects.ConfigMap one.data.k",
            ];
            assert_eq!(lines, expected, "{before} {after}");
            assert_eq!(answer["same"], json!(4), "{before} {after}");
        }
    }
}

#[test]
fn what_only_a_deployer_says_is_named_where_both_sides_have_it() {
    let free = recipe(&[("    dependencyRefs: [engine]\n", "")]);
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[])), ("b.yaml", &free)]);
    for (deployer, expected) in [
        ("helmfile", "wheel: changed helmfile.level"),
        (
            "argocd",
            "wheel: changed Application.metadata.annotations.\"argocd.argoproj.io/sync-wave\"",
        ),
        ("flux", "wheel: removed HelmRelease.spec.dependsOn"),
    ] {
        let flags = DEPLOYERS.iter().find(|(name, _)| *name == deployer);
        let flags = flags.map(|(_, flags)| *flags).unwrap_or_default();
        for recipe in ["a", "b"] {
            let output = format!("{recipe}-{deployer}");
            let flags = [&["-d", deployer], flags].concat();
            bundle(&folder, &format!("{recipe}.yaml"), &output, &flags);
        }
        let (before, after) = (format!("a-{deployer}"), format!("b-{deployer}"));
        let words = ["diff", &before, &after, "--format", "json"];
        let found = changes(&json_of(&folder.strata(&words).done()));
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}

#[test]
fn no_difference_shows_a_credential() {
    let secret =
        "kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {word: c4nary03}\n";
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  criteria: {service: kind}\n  \
                   componentRefs: [{name: nfd, manifestFiles: [components/nfd/mine.yaml]}]\n";
    let folder = Folder::in_memory(&[
        ("a.yaml", &recipe(&[("c: two", "adminPassword: c4nary01")])),
        ("b.yaml", &recipe(&[("c: two", "adminPassword: c4nary02")])),
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", overlay),
        ("d/components/nfd/mine.yaml", secret),
    ]);
    for (name, stated) in [("one", "c4nary04"), ("two", "c4nary05")] {
        let set = format!("nfd:adminPassword={stated}");
        let words = ["bundle", "-q", "--service", "kind", "--data", "d"];
        let run = folder.strata(&[&words[..], &["--set", &set, "-o", name]].concat());
        assert_eq!(run.status, 0, "{run:?}");
        let other = secret.replace("c4nary03", "c4nary06");
        folder.write("d/components/nfd/mine.yaml", other);
    }
    for (before, after) in [("a.yaml", "b.yaml"), ("one", "two"), ("one", "a.yaml")] {
        for format in ["text", "json", "markdown"] {
            let run = folder.strata(&["diff", before, after, "-v", "--format", format]);
            assert_eq!(run.status, 0, "{run:?}");
            let all = [run.stdout, run.stderr].concat();
            assert!(!all.contains("c4nary"), "{all}");
            let is_changed = all.contains("adminPassword") || before == "one";
            assert!(is_changed, "{all}");
        }
    }
    let run = folder.strata(&["diff", "one", "two"]);
    for expected in [
        "~ values.adminPassword: *** → ***",
        "~ objects.Secret s.stringData.word: *** → ***",
        "nfd:adminPassword=***",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {run:?}");
    }
}

#[test]
fn bundles_of_the_reference_are_known_whatever_their_deployer() {
    let Some(bundles) = strata_testkit::corpus::find("bundles of the reference", "cluster/bundles")
    else {
        return;
    };
    let folder = Folder::in_memory(&[]);
    for entry in std::fs::read_dir(&bundles).expect("readable") {
        let recipe = entry.expect("readable").path();
        let path = |deployer: &str| recipe.join(deployer).display().to_string();
        for (deployer, _) in DEPLOYERS {
            let run = folder
                .strata(&["diff", &path("helm"), &path(deployer), "-t", "json"])
                .done();
            let answer = json_of(&run);
            assert_eq!(answer["after"]["kind"], "bundle of AICR");
            let mut lines = changes(&answer);
            // Charts of manifests hold templates there in some and objects in others, and so do their
            // values; a release without a name of its own is called after its namespace too.
            lines.retain(|line| {
                let of_manifests = line.split(':').next().is_some_and(|name| {
                    ["-post", "-pre", "-ocp", "custom"]
                        .iter()
                        .any(|part| name.contains(part))
                });
                let is_named = deployer == "flux" && line.ends_with(": added releaseName");
                !of_manifests && !is_named
            });
            assert_eq!(lines, Vec::<String>::new(), "{}", path(deployer));
            // What is the same needs no Helm, and the rest is named.
            let words = ["diff", &path("helm"), &path(deployer), "--rendered"];
            let run = folder.strata(&words);
            let is_known = run
                .codes()
                .iter()
                .all(|code| code == "BND-16" || code == "BND-15");
            assert!(is_known, "{run:?}");
        }
    }
}

#[test]
fn bundles_of_the_reference_are_compared_like_ours() {
    let Some(bundles) = strata_testkit::corpus::find("bundles of the reference", "cluster/bundles")
    else {
        return;
    };
    let folder = Folder::in_memory(&[]);
    let path = |name: &str| bundles.join(name).join("helm").display().to_string();
    let (eks, bcm) = (
        path("eks-h100-ubuntu-training-kubeflow"),
        path("bcm-h100-ubuntu-training"),
    );
    let run = folder.strata(&["diff", &eks, &eks, "--exit-code"]).done();
    assert!(run.stdout.contains("(bundle of AICR)"), "{run:?}");
    let run = folder.strata(&["diff", &eks, &bcm, "-t", "json"]).done();
    let found = changes(&json_of(&run));
    for expected in [
        "aws-efa: gone",
        "kubeflow-trainer-post: gone",
        "changed criteria.service",
        "changed constraints.\"K8s.server.version\"",
        "nodewright-customizations: removed objects.Skyhook skyhook/tuning",
        "gpu-operator: added values.gds",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:?}"
        );
    }
}
