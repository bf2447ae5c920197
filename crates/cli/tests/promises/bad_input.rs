//! Bad input: what it is told, how it exits, and that it leaves nothing behind.
//!
//! The gallery in `docs/src/mistakes.md` shows the mistakes that people make and is replayed word for
//! word; here are those that need more than a console: other users, signals, devices, two runs at once.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::folder::{EMPTY_REGISTRY, Folder, Run, STRATA, place};

const RECIPE: &str = "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs: []\n";

fn layer(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(&[("d/registry.yaml", EMPTY_REGISTRY)]);
    for (path, text) in files {
        folder.write(path, text);
    }
    folder
}

const WITH_LAYER: [&str; 5] = ["recipe", "--service", "kind", "--data", "d"];

#[test]
fn a_byte_order_mark_is_no_part_of_a_document() {
    let folder = Folder::with(&[("r.yaml", &format!("\u{feff}{RECIPE}"))]);
    let run = folder.strata(&["query", "-r", "r.yaml", "kind"]).done();
    assert_eq!(run.stdout, "RecipeResult\n");
    folder.write("c.json", "\u{feff}{\"kind\": \"AICRConfig\"}");
    folder
        .strata(&["recipe", "--config", "c.json"])
        .refused(2, "DOC-12");
}

#[test]
fn a_document_in_utf_16_is_no_text() {
    let folder = Folder::with(&[]);
    let utf16: Vec<u8> = "\u{feff}kind: RecipeResult\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    folder.write("r.yaml", utf16);
    let finding = folder
        .strata(&["query", "-r", "r.yaml", "kind"])
        .refused(2, "DOC-1");
    assert_eq!(place(&finding), "r.yaml");
}

#[test]
fn a_tab_is_shown_where_it_stands() {
    let folder = layer(&[(
        "d/overlays/a.yaml",
        "kind: RecipeMetadata\nspec:\n\tbase: eks\n",
    )]);
    let finding = folder.strata(&WITH_LAYER).refused(2, "DOC-3");
    assert_eq!(place(&finding), "d/overlays/a.yaml:3");
}

#[test]
fn a_program_among_overlays_is_named() {
    let folder = layer(&[]);
    folder.write("d/overlays/a.yaml", b"\x7fELF\xff\xfe");
    let finding = folder.strata(&WITH_LAYER).refused(2, "DOC-1");
    assert_eq!(place(&finding), "d/overlays/a.yaml");
}

#[test]
fn nesting_without_end_does_not_overflow_the_stack() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("a: {}{}\n", open.repeat(100_000), close.repeat(100_000));
        let folder = Folder::with(&[("r.yaml", &deep)]);
        let finding = folder
            .strata(&["query", "-r", "r.yaml", "kind"])
            .refused(2, "DOC-2");
        assert_eq!(place(&finding), "r.yaml:1");
    }
    let block: String = (0..2_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let folder = Folder::with(&[("r.yaml", &block)]);
    folder
        .strata(&["query", "-r", "r.yaml", "kind"])
        .refused(2, "DOC-2");
}

#[test]
fn links_and_special_files_in_a_layer_are_refused_by_name() {
    for (make, found) in [
        ("ln -s /etc/passwd d/link.yaml", "d/link.yaml"),
        ("ln -s / d/everything", "d/everything"),
        ("ln -s gone d/dangling", "d/dangling"),
        ("mkfifo d/pipe.yaml", "d/pipe.yaml"),
    ] {
        let folder = layer(&[]);
        folder.shell(make).done();
        let finding = folder.strata(&WITH_LAYER).refused(2, "HST-6");
        assert_eq!(place(&finding), found);
    }
}

