//! Values stated for one bundle: what arrives, what is refused, what is recorded and explained.

use crate::folder::{Folder, Run, place};

/// The values file of a release in `b`.
fn values(folder: &Folder, release: &str) -> String {
    let names = std::fs::read_dir(folder.at("b")).expect("a bundle");
    let folder_name = names
        .map(|entry| entry.expect("readable").file_name())
        .find(|name| name.to_string_lossy().ends_with(&format!("-{release}")));
    let name = folder_name.unwrap_or_else(|| panic!("no release {release}"));
    folder.read(&format!("b/{}/values.yaml", name.to_string_lossy()))
}

fn bundle(folder: &Folder, flags: &[&str]) -> Run {
    let mut words = vec!["bundle", "--service", "kind", "-o", "b"];
    words.extend(flags);
    folder.strata(&words)
}

#[test]
fn a_version_stays_what_was_typed() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--set",
        "cert-manager:image.tag=550.90",
        "--set",
        "cert-manager:replicas=2",
        "--set",
        "cert-manager:debug=true",
        "--set-string",
        "cert-manager:port=8080",
        "--set",
        "cert-manager:text=a=b: c",
    ];
    bundle(&folder, &flags).done();
    let values = values(&folder, "cert-manager");
    for line in [
        "  tag: \"550.90\"\n",
        "replicas: 2\n",
        "debug: true\n",
        "port: \"8080\"\n",
        "text: 'a=b: c'\n",
    ] {
        assert!(values.contains(line), "{line}{values}");
    }
}

#[test]
fn an_alias_means_its_component_and_the_exact_name_wins() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--set",
        "cert-manager:replicas=2",
        "--set",
        "certmanager:replicas=3",
        "--set",
        "certmanager:other=4",
        "--set",
        "certmanager:other=5",
    ];
    bundle(&folder, &flags).done();
    let values = values(&folder, "cert-manager");
    assert!(values.contains("replicas: 2\n"), "{values}");
    assert!(values.contains("other: 5\n"), "{values}");
}

#[test]
fn the_order_of_flags_does_not_matter_for_paths_in_each_other() {
    let flags = ["nfd:a={\"b\": 1, \"c\": 1}", "nfd:a.b=2", "nfd:d.e=3"];
    let mut written = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let folder = Folder::in_memory(&[]);
        let mut words = Vec::new();
        for index in order {
            words.extend(["--set-json", flags[index]]);
        }
        bundle(&folder, &words).done();
        written.push(values(&folder, "nfd"));
    }
    assert!(
        written[0].contains("a:\n  b: 2\n  c: 1\n"),
        "{}",
        written[0]
    );
    assert!(written.iter().all(|values| *values == written[0]));
}

#[test]
fn a_file_is_merged_and_its_content_recorded() {
    let folder = Folder::in_memory(&[("extra.yaml", "worker:\n  config: |\n    a: 1\n")]);
    bundle(&folder, &["--set-file", "nfd:extra=extra.yaml"]).done();
    let written = values(&folder, "nfd");
    assert!(
        written.contains("extra:\n  worker:\n    config: |\n      a: 1\n"),
        "{written}"
    );
    // The bundle explains the line although the file is gone.
    std::fs::remove_file(folder.at("extra.yaml")).expect("removed");
    let line = 1 + written
        .lines()
        .position(|line| line.contains("config:"))
        .expect("there");
    let target = format!("b/002-nfd/values.yaml:{line}");
    let run = folder.strata(&["explain", &target]).done();
    assert!(run.stdout.contains("flag --set-file"), "{}", run.stdout);
    let gone = bundle(&folder, &["--set-file", "nfd:extra=gone.yaml"]);
    gone.refused(3, "HST-1");
}

#[test]
fn an_explanation_names_the_flag_and_what_it_replaced() {
    let folder = Folder::in_memory(&[]);
    bundle(&folder, &["--set", "nfd:topologyUpdater.enable=true"]).done();
    let written = values(&folder, "nfd");
    let line = 1 + written
        .lines()
        .position(|line| line == "  enable: true")
        .expect("there");
    let target = format!("b/002-nfd/values.yaml:{line}");
    let run = folder
        .strata(&["explain", &target, "--format", "json"])
        .done();
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(answer["value"], true);
    assert_eq!(answer["history"][0]["author"], "flag --set");
    assert_eq!(answer["history"][0]["file"], "b/bundle.yaml");
    assert_eq!(answer["history"][1]["role"], "overridden");
    assert_eq!(
        answer["history"][1]["file"],
        "catalog/cluster/overlays/kind.yaml"
    );
}

#[test]
fn a_component_can_be_left_out_and_its_dependents_stay() {
    let folder = Folder::in_memory(&[]);
    bundle(
        &folder,
        &["--set", "prometheus-operator-crds:enabled=false"],
    )
    .done();
    let script = folder.read("b/deploy.sh");
    assert!(!script.contains("prometheus-operator-crds"), "{script}");
    assert!(script.contains("kube-prometheus-stack"), "{script}");
    assert!(
        folder
            .read("b/bundle.yaml")
            .contains("statement: prometheus-operator-crds:enabled=false")
    );
}

