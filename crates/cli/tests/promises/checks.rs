//! Checks of components: what fires, how it is said, and what the bundle keeps of it.

use serde_json::Value;

use crate::folder::{EMPTY_REGISTRY, Folder, Run, place};

const EKS: [&str; 6] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
];

fn bundle(folder: &Folder, flags: &[&str]) -> Run {
    folder.strata(&[&["bundle", "-o", "b", "-v"][..], &EKS, flags].concat())
}

/// The checks that fired, as `component/check severity`.
fn fired(run: &Run) -> Vec<String> {
    let findings = run.findings().into_iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .filter(|finding| finding["code"] == "CLU-46")
        .map(|finding| {
            let (component, check) = (
                text(&finding["data"]["component"]),
                text(&finding["data"]["check"]),
            );
            format!("{component}/{check} {}", text(&finding["severity"]))
        })
        .collect()
}

/// A recipe for AKS with the components that the check of the network drivers looks at.
fn aks(network_operator: &str, use_host_mofed: &str) -> String {
    format!(
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncriteria: {{service: aks}}\ncomponentRefs:\n\
         - {{name: gpu-operator, type: Helm, source: 'https://example.com', chart: a, version: '1', namespace: a, \
         overrides: {{driver: {{rdma: {{useHostMofed: {use_host_mofed}}}}}}}}}\n\
         - {{name: network-operator, type: Helm, source: 'https://example.com', chart: a, version: '1', namespace: a, \
         overrides: {{{network_operator}}}}}\ndeploymentOrder: []\n"
    )
}

const HOST_MOFED: &str = "gpu-operator/host-mofed-without-network-operator warning";

/// A registry of the reference: no notes beside it.
const REFERENCE: &str = "\
apiVersion: aicr.run/v1alpha2
kind: ComponentRegistry
components:
  - name: gpu-operator
    valueOverrideKeys: [gpuoperator]
    validations:
      - function: CheckHostMofedWithoutNetworkOperator
        severity: warning
        conditions: {service: [aks]}
        message: Keep it false.
  - name: network-operator
    valueOverrideKeys: [networkoperator]
";

/// D21: the check of the reference compares the text of two flags, and sees neither other spellings
/// nor the recipe.
#[test]
fn a_check_looks_at_final_values_however_they_were_stated() {
    let base =
        "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: base}\nspec: {}\n";
    let folder = Folder::in_memory(&[
        ("c/registry.yaml", REFERENCE),
        ("c/overlays/base.yaml", base),
    ]);
    let make = |recipe: String, flags: &[&str]| {
        folder.write("r.yaml", recipe);
        let _ = std::fs::remove_dir_all(folder.at("b"));
        let words = ["bundle", "-r", "r.yaml", "--catalog", "c", "-o", "b"];
        folder.strata(&[&words[..], flags].concat())
    };
    let stated = ["--set", "networkoperator:enabled=false"];
    let exact = ["--set", "network-operator:enabled=false"];
    let json = [
        "--set",
        "network-operator:enabled=false",
        "--set-json",
        "gpu-operator:driver={\"rdma\": {\"useHostMofed\": true}}",
    ];
    for (recipe, flags, expected) in [
        (aks("", "true"), &stated[..], true),
        (aks("", "true"), &exact[..], true),
        (aks("enabled: false", "true"), &[][..], true),
        (aks("enabled: false", "false"), &[][..], false),
        (aks("", "false"), &json[..], true),
        (aks("", "true"), &[][..], false),
        (
            aks("enabled: false", "true"),
            &["--set", "gpuoperator:driver.rdma.useHostMofed=false"][..],
            false,
        ),
        (
            aks("enabled: false", "true").replace("aks", "eks"),
            &[][..],
            false,
        ),
        (
            aks("enabled: false", "true"),
            &["--dynamic", "gpu-operator:driver.rdma.useHostMofed"][..],
            false,
        ),
    ] {
        let run = make(recipe.clone(), flags);
        assert_eq!(run.status, 0, "{run:?}");
        let found = fired(&run);
        let expected: &[&str] = if expected { &[HOST_MOFED] } else { &[] };
        assert_eq!(found, expected, "{flags:?} {recipe}");
    }
    let run = make(aks("enabled: false", "true"), &[]);
    let finding = run.findings().remove(0);
    assert_eq!(finding["help"][0], "Keep it false.");
    let places = finding["places"].to_string();
    for named in ["r.yaml", "c/registry.yaml"] {
        assert!(places.contains(named), "{places}");
    }
    let record = folder.read("b/bundle.yaml");
    let kept = "  notices:\n    - check: host-mofed-without-network-operator\n      code: CLU-46\n      component: gpu-operator\n";
    assert!(record.contains(kept), "{record}");
    folder.write(
        "c/registry.yaml",
        REFERENCE.replace("severity: warning", "severity: error"),
    );
    let run = make(aks("enabled: false", "true"), &[]);
    run.refused(2, "CLU-46");
    assert!(!folder.at("b").exists());
}

