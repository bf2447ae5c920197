//! Whether a health check can pass in the image that it runs in, as far as the catalog knows.
//!
//! A check fails for good where it runs a program that the image lacks. Whoever mounts the program or
//! installs it at the start is believed; what is more than a list of commands is not judged.

use crate::context::Context;
use crate::images::{Doubt, Fact, Known, Presence};
use crate::model::{Command, Probe, Service};
use crate::shell::{self, Script};

/// What is known of a health check.
#[derive(Clone, Debug)]
pub(crate) enum Verdict<'a> {
    /// Nothing speaks against it.
    MayPass,
    /// It cannot pass: a program is missing.
    Lacks {
        program: String,
        fact: &'a Fact<Presence>,
    },
    /// Sources disagree whether a program is there, without which it cannot pass.
    Disputed {
        program: String,
        facts: [&'a Fact<Presence>; 2],
    },
}

/// What a health check runs.
struct Line {
    /// The shell that runs the script.
    shell: Option<String>,
    run: Run,
}

enum Run {
    Program(String),
    Script(Script),
}

/// Judges the health check of a service; nothing is known where it has none, or its image is made
/// here.
pub(crate) fn verdict<'a>(context: &'a Context<'_>, service: &Service) -> Verdict<'a> {
    let Some(image) = context.image(service) else {
        return Verdict::MayPass;
    };
    let Some(line) = service.probe().and_then(|(_, probe)| line(probe)) else {
        return Verdict::MayPass;
    };
    let holds = |program: &str| {
        let is_told = is_plain(program) && !is_provided(service, program);
        is_told.then(|| image.holds(shell::base_name(program)))
    };
    let missing = |program: &str| match holds(program) {
        Some(Known::No(fact)) => Some(fact),
        _ => None,
    };
    let disputed = |program: &str| match holds(program) {
        Some(Known::Unknown(Doubt::Disputed(one, other))) => Some([one, other]),
        _ => None,
    };
    if !line.can_pass(&|program| missing(program).is_none())
        && let Some((program, fact)) = line.first(&missing)
    {
        return Verdict::Lacks { program, fact };
    }
    if !line.can_pass(&|program| missing(program).is_none() && disputed(program).is_none())
        && let Some((program, facts)) = line.first(&disputed)
    {
        return Verdict::Disputed { program, facts };
    }
    Verdict::MayPass
}

impl Line {
    fn can_pass(&self, has: &dyn Fn(&str) -> bool) -> bool {
        self.shell.as_deref().is_none_or(has)
            && match &self.run {
                Run::Program(program) => has(program),
                Run::Script(script) => {
                    script.can_succeed(&|command| command.program().is_none_or(has))
                }
            }
    }

    /// Returns the first program of which something is known.
    fn first<T>(&self, known: &dyn Fn(&str) -> Option<T>) -> Option<(String, T)> {
        let mut programs: Vec<&str> = self.shell.as_deref().into_iter().collect();
        match &self.run {
            Run::Program(program) => programs.push(program),
            Run::Script(script) => {
                programs.extend(script.commands().filter_map(shell::Command::program));
            }
        }
        let mut programs = programs.into_iter();
        programs.find_map(|program| Some((program.to_owned(), known(program)?)))
    }
}

fn line(probe: &Probe) -> Option<Line> {
    match probe {
        Probe::Exec(words) => {
            let known: Option<Vec<&str>> = words
                .iter()
                .map(|word| word.is_known.then_some(&*word.value))
                .collect();
            let words = known?;
            let program = (*words.first()?).to_owned();
            match shell::script_of(&words) {
                Some(script) => Some(Line {
                    shell: Some(program),
                    run: Run::Script(Script::parse(script)?),
                }),
                None => Some(Line {
                    shell: None,
                    run: Run::Program(program),
                }),
            }
        }
        Probe::Shell(text) if text.is_known => Some(Line {
            shell: Some("sh".to_owned()),
            run: Run::Script(Script::parse(&text.value)?),
        }),
        _ => None,
    }
}

/// Commands that shells bring along.
const BUILT_IN: &[&str] = &[
    ":", ".", "[", "cd", "command", "echo", "eval", "exec", "exit", "export", "false", "kill",
    "local", "printf", "pwd", "read", "return", "set", "shift", "source", "test", "trap", "true",
    "type", "ulimit", "umask", "unset", "wait",
];

/// Returns whether the catalog can tell anything about a program: it is named alone, or by a
/// directory in which images keep programs.
fn is_plain(program: &str) -> bool {
    const DIRECTORIES: &[&str] = &["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"];
    match program.rsplit_once('/') {
        Some((directory, _)) => DIRECTORIES.contains(&directory),
        None => !BUILT_IN.contains(&program) && !program.contains('$'),
    }
}

/// Returns whether something else than the image may bring a program: a mount, or what is run at the
/// start.
fn is_provided(service: &Service, program: &str) -> bool {
    let name = shell::base_name(program);
    let is_mounted = service.mounts.iter().any(|mount| {
        let target = mount.target.trim_end_matches('/');
        let holds_programs = target.ends_with("/bin") || target.ends_with("/sbin");
        holds_programs || shell::base_name(target) == name
    });
    let stated = [&service.entrypoint, &service.command];
    let is_named = stated
        .into_iter()
        .flatten()
        .flat_map(Command::split)
        .any(|word| {
            let mut parts = word.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            parts.any(|part| part == name) || runs_mounted(service, &word)
        });
    is_mounted || is_named
}

/// Returns whether a word of the command is a file that is mounted: what it does is not known.
pub(crate) fn runs_mounted(service: &Service, word: &str) -> bool {
    let is_script = |path: &str| {
        let extension = path.rsplit_once('.').map(|(_, extension)| extension);
        matches!(extension, Some("sh" | "bash" | "py"))
    };
    word.starts_with('/')
        && is_script(word)
        && service.mounts.iter().any(|mount| {
            let rest = word.strip_prefix(mount.target.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}
