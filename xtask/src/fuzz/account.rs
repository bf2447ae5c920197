//! What libFuzzer says about a run, as a row of a table.
//!
//! libFuzzer's account is text for people: lines `#N DONE cov: EDGES ft: FEATURES corp: INPUTS/…`,
//! and after a crash the panic's message and where the input was written. This module reads those
//! lines and knows nothing about how the run was started.

/// One run of one target.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    target: String,
    /// How often the target was called.
    pub(super) executions: Option<u64>,
    per_second: Option<u64>,
    edges: Option<u64>,
    features: Option<u64>,
    inputs: Option<u64>,
    /// Whether the target crashed, hung, or did not run.
    pub(super) failed: bool,
    /// The panic's message, or what libFuzzer says in its place.
    message: String,
    artifact: Option<String>,
}

impl Account {
    /// Reads what a run of `target` printed.
    pub(super) fn read(target: &str, text: &str, failed: bool) -> Self {
        let mut account = Self {
            target: target.to_owned(),
            failed,
            ..Self::default()
        };
        for line in text.lines().filter(|line| line.starts_with('#')) {
            let number = |name: &str| {
                let value = line.split_once(name)?.1.trim_start();
                let end = value
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(value.len());
                value[..end].parse().ok()
            };
            let Some(edges) = number(" cov:") else {
                continue;
            };
            account.edges = Some(edges);
            account.executions = number("#").or(account.executions);
            account.features = number(" ft:").or(account.features);
            account.inputs = number(" corp:").or(account.inputs);
            account.per_second = number(" exec/s:").or(account.per_second);
        }
        let stated = |name: &str| {
            let value = text
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix(name))?;
            value.trim().parse().ok()
        };
        account.executions = stated("stat::number_of_executed_units:").or(account.executions);
        account.per_second = stated("stat::average_exec_per_sec:").or(account.per_second);
        if failed {
            account.message = message(text);
            let written = "Test unit written to ";
            account.artifact = text
                .lines()
                .rev()
                .find_map(|line| line.split_once(written))
                .map(|(_, path)| path.trim().to_owned());
        }
        account
    }

    /// Says what went wrong, and how to see it again.
    pub(super) fn failure(&self) -> String {
        let Self {
            target, message, ..
        } = self;
        let mut text = format!("{target} failed: {message}\n");
        match &self.artifact {
            Some(path) => text.push_str(&format!(
                "input: {path}\nagain: cargo xtask fuzz {target} --input {path}"
            )),
            None => text.push_str(&format!(
                "no input was written; see fuzz/target/logs/{target}.log"
            )),
        }
        text
    }

    fn cells(&self) -> [String; 7] {
        let number = |value: Option<u64>| value.map_or("-".to_owned(), with_separators);
        [
            self.target.clone(),
            number(self.executions),
            number(self.per_second),
            number(self.edges),
            number(self.features),
            number(self.inputs),
            if self.failed { "FAILED" } else { "ok" }.to_owned(),
        ]
    }
}

/// Returns the panic's message, else libFuzzer's summary, else the last line.
fn message(text: &str) -> String {
    let mut lines = text.lines();
    if let Some(place) = lines.find_map(|line| line.split_once("panicked at ")) {
        let said: Vec<&str> = lines
            .take_while(|line| !line.starts_with("note: ") && !line.starts_with("=="))
            .take(5)
            .collect();
        return format!("panicked at {} {}", place.1, said.join("\n  "));
    }
    let summary = text.lines().rev().find(|line| line.contains("SUMMARY: "));
    summary
        .or(text.lines().last())
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn with_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Lays the accounts out, one a line.
pub(super) fn table(accounts: &[Account]) -> String {
    let head = [
        "TARGET",
        "EXECUTIONS",
        "A SECOND",
        "EDGES",
        "FEATURES",
        "INPUTS",
        "RESULT",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(accounts.iter().map(Account::cells));
    let mut text = String::new();
    for [target, numbers @ .., result] in &rows {
        let numbers: String = numbers.iter().map(|cell| format!("{cell:>13}")).collect();
        text.push_str(&format!("{target:<12}{numbers}  {result}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = "\
INFO: seed corpus: files: 3
#4\tINITED cov: 90 ft: 100 corp: 3/20b exec/s: 0 rss: 30Mb
#2048\tNEW    cov: 95 ft: 110 corp: 4/28b lim: 8 exec/s: 1024 rss: 30Mb L: 8/8 MS: 1 X-
#609246\tDONE   cov: 3144 ft: 10982 corp: 2388/99Kb lim: 168 exec/s: 29011 rss: 32Mb
Done 609246 runs in 21 second(s)
stat::number_of_executed_units: 609246
stat::average_exec_per_sec:     29011
";

    #[test]
    fn the_last_line_counts() {
        let account = Account::read("selector", DONE, false);
        assert_eq!(
            table(&[account]),
            "TARGET         EXECUTIONS     A SECOND        EDGES     FEATURES       INPUTS  RESULT\n\
             selector          609,246       29,011        3,144       10,982        2,388  ok\n"
        );
    }

    #[test]
    fn a_crash_names_its_input_and_how_to_see_it_again() {
        let text = "\
#4\tINITED cov: 90 ft: 100 corp: 3/20b exec/s: 0 rss: 30Mb
thread '<unnamed>' (1) panicked at fuzz_targets/version.rs:9:5:
attempt to multiply with overflow
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
==1== ERROR: libFuzzer: deadly signal
SUMMARY: libFuzzer: deadly signal
artifact_prefix='/r/fuzz/artifacts/version/'; Test unit written to /r/fuzz/artifacts/version/crash-1f
";
        let account = Account::read("version", text, true);
        assert_eq!(
            account.failure(),
            "version failed: panicked at fuzz_targets/version.rs:9:5: \
             attempt to multiply with overflow\n\
             input: /r/fuzz/artifacts/version/crash-1f\n\
             again: cargo xtask fuzz version --input /r/fuzz/artifacts/version/crash-1f"
        );
        assert!(table(&[account]).contains("FAILED"));
    }

    #[test]
    fn a_target_that_says_nothing_has_no_numbers() {
        let account = Account::read("path", "error: no such thing\n", true);
        assert_eq!(account.executions, None);
        assert!(
            account
                .failure()
                .starts_with("path failed: error: no such thing\nno input")
        );
    }
}