/// D36: the reference ignores a condition that it does not know, so that the check always counts.
#[test]
fn a_validation_with_an_unknown_condition_or_function_is_refused() {
    for (from, to, code, words) in [
        (
            "service: [aks]",
            "sevice: [aks]",
            "CLU-23",
            "did you mean `service`?",
        ),
        (
            "HostMofed",
            "HostMofd",
            "CLU-47",
            "did you mean `CheckHostMofedWithoutNetworkOperator`?",
        ),
        ("severity: warning", "severity: warn", "DOC-7", "warning"),
    ] {
        let folder = Folder::in_memory(&[("d/registry.yaml", &REFERENCE.replace(from, to))]);
        let finding = folder
            .strata(&["recipe", "--service", "kind", "--data", "d"])
            .refused(2, code);
        let help = finding.to_string();
        assert!(help.contains(words), "{help}");
        assert!(place(&finding).starts_with("d/registry.yaml:"), "{finding}");
    }
}

#[test]
fn selectors_that_nobody_states_are_recorded_and_said_with_v() {
    let folder = Folder::in_memory(&[]);
    let run = bundle(&folder, &["--storage-class", "gp3"]);
    let tuning = [
        "nodewright-customizations/workload-selector-missing note",
        "nodewright-customizations/accelerated-selector-missing note",
    ];
    assert_eq!(fired(&run), tuning, "{run:?}");
    assert!(
        folder
            .read("b/bundle.yaml")
            .contains("check: workload-selector-missing")
    );
    let stated = [
        "--storage-class",
        "gp3",
        "--workload-selector",
        "a=b",
        "--set-json",
        "nodewright-customizations:acceleratedNodeSelector={\"a\": \"b\"}",
    ];
    let folder = Folder::in_memory(&[]);
    bundle(&folder, &stated).done();
    assert!(!folder.read("b/bundle.yaml").contains("notices"));
}

#[test]
fn a_volume_without_a_storage_class_is_named_once() {
    let open = "kube-prometheus-stack/storage-class-left-open warning";
    // The catalog's driver brings a default class, unless it is told not to.
    let without = [
        "--set",
        "aws-ebs-csi-driver:defaultStorageClass.enabled=false",
    ];
    let claim = "prometheus.prometheusSpec.storageSpec";
    let named =
        format!("kube-prometheus-stack:{claim}.volumeClaimTemplate.spec.storageClassName=a");
    let later = format!("kube-prometheus-stack:{claim}");
    for (flags, expected) in [
        (&[][..], false),
        (&without[..], true),
        (&["--set", "aws-ebs-csi-driver:enabled=false"][..], true),
        (
            &[without[0], without[1], "--storage-class", "gp3"][..],
            false,
        ),
        (&[without[0], without[1], "--dynamic", &later][..], false),
        (&[without[0], without[1], "--set", &named][..], false),
        (
            &[
                without[0],
                without[1],
                "--set",
                "kube-prometheus-stack:enabled=false",
            ][..],
            false,
        ),
    ] {
        let folder = Folder::in_memory(&[]);
        let run = bundle(&folder, flags);
        let found = fired(&run).iter().filter(|check| *check == open).count();
        assert_eq!(found, usize::from(expected), "{flags:?}: {run:?}");
    }
}

