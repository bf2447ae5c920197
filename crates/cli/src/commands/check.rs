//! `strata check`: what is found is the result, and goes to standard output.

use strata_client::{CheckRequest, Checked, Fixes, Session};
use strata_diagnostic::report::{
    GroupedOptions, render_ctrf, render_grouped, render_markdown, render_sarif,
};
use strata_diagnostic::{Finding, Safety, Severity, render_json};

use super::VERSION;
use strata_host::STDIN;

use crate::args::{CheckArgs, FailOn, MessageFormat, ReportFormat};
use crate::codes;
use crate::environment;
use crate::printer::Printer;

/// Most lines for people, unless they ask for more.
const MOST_LINES: usize = 40;

pub(crate) fn check(session: &mut Session<'_>, args: &CheckArgs, printer: &mut Printer) -> u8 {
    let mut findings = Vec::new();
    match environment::source_date_epoch() {
        Ok(epoch) => session.epoch = epoch,
        Err(text) => {
            let message = format!("`SOURCE_DATE_EPOCH` is no number of seconds: `{text}`");
            let finding = Finding::new(&codes::USAGE, message);
            findings.push(finding.help("set it to a number, or unset it"));
        }
    }
    findings.extend(refused(args));
    let request = request(args);
    let checked = if findings.is_empty() {
        strata_client::check(session, &request).take(&mut findings)
    } else {
        None
    };
    let status = printer.findings(&findings, &session.sources);
    let Some(checked) = checked else {
        return status;
    };
    let text = print(session, &checked, args, printer);
    printer.result(&text);
    for line in done(&checked) {
        printer.status(&line);
    }
    checked.exit_status()
}

/// What cannot be had together.
fn refused(args: &CheckArgs) -> Vec<Finding> {
    let is_input = |path: &String| path == STDIN;
    let reads_input = args.paths.iter().any(is_input);
    let is_repaired = args.fix || args.unsafe_fixes || args.diff;
    let reads_twice = args.snapshot.as_ref().is_some_and(is_input);
    let has_two_formats = args.format.is_some() && environment::is_typed("--message-format");
    let refusals = [
        (
            reads_input && args.paths.len() > 1,
            "standard input is checked alone",
            "check the paths in a run of their own",
        ),
        (
            reads_input && is_repaired,
            "what comes from standard input is not repaired",
            "name the file, so that it can be changed",
        ),
        (
            reads_input && reads_twice,
            "standard input can be read only once",
            "write one of the two to a file, and name it",
        ),
        (
            has_two_formats,
            "`--format` and `--message-format` both say how the result is printed",
            "leave one of them out",
        ),
    ];
    let refusals = refusals.into_iter().filter(|(is_so, ..)| *is_so);
    refusals
        .map(|(_, message, help)| Finding::new(&codes::USAGE, message).help(help))
        .collect()
}

fn request(args: &CheckArgs) -> CheckRequest {
    let safety = if args.unsafe_fixes {
        Some(Safety::Unsafe)
    } else {
        (args.fix || args.diff).then_some(Safety::Safe)
    };
    CheckRequest {
        paths: args.paths.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        fail_on: args.fail_on.map(|severity| match severity {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        }),
        baseline: args.baseline.clone(),
        writes_baseline: args.write_baseline,
        fixes: safety.map(|safety| Fixes {
            safety,
            is_dry: args.diff,
        }),
        snapshot: args.snapshot.clone(),
        kubernetes_version: args.kubernetes_version.clone(),
        crds: args.crds.clone(),
        tool_version: VERSION.to_owned(),
    }
}

fn print(session: &Session<'_>, checked: &Checked, args: &CheckArgs, printer: &Printer) -> String {
    if let Some(diff) = &checked.diff {
        return diff.clone();
    }
    let report = checked.report(session, VERSION);
    // Whoever lets notes fail the check wants to see them, and so does who names their codes.
    let names_codes = (args.select.iter()).any(|code| !code.trim().eq_ignore_ascii_case("ALL"));
    let least = match printer.least_shown().max(checked.fail_on) {
        Severity::Warning if names_codes && !printer.is_quiet() => Severity::Note,
        least => least,
    };
    match (args.format, printer.message_format()) {
        (Some(ReportFormat::Markdown), _) => render_markdown(&report, least),
        (Some(ReportFormat::Ctrf), _) => render_ctrf(&report, session.now()),
        (None, MessageFormat::Sarif) => render_sarif(&report),
        (None, MessageFormat::Github) => report.to_github(least),
        (None, MessageFormat::Json) => {
            let counted = checked.judged.iter().filter(|judged| judged.counts());
            counted
                .filter(|judged| !printer.is_quiet() || judged.finding.is_error())
                .map(|judged| format!("{}\n", render_json(&judged.finding, &session.sources)))
                .collect()
        }
        (None, MessageFormat::Human) => {
            let options = GroupedOptions {
                color: printer.use_color(Printer::is_terminal()),
                lines: (!printer.is_verbose()).then_some(MOST_LINES),
                least,
            };
            render_grouped(&report, options)
        }
    }
}

/// What was done besides looking.
fn done(checked: &Checked) -> Vec<String> {
    let mut lines = Vec::new();
    if checked.files.is_empty() && checked.judged.is_empty() {
        let others = match checked.left_alone {
            1 => "1 other document was".to_owned(),
            many => format!("{many} other documents were"),
        };
        lines.push(format!(
            "nothing here is of a kind that strata checks ({others} left alone)"
        ));
    }
    for file in &checked.repaired {
        lines.push(format!("repaired {file}"));
    }
    if let Some((file, count)) = &checked.baseline {
        let s = if *count == 1 { "" } else { "s" };
        lines.push(format!("wrote {file}, which accepts {count} finding{s}"));
    }
    lines
}
