//! Completion as a shell asks for it: candidates come from the catalog in use.

use std::time::Instant;

use crate::folder::{EMPTY_REGISTRY, Folder, Run, STRATA};

/// Candidates for the last word of a command line.
fn candidates(folder: &Folder, words: &[&str]) -> Vec<String> {
    let mut command = folder.command(STRATA);
    command
        .env("STRATA_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n")
        .args(["--", "strata"])
        .args(words);
    let run = Run::of(&mut command).done();
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn criteria_complete_from_the_catalog_in_use() {
    let folder = Folder::with(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        (
            "d/overlays/a.yaml",
            "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: a}\nspec: {criteria: {service: acme}}\n",
        ),
    ]);
    assert_eq!(
        candidates(&folder, &["recipe", "--service", ""]),
        ["eks", "kind"]
    );
    assert_eq!(candidates(&folder, &["recipe", "--service", "e"]), ["eks"]);
    assert_eq!(
        candidates(&folder, &["bundle", "--intent", ""]),
        ["training"]
    );
    let layered = ["recipe", "--data", "d", "--service", ""];
    assert_eq!(candidates(&folder, &layered), ["acme", "eks", "kind"]);
    // A broken catalog must not print findings into somebody's prompt.
    let broken = ["recipe", "--data", "gone", "--service", ""];
    assert_eq!(candidates(&folder, &broken), Vec::<String>::new());
}

#[test]
fn components_complete_bare_and_as_paths() {
    let folder = Folder::with(&[]);
    assert_eq!(candidates(&folder, &["explain", "gpu"]), ["gpu-operator"]);
    assert_eq!(
        candidates(&folder, &["explain", "components.gpu"]),
        ["components.gpu-operator"]
    );
    assert_eq!(
        candidates(&folder, &["query", "components.gpu"]),
        ["components.gpu-operator"]
    );
    // What the query takes no bare name for is not offered as one.
    assert_eq!(candidates(&folder, &["query", "gpu"]), Vec::<String>::new());
    let offered = candidates(&folder, &["explain", ""]);
    for name in ["nfd", "cert-manager", "components.nfd", "deploymentOrder"] {
        assert!(offered.contains(&name.to_owned()), "{offered:?}");
    }
}

#[test]
fn codes_kinds_and_commands_complete() {
    let folder = Folder::with(&[]);
    assert_eq!(
        candidates(&folder, &["rule", "CLI-"])
            .first()
            .map(String::as_str),
        Some("CLI-1")
    );
    assert_eq!(candidates(&folder, &["schema", "Recipe"]).len(), 4);
    assert_eq!(candidates(&folder, &["rec"]), ["recipe"]);
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.strata(&["completion", shell]).done().stdout;
        assert!(script.contains("STRATA_COMPLETE"), "{shell}");
    }
    let line = "source <(strata completion bash) && COMP_WORDS=(strata recipe --service '') \
                COMP_CWORD=3 COMP_TYPE=9 && _clap_complete_strata strata '' --service && \
                echo \"${COMPREPLY[@]}\"";
    let run = folder.shell(line);
    assert_eq!(run.stdout, "eks kind\n", "{run:?}");
}

#[test]
fn bash_is_offered_nothing_in_the_middle_of_a_word() {
    let folder = Folder::with(&[]);
    for words in ["constraint ':'", "constraint ':' K8"] {
        let line = format!(
            "source <(strata completion bash) && COMP_WORDS=(strata explain {words}) && \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) COMP_TYPE=9 && \
             _clap_complete_strata strata '' x && echo \"${{COMPREPLY[@]}}\""
        );
        let run = folder.shell(&line);
        assert_eq!(run.stdout, "\n", "{run:?}");
    }
}

/// Says how long a shell waits; the budget is 20 ms with the release build, and is not asserted here
/// because this build is another one and the machine is shared.
#[test]
fn completion_time_is_printed() {
    let folder = Folder::with(&[]);
    let start = Instant::now();
    for _ in 0..10 {
        candidates(&folder, &["recipe", "--service", ""]);
    }
    println!(
        "completion: {:.1} ms",
        start.elapsed().as_secs_f64() * 100.0
    );
}