#[test]
fn who_allocates_gpus_cannot_wait_and_is_for_the_recipe_to_say() {
    for path in [
        "gpu-operator:devicePlugin",
        "gpuoperator:devicePlugin.enabled",
        "nvidia-dra-driver-gpu:resources.gpus",
        "nvidia-dra-driver-gpu:gpuResourcesEnabledOverride.x",
    ] {
        let folder = Folder::in_memory(&[]);
        let finding = bundle(&folder, &["--dynamic", path]).refused(2, "CLU-46");
        assert_eq!(place(&finding), format!("--dynamic {path}"));
        assert!(finding["help"].to_string().contains("--set"), "{finding}");
        assert!(folder.names().is_empty());
    }
    let folder = Folder::in_memory(&[]);
    let run = bundle(
        &folder,
        &["--set", "gpuoperator:devicePlugin.enabled=false"],
    );
    assert_eq!(run.status, 0, "{run:?}");
    let expected = "gpu-operator/gpu-allocation-stated warning".to_owned();
    assert!(fired(&run).contains(&expected), "{run:?}");
}

#[test]
fn values_of_two_components_that_must_agree() {
    for (flags, expected) in [
        (
            &["--set", "gpu-operator:hostPaths.driverInstallDir=/opt"][..],
            "nvidia-dra-driver-gpu/driver-directories-differ warning",
        ),
        (
            &["--set", "nvidia-dra-driver-gpu:resources.gpus.enabled=true"][..],
            "nvidia-dra-driver-gpu/two-allocators warning",
        ),
        (
            &["--set", "gpu-operator:nfd.enabled=true"][..],
            "gpu-operator/two-feature-discoveries warning",
        ),
    ] {
        let folder = Folder::in_memory(&[]);
        let run = bundle(&folder, flags);
        assert!(fired(&run).contains(&expected.to_owned()), "{run:?}");
    }
    let folder = Folder::in_memory(&[]);
    let agreed = [
        "--set",
        "gpu-operator:hostPaths.driverInstallDir=/opt",
        "--set",
        "nvidia-dra-driver-gpu:nvidiaDriverRoot=/opt",
    ];
    let run = bundle(&folder, &agreed);
    assert!(!run.stderr.contains("directories-differ"), "{run:?}");
}

#[test]
fn an_explanation_names_the_check() {
    let folder = Folder::in_memory(&[]);
    let target = ["explain", "nodewright-customizations"];
    let run = folder.strata(&[&target[..], &EKS].concat()).done();
    let line = "check `workload-selector-missing` would fire in a bundle, note: nothing says which pods are workloads (catalog/cluster/";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let run = folder
        .strata(&[&["explain", "nfd"][..], &EKS].concat())
        .done();
    assert!(!run.stdout.contains("check `"), "{}", run.stdout);
}

