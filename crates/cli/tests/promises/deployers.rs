//! What every deployer promises, held against the program.

use std::collections::BTreeSet;

use crate::folder::{Folder, Run};

const REPOSITORY: &str = "https://git.example.com/ops/clusters.git";

/// Every deployer, and what must be stated for it.
pub(crate) const DEPLOYERS: [(&str, &[&str]); 5] = [
    ("helm", &[]),
    ("helmfile", &[]),
    ("argocd", &["--repo", REPOSITORY]),
    ("argocd-helm", &[]),
    ("flux", &["--repo", REPOSITORY]),
];

#[test]
fn every_deployer_is_in_the_table() {
    let names = DEPLOYERS.map(|(name, _)| name);
    let all = strata_release::deployer::ALL.iter();
    assert_eq!(all.map(|deployer| deployer.name).collect::<Vec<_>>(), names);
}

fn bundle(folder: &Folder, (deployer, stated): (&str, &[&str]), flags: &[&str]) -> Run {
    let words = ["bundle", "--service", "kind", "--deployer", deployer, "-q"];
    folder.strata(&[&words[..], stated, flags].concat())
}

/// Files of a bundle, with their digests.
fn listed(folder: &Folder, name: &str) -> BTreeSet<String> {
    let list = folder.read(&format!("{name}/checksums.txt"));
    list.lines().map(str::to_owned).collect()
}

#[test]
fn every_bundle_verifies_and_is_the_same_twice() {
    for deployer in DEPLOYERS {
        let folder = Folder::in_memory(&[]);
        let flags = ["--dynamic", "nfd:master.replicaCount", "--set", "nfd:a.b=c"];
        let turned = ["--set", "nfd:a.b=c", "--dynamic", "nfd:master.replicaCount"];
        bundle(&folder, deployer, &[&flags[..], &["-o", "b"]].concat()).done();
        bundle(&folder, deployer, &[&turned[..], &["-o", "c"]].concat()).done();
        assert_eq!(listed(&folder, "b"), listed(&folder, "c"), "{}", deployer.0);
        folder.strata(&["verify", "b"]).done();
        bundle(
            &folder,
            deployer,
            &[&flags[..], &["-o", "b", "--check"]].concat(),
        )
        .done();
        let record = folder.read("b/bundle.yaml");
        assert!(
            record.contains(&format!("deployer: {}\n", deployer.0)),
            "{record}"
        );
        // Who changes a file, takes one away or adds one is found out.
        for (change, codes) in [
            ("echo '#' >> b/README.md", ["ART-1"]),
            ("rm b/README.md", ["ART-2"]),
            ("echo > b/extra.yaml", ["ART-3"]),
        ] {
            bundle(&folder, deployer, &[&flags[..], &["-o", "b"]].concat());
            folder.shell(change).done();
            let run = folder.strata(&["verify", "b"]);
            assert_eq!(run.codes(), codes, "{} {change}", deployer.0);
            folder.shell("rm -rf b").done();
        }
    }
}

/// Paths of the files in which two bundles differ; the list of checksums, which lists them, is not one.
fn changed(folder: &Folder, one: &str, other: &str) -> BTreeSet<String> {
    let path = |line: &String| line.split("  ").nth(1).unwrap_or_default().to_owned();
    let (one, other) = (listed(folder, one), listed(folder, other));
    one.symmetric_difference(&other).map(path).collect()
}

/// Where late values stand that are not in the folder of their component.
fn late_file(deployer: &str) -> &'static str {
    match deployer {
        "argocd-helm" => "values.yaml",
        _ => "no other file",
    }
}

#[test]
fn one_value_changes_the_files_of_its_component_alone() {
    const PORT: &str = "nfd:master.port=8080";
    for deployer in DEPLOYERS {
        let folder = Folder::in_memory(&[]);
        let make = |name: &str, flags: &[&str]| {
            let always = ["--dynamic", "nfd:master.port", "-o", name];
            bundle(&folder, deployer, &[&always[..], flags].concat()).done();
        };
        make("plain", &["--set", PORT]);
        // What else may change, beside the record of the bundle.
        for (name, flags, others) in [
            (
                "value",
                &["--set", PORT, "--set", "nfd:master.replicaCount=3"][..],
                &[][..],
            ),
            (
                "late",
                &["--set", "nfd:master.port=9090"],
                &[late_file(deployer.0)],
            ),
            (
                "image",
                &["--set", PORT, "--set", "nfd:image.tag=v9"],
                &["bom.cdx.json"],
            ),
        ] {
            make(name, flags);
            let changed = changed(&folder, "plain", name);
            let is_own = |path: &str| path.contains("nfd") || path == "bundle.yaml";
            let foreign: Vec<&String> = (changed.iter())
                .filter(|path| !is_own(path) && !others.contains(&path.as_str()))
                .collect();
            assert_eq!(foreign, [""; 0], "{} {name}: {changed:?}", deployer.0);
            assert!(changed.len() >= 2, "{} {name}: {changed:?}", deployer.0);
        }
    }
}

