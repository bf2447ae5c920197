//! Runs the control plane and the chart repository as the suites of other crates do.

use std::process::Output;

use strata_testkit::chart_repository::{self, ChartRepository};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::tools;

/// Returns what a program wrote, or fails with what it complained about.
fn text(output: Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaint}", output.status);
    String::from_utf8(output.stdout).expect("programs write UTF-8")
}

fn wait_for_nodes(plane: &ControlPlane) {
    text(plane.kubectl(&[
        "wait",
        "node",
        "--all",
        "--for=condition=Ready",
        "--timeout=60s",
    ]));
}

#[test]
fn helm_installs_a_chart_from_loopback_into_a_real_control_plane() {
    let options = Options {
        has_controllers: true,
        nodes: 1,
        ..Options::default()
    };
    let mut programs = options.programs();
    programs.extend(["helm3", "helm4"]);
    if !tools::available("helm installs into a control plane", &programs) {
        return;
    }
    let charts = tempfile::tempdir().unwrap();
    chart_repository::stub_chart(charts.path(), "sample", "1.2.3").unwrap();
    chart_repository::index(charts.path()).unwrap();
    let repository = ChartRepository::start(charts.path()).unwrap();
    let plane = ControlPlane::start(options).unwrap();
    wait_for_nodes(&plane);

    text(plane.kubectl(&["create", "namespace", "plain"]));
    text(plane.kubectl(&[
        "create",
        "configmap",
        "kept",
        "--namespace=plain",
        "--from-literal=a=b",
    ]));
    let kept = [
        "get",
        "configmap",
        "kept",
        "--namespace=plain",
        "--output=jsonpath={.data.a}",
    ];
    assert_eq!(text(plane.kubectl(&kept)), "b");

    for helm in ["helm3", "helm4"] {
        let mut install = plane.command(helm).unwrap();
        install
            .args([
                "upgrade",
                "--install",
                "release",
                "sample",
                "--version=1.2.3",
            ])
            .args([
                "--repo",
                &repository.url(),
                "--namespace",
                helm,
                "--create-namespace",
            ])
            .args(["--set", "gpus.count=8", "--wait", "--timeout=60s"]);
        text(install.output().unwrap());
        let namespace = format!("--namespace={helm}");
        let values = [
            "get",
            "configmap",
            "release-values",
            &namespace,
            "--output=jsonpath={.data}",
        ];
        let values: serde_json::Value =
            serde_json::from_str(&text(plane.kubectl(&values))).unwrap();
        assert_eq!(values["chart"], "sample");
        assert_eq!(values["version"], "1.2.3");
        assert_eq!(values["values.yaml"], "gpus:\n  count: 8\n");
    }
}

#[test]
fn a_job_for_eight_gpus_completes_and_one_for_nine_waits() {
    let options = Options::full(2);
    if !tools::available("jobs run on pretended nodes", &options.programs()) {
        return;
    }
    let plane = ControlPlane::start(options).unwrap();
    wait_for_nodes(&plane);
    plane.apply(&job("fits", 8)).unwrap();
    plane.apply(&job("is-too-big", 9)).unwrap();
    text(plane.kubectl(&[
        "wait",
        "job/fits",
        "--for=condition=Complete",
        "--timeout=60s",
    ]));
    let unschedulable =
        r#"--for=jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}=Unschedulable"#;
    let selector = "--selector=job-name=is-too-big";
    text(plane.kubectl(&["wait", "pod", selector, unschedulable, "--timeout=60s"]));
}

#[test]
fn the_api_server_alone_checks_objects_and_stops_with_its_owner() {
    let options = Options::default();
    if !tools::available("the API server checks objects", &options.programs()) {
        return;
    }
    let plane = ControlPlane::start(options).unwrap();
    let refused = plane.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: Not_A_Name}}");
    assert!(refused.unwrap_err().to_string().contains("Not_A_Name"));
    let pod = r#"{
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "bare" },
        "spec": { "containers": [{ "name": "main", "image": "none" }] }
    }"#;
    plane.apply(pod).unwrap();

    let folder = plane.kubeconfig().parent().unwrap().to_owned();
    let processes: Vec<_> = plane
        .process_ids()
        .iter()
        .map(|id| format!("/proc/{id}"))
        .collect();
    assert!(processes.len() == 2 && folder.exists());
    drop(plane);
    assert!(!folder.exists());
    assert!(
        processes
            .iter()
            .all(|process| !std::path::Path::new(process).exists())
    );
}

fn job(name: &str, gpus: u32) -> String {
    serde_json::json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "name": name },
        "spec": { "template": { "spec": {
            "restartPolicy": "Never",
            "containers": [{
                "name": "main",
                "image": "none",
                "resources": { "limits": { "nvidia.com/gpu": gpus } },
            }],
        } } },
    })
    .to_string()
}