#[test]
fn what_is_stated_wins_over_the_default_tolerations() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--set-json",
        "nfd:worker.tolerations=[{\"key\": \"gpu\", \"operator\": \"Exists\"}]",
        "--set-json",
        "nfd:master.tolerations=[]",
    ];
    bundle(&folder, &flags).done();
    let written = values(&folder, "nfd");
    assert!(
        written.contains("master:\n  tolerations: []\n"),
        "{written}"
    );
    let worker = "worker:\n  tolerations:\n    - key: gpu\n      operator: Exists\n";
    assert!(written.contains(worker), "{written}");
    assert!(
        written.contains("gc:\n  tolerations:\n    - operator: Exists\n"),
        "{written}"
    );
}

#[test]
fn a_statement_without_effect_is_refused() {
    for (flags, code, words) in [
        (["--set", "nfdd:a=1"], "CLU-40", "did you mean `nfd`?"),
        (["--set", "kueue:a=1"], "CLU-40", "its components"),
        (["--set", "nfd"], "CLU-39", "COMPONENT:PATH=VALUE"),
        (["--set", "nfd:a"], "CLU-39", "COMPONENT:PATH=VALUE"),
        (["--set", ":a=1"], "CLU-39", "COMPONENT:PATH=VALUE"),
        (["--set", "nfd:=1"], "CLU-39", "COMPONENT:PATH=VALUE"),
        (["--set", "nfd:a..b=1"], "CLU-39", "COMPONENT:PATH=VALUE"),
        (["--set", "nfd:enabled=maybe"], "CLU-39", "installed"),
        (
            ["--set", "gpu-operator:enabled=true"],
            "CLU-39",
            "platform provides it",
        ),
        (["--set", "nfd:topologyUpdater=1"], "CLU-39", "--set-json"),
        (
            ["--set", "nfd:topologyUpdater.enable.x=1"],
            "CLU-39",
            "--set-json",
        ),
        (["--set-json", "nfd:a={b"], "CLU-39", "quote"),
        (["--set-json", "nfd:a=yes"], "CLU-39", "quote"),
        (["--set-json", "nfd:a=010"], "CLU-39", "quote"),
        (["--set-json", "nfd:a={b: 1}"], "CLU-39", "quote"),
        (
            ["--set-json", "nfd:enabled=false"],
            "CLU-39",
            "--set COMPONENT:enabled=false",
        ),
    ] {
        let folder = Folder::in_memory(&[]);
        let finding = bundle(&folder, &flags).refused(2, code);
        let help = finding["help"].to_string();
        assert!(help.contains(words), "{flags:?}: {help}");
        assert_eq!(place(&finding), flags.join(" "), "{finding}");
        assert!(folder.names().is_empty(), "{:?}", folder.names());
    }
}

#[test]
fn flags_replace_the_list_of_the_configuration() {
    let config = "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec:\n  recipe:\n    criteria:\n      \
                  service: kind\n  bundle:\n    deployment:\n      set:\n        - nfd:a=1\n        - nfd:b=2\n";
    let folder = Folder::in_memory(&[("c.yaml", config)]);
    folder
        .strata(&["bundle", "--config", "c.yaml", "-o", "b"])
        .done();
    let written = values(&folder, "nfd");
    assert!(written.contains("a: 1\nb: 2\n"), "{written}");
    std::fs::remove_dir_all(folder.at("b")).expect("removed");
    let words = [
        "bundle", "--config", "c.yaml", "-o", "b", "--set", "nfd:b=3",
    ];
    folder.strata(&words).done();
    let written = values(&folder, "nfd");
    assert!(
        written.contains("b: 3\n") && !written.contains("a: 1\n"),
        "{written}"
    );
    folder.write("c.yaml", config.replace("nfd:a=1", "nfdd:a=1"));
    let finding = folder
        .strata(&["bundle", "--config", "c.yaml", "-o", "d"])
        .refused(2, "CLU-40");
    assert_eq!(place(&finding), "c.yaml:10");
}

#[test]
fn what_is_stated_in_vain_is_said_to_be() {
    let folder = Folder::in_memory(&[]);
    for stated in [
        &["--set", "gpu-operator:driver.version=1"][..],
        &["--dynamic", "gpu-operator:driver.version"],
        &["--workload-gate", "a=b:NoSchedule"],
        &["--accelerated-node-selector", "a=b"],
    ] {
        let run = folder.strata(&[&["bundle", "--service", "kind"], stated].concat());
        assert_eq!(
            (run.status, run.codes()),
            (0, vec!["CLU-52".to_owned()]),
            "{stated:?}"
        );
    }
}
