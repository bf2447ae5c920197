//! Settings: a configuration file is read strictly, and every setting says where it comes from.

use std::collections::BTreeMap;

use crate::folder::{Folder, Run, STRATA, place};

const CONFIG: &str =
    "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nmetadata: {name: test}\nspec:\n";

fn configured(spec: &str) -> Folder {
    Folder::with(&[("c.yaml", &format!("{CONFIG}{spec}"))])
}

/// `config show` as name → (value, origin).
fn settings(
    folder: &Folder,
    variables: &[(&str, &str)],
    flags: &[&str],
) -> BTreeMap<String, (String, String)> {
    let mut command = folder.command(STRATA);
    command
        .envs(variables.iter().copied())
        .args(["config", "show", "--format", "json"])
        .args(flags);
    let run = Run::of(&mut command).done();
    let list: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    list.iter()
        .map(|entry| {
            (
                text(&entry["name"]),
                (text(&entry["value"]), text(&entry["from"])),
            )
        })
        .collect()
}

fn pair(value: &str, origin: &str) -> (String, String) {
    (value.to_owned(), origin.to_owned())
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let folder = configured(
        "  recipe:\n    criteria: {service: eks, accelerator: h100, nodes: 4}\n    criteriaStrict: true\n    data: d\n",
    );
    let file = ["--config", "c.yaml"];
    let service = |variables: &[(&str, &str)], flags: &[&str]| {
        settings(&folder, variables, flags).remove("service")
    };
    let both = ["--config", "c.yaml", "--service", "gke"];
    let variable = [("STRATA_SERVICE", "kind")];
    assert_eq!(service(&variable, &both), Some(pair("gke", "--service")));
    assert_eq!(
        service(&variable, &file),
        Some(pair("kind", "STRATA_SERVICE"))
    );
    assert_eq!(
        service(&[("STRATA_SERVICE", "")], &file),
        Some(pair("eks", "c.yaml:6"))
    );
    assert_eq!(service(&[], &file), Some(pair("eks", "c.yaml:6")));
    assert_eq!(service(&[], &[]), None);

    let all = settings(&folder, &[], &file);
    assert_eq!(all["nodes"], pair("4", "c.yaml:6"));
    assert_eq!(all["criteria-strict"], pair("true", "c.yaml:7"));
    assert_eq!(all["data"], pair("d", "c.yaml:8"));
    assert_eq!(all["config"], pair("c.yaml", "--config"));
    let all = settings(
        &folder,
        &[
            ("STRATA_CONFIG", "c.yaml"),
            ("STRATA_NODES", "8"),
            ("STRATA_DATA", "e"),
        ],
        &[],
    );
    assert_eq!(all["config"], pair("c.yaml", "STRATA_CONFIG"));
    assert_eq!(all["nodes"], pair("8", "STRATA_NODES"));
    assert_eq!(all["data"], pair("e", "STRATA_DATA"));
}

#[test]
fn the_references_variable_stands_between_ours_and_the_file() {
    let folder = configured("  recipe: {criteria: {service: eks}, criteriaStrict: true}\n");
    let strict = |variables: &[(&str, &str)], flags: &[&str]| {
        settings(&folder, variables, flags)
            .remove("criteria-strict")
            .expect("always shown")
    };
    let file = ["--config", "c.yaml"];
    let reference = ("AICR_CRITERIA_STRICT", "No");
    assert_eq!(strict(&[], &[]), pair("false", "default"));
    assert_eq!(strict(&[], &file), pair("true", "c.yaml:5"));
    assert_eq!(
        strict(&[reference], &file),
        pair("false", "AICR_CRITERIA_STRICT")
    );
    let ours = ("STRATA_CRITERIA_STRICT", "1");
    assert_eq!(
        strict(&[reference, ours], &file),
        pair("true", "STRATA_CRITERIA_STRICT")
    );
    let flags = ["--config", "c.yaml", "--criteria-strict"];
    let off = ("STRATA_CRITERIA_STRICT", "off");
    assert_eq!(
        strict(&[reference, off], &flags),
        pair("true", "--criteria-strict")
    );
    assert_eq!(
        strict(&[("AICR_CRITERIA_STRICT", "")], &file),
        pair("true", "c.yaml:5")
    );
}

#[test]
fn settings_have_the_effect_that_they_are_shown_with() {
    let folder = configured(
        "  recipe:\n    criteria: {service: kind}\n    output: {path: from-file.json}\n",
    );
    folder.strata(&["recipe", "--config", "c.yaml"]).done();
    assert!(folder.read("from-file.json").starts_with('{'));
    let run = folder
        .strata(&[
            "recipe",
            "--config",
            "c.yaml",
            "--service",
            "eks",
            "-o",
            "-",
        ])
        .done();
    assert!(run.stdout.contains("service: eks"), "{}", run.stdout);
    let mut command = folder.command(STRATA);
    command
        .env("STRATA_SERVICE", "eks")
        .args(["query", "--config", "c.yaml", "criteria.service"]);
    assert_eq!(Run::of(&mut command).done().stdout, "eks\n");
    let run = folder
        .shell("strata query --config - criteria.service <c.yaml")
        .done();
    assert_eq!(run.stdout, "kind\n");
}

