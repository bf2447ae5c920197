//! Other people's programs: found, bounded, and gone when they are done with.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at what programs left behind"
)]

use std::io::ErrorKind;
use std::time::Duration;

use strata_artifact::ArtifactPath;
use strata_host::{ProgramEnd, ProgramRun, RealSystem, System as _};

fn run(
    script: &str,
    files: &[(ArtifactPath, Vec<u8>)],
    seconds: u64,
) -> std::io::Result<ProgramEnd> {
    let arguments = ["-c", script].map(str::to_owned);
    RealSystem.run(&ProgramRun {
        program: "sh",
        arguments: &arguments,
        files,
        variables: &[("GIVEN", "yes")],
        limit: Duration::from_secs(seconds),
        most_bytes: 1 << 16,
    })
}

#[test]
fn a_program_finds_its_files_and_nothing_of_the_environment_but_what_it_needs() {
    let path = ArtifactPath::new("a/b.txt").expect("a safe path");
    let script = "cat a/b.txt; echo \"$GIVEN ${CARGO_MANIFEST_DIR:-none} ${PATH:+path}\"; echo x >&2; pwd >&2";
    let end = run(script, &[(path, b"content\n".to_vec())], 20).expect("it runs");
    assert!(end.is_success);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(&end.output), "content\nyes none path\n");
    let complaint = text(&end.complaint);
    let directory = complaint.lines().nth(1).expect("its directory");
    assert!(
        !std::path::Path::new(directory).exists(),
        "{directory} is still there"
    );
}

#[test]
fn a_program_that_fails_or_is_not_there_is_told_apart() {
    let end = run("echo no >&2; exit 3", &[], 20).expect("it runs");
    assert!(!end.is_success);
    assert_eq!(end.complaint, b"no\n");
    let missing = RealSystem.run(&ProgramRun {
        program: "no-such-program-anywhere",
        arguments: &[],
        files: &[],
        variables: &[],
        limit: Duration::from_secs(1),
        most_bytes: 1,
    });
    assert_eq!(
        missing.expect_err("there is none").kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn a_program_that_takes_too_long_ends_with_everything_it_started() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("pid");
    let script = format!("sleep 600 & echo $! >'{}'; wait", file.display());
    let error = run(&script, &[], 1).expect_err("it takes too long");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let pid = std::fs::read_to_string(file).expect("it began");
    // One that nobody has waited for yet is as good as gone.
    let state = || {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).ok()?;
        text.rsplit(") ").next()?.chars().next()
    };
    let is_gone = (0..100).any(|_| {
        let is_gone = matches!(state(), None | Some('Z' | 'X'));
        if !is_gone {
            std::thread::sleep(Duration::from_millis(20));
        }
        is_gone
    });
    assert!(is_gone, "{:?}", state());
}

#[test]
fn a_program_that_writes_without_end_is_stopped() {
    let error = run(
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        &[],
        30,
    );
    assert_eq!(error.expect_err("too much").kind(), ErrorKind::FileTooLarge);
}