#[test]
fn one_value_of_a_recipe_changes_that_recipe_and_the_files_of_its_component() {
    let recipe = |count: u8| {
        format!(
            "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {{version: v1}}\ncriteria: {{}}\n\
             componentRefs:\n  - {{name: one, type: Helm, chart: c, version: 1.0.0, \
             source: 'https://charts.example.com', namespace: n}}\n  - {{name: two, type: Helm, chart: c, \
             version: 1.0.0, source: 'https://charts.example.com', namespace: n, dependencyRefs: [one], \
             overrides: {{replicas: {count}}}}}\n"
        )
    };
    for (deployer, stated) in DEPLOYERS {
        let folder = Folder::in_memory(&[("1.yaml", &recipe(1)), ("2.yaml", &recipe(2))]);
        for number in ["1", "2"] {
            let file = format!("{number}.yaml");
            let words = [
                "bundle",
                "--recipe",
                &file,
                "--deployer",
                deployer,
                "-q",
                "-o",
                number,
            ];
            folder.strata(&[&words[..], stated].concat()).done();
        }
        let changed = changed(&folder, "1", "2");
        let is_meant = |path: &&String| {
            path.contains("two") || ["bundle.yaml", "recipe.yaml"].contains(&path.as_str())
        };
        assert_eq!(
            changed.iter().filter(|path| !is_meant(path)).count(),
            0,
            "{deployer}: {changed:?}"
        );
        assert!(changed.contains("recipe.yaml"), "{deployer}: {changed:?}");
    }
}

#[test]
fn a_project_makes_what_flags_make() {
    let project = "apiVersion: strata.dev/v1alpha1\nkind: Project\nspec:\n  outputs:\n    - path: p\n      \
        criteria: {service: kind}\n      deployer: argocd\n      deployment:\n        \
        repo: https://git.example.com/ops/clusters.git\n        repoPath: clusters/dev\n        \
        targetRevision: v1\n        appName: parent\n        namePrefix: dev-\n        \
        project: gpu\n        destinationServer: https://10.0.0.1\n        cascadeDelete: true\n        \
        serial: true\n      keep: []\n";
    let folder = Folder::in_memory(&[("strata.yaml", project)]);
    folder.strata(&["bundle", "-q"]).done();
    let flags = [
        "--repo-path",
        "clusters/dev",
        "--target-revision",
        "v1",
        "--app-name",
        "parent",
        "--set",
        "deployer:namePrefix=dev-",
        "--set",
        "deployer:project=gpu",
        "--set-string",
        "deployer:destinationServer=https://10.0.0.1",
        "--set",
        "deployer:cascadeDelete=true",
        "--serial",
        "-o",
        "f",
    ];
    bundle(&folder, DEPLOYERS[2], &flags).done();
    assert_eq!(listed(&folder, "p"), listed(&folder, "f"));
    assert!(
        folder
            .read("f/app-of-apps.yaml")
            .contains("path: clusters/dev\n")
    );
    let waves = folder.shell("grep -h sync-wave f/*/application.yaml | sort -u | wc -l");
    assert_eq!(waves.stdout.trim(), "5");
}