#[test]
fn paths_that_leave_a_layer_are_refused_wherever_one_may_stand() {
    for path in [
        "../outside.yaml",
        "/etc/passwd",
        "components/../../x",
        "a\\\\b",
        "./x",
    ] {
        for field in [
            "valuesFile: PATH",
            "manifestFiles: [PATH]",
            "preManifestFiles: [PATH]",
        ] {
            let field = field.replace("PATH", &format!("\"{path}\""));
            let overlay = format!(
                "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: a}}\n\
                 spec:\n  criteria: {{service: kind}}\n  componentRefs: [{{name: nfd, {field}}}]\n"
            );
            let folder = layer(&[("d/overlays/a.yaml", &overlay), ("outside.yaml", "a: 1\n")]);
            let finding = folder.strata(&WITH_LAYER).refused(2, "CLU-17");
            assert_eq!(place(&finding), "d/overlays/a.yaml:6", "{path} {field}");
        }
        let registry = format!(
            "kind: ComponentRegistry\napiVersion: aicr.run/v1alpha2\n\
             components: [{{name: nfd, healthCheck: {{assertFile: \"{path}\"}}}}]\n"
        );
        let folder = layer(&[("d/registry.yaml", &registry)]);
        let run = folder.strata(&WITH_LAYER);
        assert_eq!(run.status, 2, "{path}: {run:?}");
        assert!(
            run.codes().contains(&"CLU-17".to_owned()),
            "{path}: {run:?}"
        );
    }
}

#[test]
fn control_characters_of_input_never_reach_the_terminal() {
    let folder = Folder::with(&[("r.yaml", "kind: \"\\e[31mred\\a\"\n")]);
    for format in ["human", "json"] {
        let arguments = ["query", "-r", "r.yaml", "kind", "--message-format", format];
        let run = folder.strata(&arguments);
        assert_eq!(run.status, 2, "{run:?}");
        let is_clean = |c: char| c == '\n' || !c.is_control();
        assert!(run.stderr.chars().all(is_clean), "{run:?}");
    }
    let run = folder.strata(&[
        "recipe",
        "--service",
        "\u{1b}[2Jeks",
        "--message-format=human",
    ]);
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
}

/// Runs a line as a user who may write nothing here, whoever runs the tests.
fn as_stranger(folder: &Folder, line: &str) -> Run {
    // By another process: one that a test beside this one starts may still hold what we wrote open,
    // and such a file cannot be run.
    folder.shell(&format!("cp '{STRATA}' strata")).done();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("ours");
    let is_root = folder.shell("id -u").done().stdout.trim() == "0";
    let run = if is_root {
        let drop = "setpriv --reuid=65534 --regid=65534 --clear-groups";
        folder.shell(&format!("{drop} bash -c '{line}'"))
    } else {
        folder.shell(line)
    };
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    run
}

#[test]
fn a_target_that_may_not_be_written_stays_as_it_was() {
    for line in [
        "./strata recipe --service kind -o recipe.yaml",
        "./strata bundle --service kind -o out",
        "./strata bundle --service kind -o a/b/out",
        "./strata man -o pages",
    ] {
        let folder = Folder::with(&[("recipe.yaml", "mine\n")]);
        as_stranger(&folder, line).refused(6, "HST-7");
        assert_eq!(folder.names(), ["recipe.yaml", "strata"], "{line}");
        assert_eq!(folder.read("recipe.yaml"), "mine\n");
    }
}

#[test]
fn a_file_that_may_not_be_read_is_refused() {
    let folder = Folder::with(&[("secret.yaml", RECIPE), ("d/registry.yaml", EMPTY_REGISTRY)]);
    for path in ["secret.yaml", "d/registry.yaml"] {
        fs::set_permissions(folder.at(path), fs::Permissions::from_mode(0o000)).expect("ours");
    }
    let finding = as_stranger(&folder, "./strata query -r secret.yaml kind").refused(4, "HST-2");
    assert_eq!(place(&finding), "secret.yaml");
    let finding =
        as_stranger(&folder, "./strata recipe --service kind --data d").refused(4, "HST-2");
    assert_eq!(place(&finding), "d/registry.yaml");
}

