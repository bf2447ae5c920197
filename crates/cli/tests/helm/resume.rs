//! `deploy.sh` interrupted and run again: what stands is left alone, what was killed is cleared, and
//! the revisions are those of an undisturbed run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bundle::text;
use crate::deploy::assert_success;
use crate::stage::{RELEASES, Stage, ended, in_bundle, signal, standing};

fn all(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// An undisturbed run, which leaves nothing to do; returns how long it took.
fn undisturbed(stage: &Stage, bundle: &Path) -> Duration {
    let began = Instant::now();
    assert_success(&stage.script(bundle, "deploy.sh", &[]));
    let took = began.elapsed();
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    let again = stage.script(bundle, "deploy.sh", &[]);
    assert_success(&again);
    assert!(text(&again.stdout).ends_with("nothing to do\n"));
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    stage.clear();
    took
}

/// Independent releases are worked on at once; none begins before what it needs is there.
fn levels(stage: &Stage, bundle: &Path) {
    stage.gate("first", false);
    stage.gate("second", false);
    let deploy = stage.start_deploy(bundle, &[]);
    stage.wait_for("shared/first", "pending-install");
    stage.wait_for("shared/second", "pending-install");
    stage.gate("second", true);
    stage.wait_for("shared/second", "deployed");
    let names: Vec<String> = stage.releases().into_keys().collect();
    assert_eq!(names, ["shared/first", "shared/second"]);
    stage.gate("first", true);
    let (status, said) = ended(deploy);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    for (release, namespace, dependencies) in RELEASES {
        let (began, _) = times(stage, namespace, release);
        for dependency in dependencies {
            let (_, namespace, _) = RELEASES
                .iter()
                .find(|(name, ..)| name == dependency)
                .expect("it is a release");
            let (_, ended) = times(stage, namespace, dependency);
            assert!(ended <= began, "{release} began before {dependency}");
        }
    }
    stage.clear();
}

/// When the record of a release's only revision was made, and when it was last written, in seconds.
fn times(stage: &Stage, namespace: &str, release: &str) -> (u64, u64) {
    let selector = format!("owner=helm,name={release}");
    let columns = "--output=jsonpath={.items[0].metadata.labels.modifiedAt} \
                   {.items[0].metadata.creationTimestamp}";
    let record = stage.plane.kubectl(&[
        "get",
        "secret",
        "--namespace",
        namespace,
        "--selector",
        &selector,
        columns,
    ]);
    assert_success(&record);
    let said = text(&record.stdout);
    let (modified, created) = said.split_once(' ').expect("two columns");
    let created = std::process::Command::new("date")
        .args(["--date", created, "+%s"])
        .output()
        .expect("date runs");
    let seconds = |text: &str| text.trim().parse().expect("seconds");
    (seconds(&text(&created.stdout)), seconds(modified))
}

/// Killed with all its children at any moment, then run again from the first that does not stand.
fn killed_anywhere(stage: &Stage, bundle: &Path, whole: Duration, points: u32) {
    for point in 1..=points {
        let deploy = stage.start_deploy(bundle, &[]);
        sleep(whole * point / (points + 1));
        signal(&deploy, "KILL", true);
        ended(deploy);
        let before = stage.releases();
        let stands = |name: &str| {
            let facts = before.iter().find(|(key, _)| key.ends_with(name));
            facts.is_some_and(|(_, facts)| facts.ends_with(" deployed"))
        };
        let first = RELEASES.iter().position(|(name, ..)| !stands(name));
        let from = (first.unwrap_or_default() + 1).to_string();
        assert_success(&stage.script(bundle, "deploy.sh", &["--from", &from]));
        assert_eq!(stage.releases(), standing(|_| (1, 1)), "after {before:?}");
        stage.clear();
    }
}

/// Killed while Helm waits: with its group, or alone, when its Helm must not live on.
fn killed_in_a_step(stage: &Stage, bundle: &Path, ways: &[bool]) {
    for &is_group in ways {
        stage.gate("middle", false);
        let deploy = stage.start_deploy(bundle, &[]);
        stage.wait_for("middle/middle", "pending-install");
        stage.wait_for("crowd/crowd", "deployed");
        signal(&deploy, "KILL", is_group);
        let (status, _) = ended(deploy);
        assert_eq!(status, None, "it was killed");
        stage.gate("middle", true);
        if !is_group {
            // A helm that lived on would see the gate open.
            sleep(Duration::from_secs(3));
        }
        let releases = stage.releases();
        assert_eq!(releases["middle/middle"], "middle-1.0.0 1 pending-install");

        let checked = stage.script(bundle, "deploy.sh", &["--dry-run"]);
        assert_success(&checked);
        assert_eq!(stage.releases(), releases, "a dry run changes nothing");
        let resumed = stage.script(bundle, "deploy.sh", &["--from", "003-middle"]);
        assert_success(&resumed);
        let said = text(&resumed.stdout);
        assert!(said.contains("003-middle | clearing revision 1, which was left pending-install"));
        assert!(said.contains("done: 2, standing before: 1"), "{said}");
        assert_eq!(stage.releases(), standing(|_| (1, 1)));
        stage.clear();
    }
}

/// Asked to stop, Helm records it, and the command that goes on is said.
fn interrupted(stage: &Stage, bundle: &Path, name: &str) {
    stage.gate("middle", false);
    let deploy = stage.start_deploy(bundle, &["--timeout", "3m"]);
    stage.wait_for("middle/middle", "pending-install");
    stage.wait_for("crowd/crowd", "deployed");
    signal(&deploy, name, false);
    let (status, said) = ended(deploy);
    assert_eq!(status, Some(130), "{said}");
    let command = format!(
        "go on with: {} --context test --timeout 3m --from 003-middle\n",
        in_bundle(bundle, "deploy.sh")
    );
    assert!(said.ends_with(&command), "{said}");
    assert!(stage.releases()["middle/middle"].ends_with(" failed"));
    stage.gate("middle", true);
    assert_success(&stage.script(bundle, "deploy.sh", &["--from", "3"]));
    stage.clear();
}

/// A changed bundle upgrades what differs and nothing else, also when it is killed in between; so
/// does an edit of values.
fn upgrade(stage: &Stage, bundle: &Path) {
    assert_success(&stage.script(bundle, "deploy.sh", &[]));
    let changed = stage.bundle("changed", &["middle", "second"]);
    stage.gate("middle", false);
    let deploy = stage.start_deploy(&changed, &[]);
    stage.wait_for("middle/middle", "pending-upgrade");
    signal(&deploy, "KILL", true);
    ended(deploy);
    stage.gate("middle", true);
    assert_success(&stage.script(&changed, "deploy.sh", &["--from", "middle"]));
    let upgraded = |name: &str| match name {
        "middle" | "second" => (2, 2),
        _ => (1, 1),
    };
    assert_eq!(stage.releases(), standing(upgraded));

    let values = changed.join("004-last/cluster-values.yaml");
    std::fs::write(values, "edited: 'true'\n").expect("the file is written");
    assert_success(&stage.script(&changed, "deploy.sh", &[]));
    let edited = |name: &str| match name {
        "last" => (1, 2),
        other => upgraded(other),
    };
    assert_eq!(stage.releases(), standing(edited));

    // install.sh alone leaves the same labels, so that nothing is done twice.
    let alone = stage.script(&changed, "005-crowd/install.sh", &["--wait"]);
    assert_success(&alone);
    let again = stage.script(&changed, "deploy.sh", &[]);
    assert!(text(&again.stdout).ends_with("nothing to do\n"));
    stage.clear();
}

/// What is printed installs the same when it is pasted.
fn printed(stage: &Stage, bundle: &Path) {
    let printed = stage.script(bundle, "deploy.sh", &["--print", "--context", "test"]);
    assert_success(&printed);
    assert_eq!(stage.releases(), BTreeMap::new(), "nothing was done");
    let script = stage.directory.path().join("pasted");
    std::fs::create_dir_all(&script).expect("a directory can be made");
    let commands = format!("set -eu\n{}", text(&printed.stdout));
    std::fs::write(script.join("all.sh"), commands).expect("the file is written");
    assert_success(&stage.script(&script, "all.sh", &[]));
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    let again = stage.script(bundle, "deploy.sh", &[]);
    assert!(text(&again.stdout).ends_with("nothing to do\n"));
    stage.clear();
}

/// A release that somebody else works on stops the run before it changes anything.
fn pending_elsewhere(stage: &Stage, bundle: &Path) {
    stage.gate("last", false);
    let mut helm = stage.start_foreign("last", "last");
    stage.wait_for("last/last", "pending-install");
    helm.kill().expect("helm is killed");
    helm.wait().expect("helm is waited for");
    let before = stage.releases();
    let refused = stage.script(bundle, "deploy.sh", &[]);
    assert_eq!(refused.status.code(), Some(4), "{}", all(&refused));
    let said = text(&refused.stderr);
    assert!(said.contains("no bundle began that"), "{said}");
    assert_eq!(stage.releases(), before);
    // The command that is advised is the one that helps.
    let advised = said.lines().last().expect("a command").trim();
    assert!(advised.starts_with("kubectl --context test delete secret"));
    let words: Vec<&str> = advised.split(' ').skip(1).collect();
    assert_success(&stage.plane.kubectl(&words));
    stage.gate("last", true);
    assert_success(&stage.script(bundle, "deploy.sh", &[]));
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    stage.clear();
}

/// What failed, why, and how to go on; a failure that may pass is tried again, another is not.
fn failures(stage: &Stage, bundle: &Path) {
    stage.gate("middle", false);
    let words = ["--timeout", "5s", "--retries", "0", "--serial"];
    let failed = stage.script(bundle, "deploy.sh", &words);
    assert_eq!(failed.status.code(), Some(1), "{}", all(&failed));
    let said = text(&failed.stderr);
    assert!(said.contains("deploy.sh: 003-middle failed\n"), "{said}");
    assert!(
        said.contains("last warnings in namespace middle:\n"),
        "{said}"
    );
    assert!(said.contains("FailedScheduling"), "{said}");
    assert!(
        said.ends_with("--context test --timeout 5s --retries 0 --serial --from 003-middle\n"),
        "{said}"
    );
    assert_eq!(stage.releases().len(), 3, "nothing after it was begun");
    stage.gate("middle", true);
    assert_success(&stage.script(bundle, "deploy.sh", &["--serial", "--from", "003-middle"]));
    let again = |name: &str| (1, if name == "middle" { 2 } else { 1 });
    assert_eq!(stage.releases(), standing(again));

    stage.fail_first("Error: dial tcp: connection reset by peer");
    let retried = stage.script(bundle, "deploy.sh", &["--only", "last", "--all"]);
    stage.fail_first("");
    assert_success(&retried);
    let said = text(&retried.stdout);
    assert!(
        said.contains("004-last | failed; again in 5 s (1 of 2)"),
        "{said}"
    );

    stage.fail_first("Error: execution error at (last/templates/x.yaml:1:1): no");
    let refused = stage.script(bundle, "deploy.sh", &["--only", "004", "--all"]);
    stage.fail_first("");
    assert_eq!(refused.status.code(), Some(1), "{}", all(&refused));
    assert!(!text(&refused.stdout).contains("again in"));
    assert!(text(&refused.stderr).ends_with("--context test --all --only 004-last\n"));

    for (words, status) in [
        (vec!["--context", "elsewhere"], 3),
        (vec!["--only", "absent"], 2),
        (vec!["--from", "6"], 2),
        (vec!["--timeout", "soon"], 2),
        (vec!["--retries", "-1"], 2),
        (vec!["--nonsense"], 2),
    ] {
        let refused = stage.script(bundle, "deploy.sh", &words);
        assert_eq!(refused.status.code(), Some(status), "{words:?}");
    }
}

/// Without the authority of the registry Helm refuses, which no second try changes; what came from
/// elsewhere stands.
fn untrusted(stage: &Stage, bundle: &Path) {
    let refused = stage.script_without_authority(bundle, "deploy.sh", &[]);
    assert_eq!(refused.status.code(), Some(1), "{}", all(&refused));
    let said = text(&refused.stdout);
    for words in [
        "002-second | Error: ",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "002-second | the certificate is not trusted here; SSL_CERT_FILE=FILE names",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("again in"), "{said}");
    let said = text(&refused.stderr);
    assert!(
        said.ends_with("--context test --from 002-second\n"),
        "{said}"
    );
    let stands: Vec<String> = stage.releases().into_keys().collect();
    assert_eq!(stands, ["shared/first"]);
    assert_success(&stage.script(bundle, "deploy.sh", &["--from", "002-second"]));
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    stage.clear();
}

/// Everything, with the Helm that is newest.
#[test]
fn deploy_sh_goes_on_after_a_kill_with_helm_4() {
    let Some(stage) = Stage::start("deploy.sh goes on after a kill", "helm4", &[]) else {
        return;
    };
    let bundle = stage.bundle("bundle", &[]);
    untrusted(&stage, &bundle);
    let took = undisturbed(&stage, &bundle);
    levels(&stage, &bundle);
    killed_anywhere(&stage, &bundle, took, 4);
    killed_in_a_step(&stage, &bundle, &[true, false]);
    interrupted(&stage, &bundle, "TERM");
    upgrade(&stage, &bundle);
    printed(&stage, &bundle);
    pending_elsewhere(&stage, &bundle);
    failures(&stage, &bundle);
}

/// What depends on what Helm leaves behind. Order, printing, retries and refusals are the script's
/// own and the same with every Helm.
#[test]
fn deploy_sh_goes_on_after_a_kill_with_helm_3() {
    let Some(stage) = Stage::start("deploy.sh goes on after a kill", "helm3", &[]) else {
        return;
    };
    let bundle = stage.bundle("bundle", &[]);
    untrusted(&stage, &bundle);
    let took = undisturbed(&stage, &bundle);
    killed_anywhere(&stage, &bundle, took, 2);
    killed_in_a_step(&stage, &bundle, &[false]);
    interrupted(&stage, &bundle, "INT");
    upgrade(&stage, &bundle);
}