#[test]
fn what_is_no_deployer_is_refused_with_the_nearest() {
    let folder = Folder::in_memory(&[]);
    let run = bundle(&folder, ("argocd-hlem", &[]), &[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("argocd-helm"), "{run:?}");
    for (text, help) in [
        ("deployer:namePrefx=a", "did you mean `namePrefix`?"),
        ("deployer:namePrefix", "write `--set deployer:KEY=VALUE`"),
        (
            "deployer:namePrefix=A",
            "begin with a lower-case letter or a digit; then also dashes",
        ),
    ] {
        let run = bundle(&folder, DEPLOYERS[2], &["--set", text]);
        let finding = run.refused(2, "REL-7");
        assert_eq!(finding["help"][0], help, "{finding}");
    }
    let run = bundle(&folder, DEPLOYERS[0], &["--set", "deployer:project=a"]);
    run.refused(2, "REL-7");
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_late_value_is_missing_until_it_is_there() {
    for deployer in DEPLOYERS {
        let folder = Folder::in_memory(&[]);
        let flags = ["--dynamic", "nfd:worker.config", "-o", "b"];
        bundle(&folder, deployer, &flags).done();
        let run = folder.strata(&["check", "b"]);
        if deployer.0 == "argocd-helm" {
            // It is given to Helm, and stands nowhere.
            assert_eq!(run.status, 0, "{run:?}");
            continue;
        }
        assert_eq!(run.status, 1, "{}: {run:?}", deployer.0);
        assert!(run.stdout.contains("\"BND-12\""), "{}: {run:?}", deployer.0);
        let file = match deployer.0 {
            "flux" => "nfd/configmap-values.yaml",
            _ => "002-nfd/cluster-values.yaml",
        };
        // Given by hand, and kept when the bundle is made again.
        let fill = format!("sed -i 's/config: \"\"/config: {{core: 1}}/' b/{file}");
        folder.shell(&fill).done();
        let keep = ["--keep", file];
        bundle(&folder, deployer, &[&flags[..], &keep].concat()).done();
        let run = folder.strata(&["check", "b"]);
        assert_eq!(run.status, 0, "{}: {run:?}", deployer.0);
        // And one that somebody empties again is missing again.
        let empty = format!("sed -i 's/config: .*/config:/' b/{file}");
        folder.shell(&empty).done();
        let run = folder.strata(&["check", "b"]);
        assert!(run.stdout.contains("\"BND-12\""), "{}: {run:?}", deployer.0);
    }
}

#[test]
fn deploy_sh_begins_only_when_every_late_value_is_there() {
    let what = "deploy.sh refuses to begin without a late value";
    if !strata_testkit::tools::available(what, &["helm3", "bash"]) {
        return;
    }
    let helm = strata_testkit::tools::find("helm3").expect("it is there");
    let folder = Folder::with(&[]);
    let flags = ["--dynamic", "nfd:worker.config", "-o", "b"];
    bundle(&folder, DEPLOYERS[0], &flags).done();
    let link = format!("mkdir bin && ln -s {} bin/helm", helm.display());
    folder.shell(&link).done();
    let deploy = "PATH=$PWD/bin:$PATH b/deploy.sh";
    let run = folder.shell(deploy);
    assert_eq!(run.status, 2, "{run:?}");
    let message = "002-nfd/cluster-values.yaml does not give what it must";
    assert!(run.stderr.contains(message), "{run:?}");
    // What comes next is that no cluster is there.
    folder
        .shell("sed -i 's/config: \"\"/config: x/' b/002-nfd/cluster-values.yaml")
        .done();
    let run = folder.shell(deploy);
    assert!(!run.stderr.contains(message), "{run:?}");
    assert_ne!(run.status, 0, "{run:?}");
    let printed = folder.shell("PATH=$PWD/bin:$PATH bash b/002-nfd/install.sh --print");
    let command = "helm template late-values ./late-values --values cluster-values.yaml";
    assert!(printed.stdout.contains(command), "{printed:?}");
}

#[test]
fn a_kustomization_of_the_registry_is_left_to_tools_that_build_them() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let registry = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents:\n- name: theirs\n  \
         displayName: Theirs\n  valueOverrideKeys: [th]\n  kustomize: {{defaultSource: \
         'https://git.example.com/x.git', defaultPath: config/default, defaultTag: {commit}}}\n"
    );
    let overlay = "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata: {name: mine}\nspec:\n  \
                   criteria: {service: kind}\n  componentRefs:\n  - {name: theirs, namespace: theirs, \
                   dependencyRefs: [cert-manager]}\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", &registry),
        ("d/overlays/mine.yaml", overlay),
    ]);
    let table = [
        "recipe",
        "--service",
        "kind",
        "--data",
        "d",
        "--format",
        "table",
    ];
    let shown = folder.strata(&table).done().stdout;
    let row = shown.lines().find(|line| line.contains(" theirs "));
    assert!(
        row.is_some_and(|row| row.contains(" 0123456789ab ")),
        "{shown}"
    );
    let about = |deployer: (&str, &[&str])| {
        let flags = ["--data", "d", "-o", deployer.0];
        bundle(&folder, deployer, &flags).done();
        let found = folder.shell(&format!(
            "cat $(find {} -path '*theirs*' -type f)",
            deployer.0
        ));
        found.done().stdout
    };
    for deployer in [DEPLOYERS[2], DEPLOYERS[3], DEPLOYERS[4]] {
        let said = about(deployer);
        for word in [commit, "https://git.example.com/x.git", "config/default"] {
            assert!(said.contains(word), "{}: {word}: {said}", deployer.0);
        }
    }
    // Values have no effect on it, which is said.
    let line = "strata bundle --service kind --data d --deployer argocd --allow-placeholder";
    let run = folder.shell(&format!("{line} --set theirs:a=b -o v"));
    assert_eq!((run.status, run.codes()), (0, vec!["CLU-52".to_owned()]));
}
