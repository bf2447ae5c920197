//! The one place that writes to the terminal.
//!
//! Results go to standard output, findings to standard error. A closed pipe is success: whoever
//! reads has seen enough.

use std::io::{self, IsTerminal, Write};

use strata_diagnostic::policy::{Judged, Rulebook};
use strata_diagnostic::report::{Report, render_github, render_sarif};
use strata_diagnostic::{
    Finding, HumanOptions, Place, Severity, Sources, exit_class, render_human, render_json,
};
use strata_host::codes::CANNOT_WRITE;

use crate::args::{ColorChoice, GlobalArgs, MessageFormat};

/// Most findings shown to people at once; `-v` shows all.
const MOST_SHOWN: usize = 20;

/// Words a failure to write to standard output.
pub(crate) fn cannot_print(error: &io::Error, sources: &mut Sources) -> Finding {
    let place = Place::whole(sources.add_named("<stdout>"));
    let message = if error.kind() == io::ErrorKind::StorageFull {
        "no space is left".to_owned()
    } else {
        format!("writing failed: {error}")
    };
    let finding = Finding::new(&CANNOT_WRITE, message).at(place);
    finding.help("the result is not complete; free some space, or write elsewhere")
}

/// Renders findings for programs.
pub(crate) fn for_programs(
    findings: &[&Finding],
    sources: &Sources,
    format: MessageFormat,
) -> String {
    if format != MessageFormat::Sarif {
        let line = |finding: &&Finding| match format {
            MessageFormat::Github => render_github(finding, sources),
            _ => render_json(finding, sources),
        };
        let lines = findings.iter().map(line);
        return lines.map(|line| format!("{line}\n")).collect();
    }
    if findings.is_empty() {
        return String::new();
    }
    let judged = findings
        .iter()
        .map(|finding| Judged::counted((*finding).clone()));
    render_sarif(&Report {
        judged: &judged.collect::<Vec<_>>(),
        sources,
        rulebook: &Rulebook::default(),
        files: &[],
        fail_on: Severity::Error,
        version: crate::version::VERSION,
    })
}

/// Writes results and findings, and remembers what went wrong.
pub(crate) struct Printer {
    message_format: MessageFormat,
    color: ColorChoice,
    is_quiet: bool,
    is_verbose: bool,
    /// Standard output failed for another reason than a closed pipe.
    output_failed: bool,
}

impl Printer {
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        Self {
            message_format: global.message_format,
            color: global.color,
            is_quiet: global.quiet,
            is_verbose: global.verbose,
            output_failed: false,
        }
    }

    /// Returns whether standard output is a terminal.
    pub(crate) fn is_terminal() -> bool {
        io::stdout().is_terminal()
    }

    /// Returns how findings are printed.
    pub(crate) const fn message_format(&self) -> MessageFormat {
        self.message_format
    }

    /// Returns whether everything is to be shown.
    pub(crate) const fn is_verbose(&self) -> bool {
        self.is_verbose
    }

    /// Returns whether errors alone are to be shown.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Returns the least severity that is shown.
    pub(crate) const fn least_shown(&self) -> Severity {
        match (self.is_quiet, self.is_verbose) {
            (true, _) => Severity::Error,
            (_, true) => Severity::Note,
            _ => Severity::Warning,
        }
    }

    pub(crate) fn use_color(&self, is_terminal: bool) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !crate::environment::no_color(),
        }
    }

    /// Returns the width to wrap to.
    pub(crate) fn width() -> usize {
        crate::environment::columns().unwrap_or(100)
    }

    /// Prints findings, errors first, and returns the exit status they ask for.
    pub(crate) fn findings(&mut self, findings: &[Finding], sources: &Sources) -> u8 {
        let mut shown: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity <= self.least_shown())
            .collect();
        shown.sort_by_key(|finding| finding.severity);
        let mut text = String::new();
        match self.message_format {
            MessageFormat::Human => self.human(&shown, sources, &mut text),
            format => text = for_programs(&shown, sources, format),
        }
        // Nothing can be said where standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        exit_class(findings).map_or(0, strata_diagnostic::Class::exit_status)
    }

    fn human(&self, shown: &[&Finding], sources: &Sources, text: &mut String) {
        let options = HumanOptions {
            color: self.use_color(io::stderr().is_terminal()),
            width: Self::width(),
        };
        let most = if self.is_verbose {
            usize::MAX
        } else {
            MOST_SHOWN
        };
        for finding in shown.iter().take(most) {
            text.push_str(&render_human(finding, sources, options));
        }
        if shown.len() > most {
            text.push_str(&format!(
                "… and {} more; -v shows all\n",
                shown.len() - most
            ));
        }
    }

    /// Writes a result.
    pub(crate) fn result(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.output_failed = true;
            let mut sources = Sources::new();
            let finding = cannot_print(&error, &mut sources);
            self.findings(&[finding], &sources);
        }
    }

    /// Writes a line for people to standard error.
    pub(crate) fn status(&mut self, text: &str) {
        if !self.is_quiet && self.message_format == MessageFormat::Human {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Returns the exit status of the run.
    pub(crate) fn finish(self, status: u8) -> u8 {
        if self.output_failed {
            CANNOT_WRITE.class.exit_status()
        } else {
            status
        }
    }
}