#[test]
fn a_variable_with_a_wrong_value_is_named() {
    let folder = Folder::with(&[]);
    for (variable, value) in [
        ("STRATA_NODES", "many"),
        ("STRATA_ALLOW_EXCLUDED", "perhaps"),
        ("STRATA_COLOR", "red"),
    ] {
        let mut command = folder.command(STRATA);
        let run = Run::of(
            command
                .env(variable, value)
                .args(["recipe", "--service", "kind"]),
        );
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains(&format!("`{variable}`")), "{run:?}");
        let mut command = folder.command(STRATA);
        Run::of(
            command
                .env(variable, "")
                .args(["recipe", "--service", "kind"]),
        )
        .done();
    }
}

#[test]
fn a_configuration_file_is_read_strictly() {
    for (spec, code, line) in [
        ("  recipe: {critera: {service: eks}}\n", "DOC-9", ":5"),
        ("  recipe: {criteria: {servce: eks}}\n", "DOC-9", ":5"),
        ("  bundle: {deployment: {deploer: helm}}\n", "DOC-9", ":5"),
        ("  recipe: {criteria: eks}\n", "DOC-7", ":5"),
        ("  recipe: {criteriaStrict: perhaps}\n", "DOC-7", ":5"),
        ("  {}\n", "CLU-36", ""),
        (
            "  recipe: {criteria: {service: eks}, input: {snapshot: s.yaml}}\n",
            "CLU-36",
            ":5",
        ),
        (
            "  recipe: {output: {path: a}}\n  bundle: {input: {recipe: b}}\n",
            "CLU-36",
            ":6",
        ),
        (
            "  recipe: {output: {path: a, format: xml}, criteria: {service: kind}}\n",
            "CLU-36",
            ":5",
        ),
        ("  recipe: {criteria: {service: ekz}}\n", "CLU-4", ":5"),
        (
            "  recipe: {criteria: {service: kind, os: ubuntu}}\n",
            "CLU-2",
            ":5",
        ),
    ] {
        let folder = configured(spec);
        let finding = folder
            .strata(&["recipe", "--config", "c.yaml"])
            .refused(2, code);
        if !line.is_empty() {
            assert_eq!(
                place(&finding),
                format!("c.yaml{line}"),
                "{spec}: {finding}"
            );
        }
        assert_eq!(folder.names(), ["c.yaml"]);
    }
    for (head, code) in [
        ("kind: Config\napiVersion: aicr.run/v1alpha2\n", "DOC-11"),
        ("kind: AICRConfig\napiVersion: v1\n", "DOC-12"),
        ("kind: AICRConfig\n", "DOC-12"),
    ] {
        let text = format!("{head}spec: {{recipe: {{criteria: {{service: eks}}}}}}\n");
        let folder = Folder::with(&[("c.yaml", &text)]);
        folder
            .strata(&["recipe", "--config", "c.yaml"])
            .refused(2, code);
    }
}

#[test]
fn a_setting_that_cannot_be_honored_is_refused_where_it_stands() {
    for setting in [
        "deployment: {vendorCharts: true}",
        "deployment: {deployer: fluxcd}",
        "attestation: {enabled: true}",
    ] {
        let folder = configured(&format!(
            "  recipe: {{criteria: {{service: kind}}}}\n  bundle:\n    {setting}\n"
        ));
        let finding = folder
            .strata(&["bundle", "--config", "c.yaml"])
            .refused(2, "CLU-37");
        assert_eq!(place(&finding), "c.yaml:7", "{setting}");
        assert_eq!(folder.names(), ["c.yaml"]);
    }
    // What the deployer has no use for is refused by it.
    for setting in [
        "deployment: {appName: a}",
        "deployment: {deployer: flux, repo: 'x y'}",
    ] {
        let folder = configured(&format!(
            "  recipe: {{criteria: {{service: kind}}}}\n  bundle:\n    {setting}\n"
        ));
        let words = ["bundle", "--config", "c.yaml", "--allow-placeholder"];
        let finding = folder.strata(&words).refused(2, "REL-7");
        assert_eq!(place(&finding), "c.yaml:7", "{setting}");
    }
}

#[test]
fn the_configuration_chooses_and_informs_the_deployer() {
    let folder = configured(
        "  recipe: {criteria: {service: kind}}\n  bundle:\n    deployment:\n      deployer: ArgoCD\n      \
         repo: https://git.example.com/ops/x.git\n      appName: stack\n",
    );
    folder
        .strata(&["bundle", "--config", "c.yaml", "-o", "b"])
        .done();
    let parent = folder.read("b/app-of-apps.yaml");
    assert!(
        parent.contains("repoURL: https://git.example.com/ops/x.git\n"),
        "{parent}"
    );
    assert!(parent.contains("name: stack\n"), "{parent}");
    // A flag wins.
    let flags = ["--repo", "https://git.example.com/other.git"];
    let words = ["bundle", "--config", "c.yaml", "-o", "c"];
    folder.strata(&[&words[..], &flags].concat()).done();
    let parent = folder.read("c/app-of-apps.yaml");
    assert!(
        parent.contains("repoURL: https://git.example.com/other.git\n"),
        "{parent}"
    );
}