/// A new check that compares values is data, and a layer can switch another one off.
#[test]
fn a_layer_adds_a_check_and_switches_one_off() {
    let notes = "\
kind: ComponentNotes
apiVersion: strata.dev/v1alpha1
spec:
  components:
    - name: kube-prometheus-stack
      checks:
        - { name: storage-class-left-open, severity: off }
        - name: retention-without-space
          severity: error
          if:
            - { value: prometheus.prometheusSpec.retention, satisfies: 'in (90d, 365d)' }
          message: its volume is too small for this retention
          help: enlarge the volume
";
    let files = [("d/registry.yaml", EMPTY_REGISTRY), ("d/notes.yaml", notes)];
    let folder = Folder::in_memory(&files);
    let run = bundle(
        &folder,
        &["--data", "d", "--set", "aws-ebs-csi-driver:enabled=false"],
    );
    assert!(!run.stderr.contains("storage-class"), "{run:?}");
    // The layer says nothing of what the component is for, so what the catalog says stays.
    let words = [
        "explain",
        "kube-prometheus-stack",
        "--service",
        "eks",
        "--data",
        "d",
    ];
    let explained = folder.strata(&words).done().stdout;
    let about = "shows metrics of nodes, pods and GPUs";
    assert!(explained.contains(about), "{explained}");
    let folder = Folder::in_memory(&files);
    let flags = [
        "--data",
        "d",
        "--set",
        "kube-prometheus-stack:prometheus.prometheusSpec.retention=90d",
    ];
    let finding = bundle(&folder, &flags).refused(2, "CLU-46");
    assert_eq!(
        finding["message"],
        "`kube-prometheus-stack`: its volume is too small for this retention"
    );
    assert_eq!(finding["data"]["check"], "retention-without-space");
    assert!(
        finding["places"].to_string().contains("d/notes.yaml"),
        "{finding}"
    );
}

/// D13: what is given at installation does not reach manifests that are rendered now.
#[test]
fn a_dynamic_path_that_a_manifest_uses_is_a_finding() {
    let manifest = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: mine}
data:
  {{- $v := index .Values \"nfd\" }}
  {{- with $v.topologyUpdater }}
  enable: {{ .enable | quote }}
  {{- end }}
  {{- if $v.extra }}
  extra: there
  {{- end }}
";
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  criteria: {service: kind}\n  \
                   componentRefs: [{name: nfd, manifestFiles: [components/nfd/mine.yaml]}]\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", overlay),
        ("d/components/nfd/mine.yaml", manifest),
    ]);
    for (path, expected) in [
        ("nfd:topologyUpdater.enable", true),
        ("nfd:topologyUpdater", true),
        ("nfd:extra", true),
        ("nfd:extra.deep", true),
        ("nfd:topologyUpdater.createCRDs", false),
        ("nfd:other", false),
    ] {
        let _ = std::fs::remove_dir_all(folder.at("b"));
        let words = [
            "bundle",
            "--service",
            "kind",
            "--data",
            "d",
            "-o",
            "b",
            "--dynamic",
            path,
        ];
        let run = folder.strata(&words);
        assert_eq!(run.status, 0, "{run:?}");
        let found: Vec<Value> = run
            .findings()
            .into_iter()
            .filter(|f| f["code"] == "CLU-48")
            .collect();
        assert_eq!(found.len(), usize::from(expected), "{path}: {run:?}");
        let record = folder.read("b/bundle.yaml");
        assert_eq!(record.contains("code: CLU-48"), expected, "{record}");
        if let Some(finding) = found.first() {
            assert_eq!(place(finding), format!("--dynamic {path}"));
            let message = finding["message"].to_string();
            assert!(message.contains("components/nfd/mine.yaml"), "{message}");
        }
    }
}

#[test]
fn a_stated_credential_is_pointed_out_without_repeating_it() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--storage-class",
        "gp3",
        "--set",
        "nfd:registry.adminPassword=hunter2",
        "--set-json",
        "nfd:list=[{\"apiKey\": \"hunter2\", \"existingSecret\": \"x\", \"token\": \"\"}]",
        "--set",
        "nfd:token=false",
    ];
    let run = bundle(&folder, &flags);
    assert_eq!(run.status, 0, "{run:?}");
    let found: Vec<Value> = run
        .findings()
        .into_iter()
        .filter(|f| f["code"] == "CLU-49")
        .collect();
    let paths: Vec<&str> = found
        .iter()
        .filter_map(|f| f["data"]["path"].as_str())
        .collect();
    assert_eq!(
        paths,
        ["list[0].apiKey", "registry.adminPassword"],
        "{run:?}"
    );
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
    assert!(found[0]["help"].to_string().contains("--dynamic"));
}