#[test]
fn a_full_disk_is_reported_wherever_it_is_met() {
    let folder = Folder::with(&[]);
    let finding = folder
        .strata(&["recipe", "--service", "kind", "-o", "/dev/full"])
        .refused(6, "HST-7");
    assert_eq!(place(&finding), "/dev/full");
    for line in [
        "strata recipe --service kind >/dev/full",
        "strata query --service kind '' >/dev/full",
        "strata explain --service kind nfd >/dev/full",
        "strata catalog list >/dev/full",
        "strata rule >/dev/full",
        "strata schema RecipeResult >/dev/full",
        "strata completion bash >/dev/full",
        "strata man >/dev/full",
        "strata config show >/dev/full",
        "strata --version >/dev/full",
        "strata --help >/dev/full",
        "strata recipe --help >/dev/full",
    ] {
        let run = folder.shell(line);
        assert_eq!(run.status, 6, "{line}: {run:?}");
        assert_eq!(run.codes(), ["HST-7"], "{line}: {run:?}");
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_closed_pipe_is_success_without_a_word() {
    // Nobody reads at the other end from the very first byte.
    let closed = || std::io::pipe().expect("a pipe").1;
    let folder = Folder::with(&[]);
    for line in [
        "recipe --service kind",
        "query --service kind metadata",
        "explain --service kind nfd",
        "bundle --service kind",
        "rule",
        "man",
        "schema RecipeResult",
        "completion bash",
        "catalog list",
        "config show",
        "--help",
        "--version",
    ] {
        let mut command = folder.command(STRATA);
        command.args(line.split(' ')).stdout(closed());
        let child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // What is left of the pipe in this process goes with the command.
        drop(command);
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{line}");
    }
    let mut command = folder.command(STRATA);
    let run = Run::of(
        command
            .args(["recipe", "--service", "ekz"])
            .stderr(closed()),
    );
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    for line in [
        "strata recipe --service ekz 2>&-",
        "strata recipe --servce eks 2>&-",
    ] {
        let run = folder.shell(line);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{line}");
    }
    let run = folder.shell("strata recipe --service kind >&-");
    assert!(!run.stderr.contains("panicked"), "{run:?}");
}

/// A recipe whose bundle takes a while to write.
fn large_recipe() -> String {
    let names: Vec<String> = (0..900).map(|number| format!("c{number}")).collect();
    let refs: String = names
        .iter()
        .map(|name| {
            format!(
                "  - {{name: {name}, type: Helm, source: https://example.com, chart: c, \
                 version: 1.0.0, namespace: c}}\n"
            )
        })
        .collect();
    format!(
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n{refs}\
         deploymentOrder: [{}]\n",
        names.join(", ")
    )
}

/// Starts a bundle, sends a signal once its first files are there, and returns how it ended. A run
/// that was done before the signal came is taken away and tried again.
fn interrupted(folder: &Folder, signal: &str) -> Run {
    for _ in 0..5 {
        let run = signaled(folder, signal);
        if run.status != 0 {
            return run;
        }
        fs::remove_dir_all(folder.at("out")).expect("it is complete");
    }
    panic!("every run was done before the signal came");
}

fn signaled(folder: &Folder, signal: &str) -> Run {
    let child = folder
        .command(STRATA)
        .env("STRATA_MESSAGE_FORMAT", "json")
        .args(["bundle", "-r", "large.yaml", "-o", "out"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let is_writing = || {
        folder
            .names()
            .iter()
            .any(|name| name == ".out.strata-staging")
    };
    for _ in 0..5_000 {
        if is_writing() {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let kill = folder
        .command("kill")
        .args([signal, &child.id().to_string()])
        .output();
    assert!(kill.is_ok());
    Run::from(child.wait_with_output().expect("it ends"))
}

#[test]
fn an_interrupted_bundle_leaves_nothing() {
    let folder = Folder::in_memory(&[("large.yaml", &large_recipe())]);
    for signal in ["-INT", "-TERM"] {
        let run = interrupted(&folder, signal);
        let finding = run.refused(130, "HST-10");
        assert_eq!(place(&finding), "out");
        assert_eq!(folder.names(), ["large.yaml"], "{signal}");
    }
}

#[test]
fn a_killed_bundle_leaves_no_target() {
    let folder = Folder::in_memory(&[("large.yaml", &large_recipe())]);
    let run = interrupted(&folder, "-KILL");
    assert_eq!(run.status, 137);
    assert!(!folder.at("out").exists());
    // What it left besides does not keep the next run from its work, and is gone after it.
    let next = folder.strata(&["bundle", "--service", "kind", "-o", "out"]);
    assert_eq!((next.status, next.codes()), (0, vec!["HST-15".to_owned()]));
    assert_eq!(folder.names(), ["large.yaml", "out"]);
}

#[test]
fn of_two_runs_into_one_directory_the_last_wins_whole() {
    let folder = Folder::in_memory(&[]);
    for round in 0..10 {
        let out = format!("out{round}");
        let start = |service: &str| {
            folder
                .command(STRATA)
                .env("STRATA_MESSAGE_FORMAT", "json")
                .args(["bundle", "--service", service, "-o", &out])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        };
        let children = [start("kind"), start("eks")];
        let runs = children.map(|child| Run::from(child.wait_with_output().expect("it ends")));
        for run in runs.iter().filter(|run| run.status != 0) {
            run.refused(6, "HST-11");
        }
        let winners: Vec<&Run> = runs.iter().filter(|run| run.status == 0).collect();
        assert!(!winners.is_empty(), "{runs:?}");
        let sums = format!("cd {out} && sha256sum --check --quiet checksums.txt");
        folder.shell(&sums).done();
        let files = folder
            .shell(&format!("find {out} -type f | wc -l"))
            .done()
            .stdout;
        let said = format!(" {} files,", files.trim());
        let is_whole = winners.iter().any(|run| run.stdout.contains(&said));
        assert!(is_whole, "{winners:?} {files}");
    }
    assert!(folder.names().iter().all(|name| name.starts_with("out")));
}

#[test]
fn a_single_file_is_replaced_whole_and_its_link_kept() {
    let folder = Folder::with(&[("real.yaml", "old\n")]);
    folder.shell("ln -s real.yaml link.yaml").done();
    folder
        .strata(&["recipe", "--service", "kind", "-o", "link.yaml"])
        .done();
    assert!(folder.read("real.yaml").contains("kind: RecipeResult"));
    assert!(
        fs::symlink_metadata(folder.at("link.yaml"))
            .expect("there")
            .is_symlink()
    );
    // A refused run leaves the file of an earlier one alone.
    let before = folder.read("real.yaml");
    folder
        .strata(&[
            "recipe",
            "--service",
            "kind",
            "--os",
            "ubuntu",
            "-o",
            "real.yaml",
        ])
        .refused(2, "CLU-2");
    assert_eq!(folder.read("real.yaml"), before);
    folder
        .strata(&["recipe", "--service", "kind", "-o", "."])
        .refused(2, "HST-3");
    let finding = folder
        .strata(&["recipe", "--service", "kind", "-o", "no/such/r.yaml"])
        .refused(6, "HST-7");
    assert_eq!(place(&finding), "no/such/r.yaml");
    assert_eq!(folder.names(), ["link.yaml", "real.yaml"]);
}

#[test]
fn a_document_of_100_mib_is_refused_at_its_limit_from_a_pipe_too() {
    let folder = Folder::with(&[]);
    let mut child = folder
        .command(STRATA)
        .env("STRATA_MESSAGE_FORMAT", "json")
        .args(["query", "-r", "-", "kind"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("piped");
    let line = vec![b'x'; 1 << 20];
    let written = (0..100)
        .take_while(|_| pipe.write_all(&line).is_ok())
        .count();
    drop(pipe);
    let finding = Run::from(child.wait_with_output().expect("it ends")).refused(2, "HST-4");
    assert_eq!(place(&finding), "<stdin>");
    assert!(written < 100, "it read everything");
}

#[test]
fn an_argument_that_is_no_text_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::with(&[]);
    for arguments in [
        &["recipe", "--service"][..],
        &["query", "kind", "-r"],
        &["rule"],
    ] {
        let mut command = folder.command(STRATA);
        command
            .env("STRATA_MESSAGE_FORMAT", "json")
            .args(arguments)
            .arg(OsStr::from_bytes(b"\xff"));
        Run::of(&mut command).refused(2, "CLI-1");
    }
    let mut command = folder.command(STRATA);
    command
        .env("STRATA_MESSAGE_FORMAT", "json")
        .env("STRATA_SERVICE", OsStr::from_bytes(b"\xff"))
        .arg("recipe");
    Run::of(&mut command).refused(2, "CLI-1");
}

#[test]
fn a_target_that_cannot_be_a_bundle_is_named_for_what_it_is() {
    let folder = Folder::with(&[("file", "mine\n"), ("full/mine", "mine\n")]);
    folder
        .shell("mkdir -p empty here && ln -s empty link && ln -s gone dangling")
        .done();
    let before = folder.names();
    let here = folder.at("here").display().to_string();
    for (target, status, code) in [
        ("", 2, "HST-5"),
        ("file", 2, "HST-5"),
        ("file/below", 6, "HST-7"),
        ("link", 2, "HST-5"),
        ("link/", 2, "HST-5"),
        ("dangling", 2, "HST-5"),
        ("full", 4, "HST-8"),
        (".", 4, "HST-8"),
        ("/", 4, "HST-8"),
    ] {
        folder
            .strata(&["bundle", "--service", "kind", "-o", target])
            .refused(status, code);
    }
    // However it is called, the directory one stands in is filled and not exchanged.
    for target in [".", "./", "../here", "../empty/../here", &here] {
        let line = format!("cd here && strata bundle --service kind -o '{target}' && ls deploy.sh");
        folder.shell(&line).done();
    }
    assert_eq!(folder.names(), before);
    let made = folder
        .strata(&["bundle", "--service", "kind", "-o", "empty/"])
        .done();
    assert!(
        made.stdout.contains("\n  empty/deploy.sh\n"),
        "{}",
        made.stdout
    );
}

#[test]
fn an_input_without_a_name_is_said_to_have_none() {
    let folder = Folder::with(&[]);
    for arguments in [
        &["query", "-r", "", "kind"][..],
        &["recipe", "--service", "kind", "--data", ""],
        &["recipe", "--service", "kind", "--snapshot", ""],
        &["recipe", "--catalog", "", "--service", "kind"],
    ] {
        let finding = folder.strata(arguments).refused(3, "HST-1");
        assert!(
            finding["message"].as_str().expect("text").contains("empty"),
            "{finding}"
        );
    }
}

#[test]
fn overrides_that_are_no_mapping_are_refused_where_they_stand() {
    for overrides in ["text", "[1]", "3"] {
        let recipe = format!(
            "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- name: x\n  type: Helm\n  \
             source: https://example.com\n  chart: c\n  version: 1.0.0\n  namespace: n\n  \
             overrides: {overrides}\ndeploymentOrder: [x]\n"
        );
        let folder = Folder::with(&[("r.yaml", &recipe)]);
        let finding = folder
            .strata(&["bundle", "-r", "r.yaml"])
            .refused(2, "DOC-7");
        assert_eq!(place(&finding), "r.yaml:10", "{overrides}");
        let overlay = format!(
            "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: a}}\nspec:\n  \
             criteria: {{service: kind}}\n  componentRefs: [{{name: nfd, overrides: {overrides}}}]\n"
        );
        let folder = layer(&[("d/overlays/a.yaml", &overlay)]);
        let run = folder.strata(&["bundle", "--service", "kind", "--data", "d"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.codes().contains(&"DOC-7".to_owned()), "{run:?}");
        assert_eq!(folder.names(), ["d"]);
    }
}

#[test]
fn a_line_that_a_bundle_does_not_have_is_not_explained() {
    let folder = Folder::with(&[]);
    folder.strata(&["bundle", "--service", "kind"]).done();
    let values = "bundle/002-nfd/values.yaml";
    let lines = folder.read(values).lines().count();
    let explain = |line: usize| folder.strata(&["explain", &format!("{values}:{line}")]);
    explain(lines).done();
    for line in [0, lines + 1, 4_000_000_000] {
        let finding = explain(line).refused(3, "CLU-34");
        assert!(place(&finding).starts_with(values), "{finding}");
    }
    folder.write("bundle/mine.txt", "x\n");
    folder
        .strata(&["explain", "bundle/mine.txt:1"])
        .refused(3, "CLU-34");
    folder
        .strata(&["explain", "bundle/gone/values.yaml:3"])
        .refused(3, "HST-1");
}
