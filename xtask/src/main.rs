//! The repository's own chores, run as `cargo xtask CHORE`.
//!
//! Each chore is one module with a `run` that takes the words after its name. This file only picks
//! the module and turns an error into text; it knows nothing about what a chore does.
#![expect(
    clippy::disallowed_methods,
    reason = "chores run programs and touch the real file system; nothing of the product runs here"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "chores talk to a terminal"
)]

mod bench;
mod book;
mod compare;
mod counterfactual;
mod fuzz;
mod generate;
mod policy;
mod repository;
mod schemas;
mod suite;
mod tidy;
mod tools;

use std::process::ExitCode;

/// One chore: its name, a line for the help text, and the function that does it.
struct Chore {
    name: &'static str,
    summary: &'static str,
    run: fn(Vec<String>) -> anyhow::Result<ExitCode>,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "bench",
        summary: bench::SUMMARY,
        run: bench::run,
    },
    Chore {
        name: "book",
        summary: book::SUMMARY,
        run: book::run,
    },
    Chore {
        name: "compare",
        summary: compare::SUMMARY,
        run: compare::run,
    },
    Chore {
        name: "counterfactual",
        summary: counterfactual::SUMMARY,
        run: counterfactual::run,
    },
    Chore {
        name: "fuzz",
        summary: fuzz::SUMMARY,
        run: fuzz::run,
    },
    Chore {
        name: "generate",
        summary: generate::SUMMARY,
        run: generate::run,
    },
    Chore {
        name: "policy",
        summary: policy::SUMMARY,
        run: policy::run,
    },
    Chore {
        name: "schemas",
        summary: schemas::SUMMARY,
        run: schemas::run,
    },
    Chore {
        name: "suite",
        summary: suite::SUMMARY,
        run: suite::run,
    },
    Chore {
        name: "tidy",
        summary: tidy::SUMMARY,
        run: tidy::run,
    },
    Chore {
        name: "tools",
        summary: tools::SUMMARY,
        run: tools::run,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = match arguments.next().as_deref() {
        None | Some("help" | "-h" | "--help") => {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        Some(name) => name.to_owned(),
    };
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        eprintln!("error: no chore is named `{name}`\n\n{}", help());
        return ExitCode::from(2);
    };
    (chore.run)(arguments.collect()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn help() -> String {
    let lines: Vec<String> = CHORES
        .iter()
        .map(|chore| format!("  {:<16}{}", chore.name, chore.summary))
        .collect();
    format!(
        "Usage: cargo xtask CHORE [ARGUMENT…]\n\nChores:\n{}\n\n\
         `cargo xtask CHORE --help` says more about one of them.\n",
        lines.join("\n"),
    )
}
