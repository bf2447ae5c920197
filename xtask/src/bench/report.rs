//! Figures as a table for people and as JSON for programs.
//!
//! A figure is a whole number in a named unit; what it is held against, and whether it is within
//! that, is said here and decided by whoever set the budget.

use serde_json::json;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Shown in milliseconds.
    Microseconds,
    /// Shown in MiB.
    Bytes,
    /// Shown in millions.
    Instructions,
    /// Shown in percent.
    HundredthsOfPercent,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Microseconds => "microseconds",
            Self::Bytes => "bytes",
            Self::Instructions => "instructions",
            Self::HundredthsOfPercent => "hundredths of a percent",
        }
    }

    fn show(self, value: u64) -> String {
        match self {
            Self::Microseconds => format!("{} ms", decimal(value, 1_000)),
            Self::Bytes => format!("{} MiB", decimal(value, 1 << 20)),
            Self::Instructions => format!("{} M", decimal(value, 1_000_000)),
            Self::HundredthsOfPercent => format!("{} %", decimal(value, 100)),
        }
    }
}

/// Writes `value / divisor` with two digits after the point, rounded.
fn decimal(value: u64, divisor: u64) -> String {
    let hundredths =
        (u128::from(value) * 100 + u128::from(divisor) / 2) / u128::from(divisor.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// One figure.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) unit: Unit,
    pub(super) measured: u64,
    /// The most that is allowed, where anything is.
    pub(super) budget: Option<u64>,
    /// What the reference takes, where that is recorded.
    pub(super) reference: Option<u64>,
}

impl Row {
    fn verdict(&self) -> &'static str {
        match self.budget {
            None => "-",
            Some(budget) if self.measured <= budget => "within",
            Some(_) => "OVER",
        }
    }

    fn cells(&self) -> [String; 5] {
        let show = |value: Option<u64>| value.map_or("-".to_owned(), |value| self.unit.show(value));
        let ratio = self.reference.map_or("-".to_owned(), |reference| {
            decimal(self.measured, reference)
        });
        [
            self.unit.show(self.measured),
            self.budget.map_or("-".to_owned(), |budget| {
                format!("<= {}", self.unit.show(budget))
            }),
            show(self.reference),
            ratio,
            self.verdict().to_owned(),
        ]
    }
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    rows: Vec<Row>,
    skipped: Vec<String>,
}

impl Report {
    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Notes what could not be measured, and why.
    pub(super) fn skip(&mut self, what: &str) {
        self.skipped.push(what.to_owned());
    }

    /// Lays the figures out, one a line, then what is over its budget and what was skipped.
    pub(super) fn text(&self) -> String {
        let widest = self
            .rows
            .iter()
            .map(|row| row.what.chars().count())
            .max()
            .unwrap_or(0);
        let line = |what: &str, [measured, budget, reference, ratio, verdict]: [String; 5]| {
            format!(
                "{what:<widest$}{measured:>13}{budget:>16}{reference:>13}{ratio:>8}  {verdict}\n"
            )
        };
        let head = ["MEASURED", "BUDGET", "REFERENCE", "RATIO", "VERDICT"];
        let mut text = line("WHAT", head.map(str::to_owned));
        for row in &self.rows {
            text.push_str(&line(&row.what, row.cells()));
        }
        let over: Vec<&str> = self
            .rows
            .iter()
            .filter(|row| row.verdict() == "OVER")
            .map(|row| row.what.as_str())
            .collect();
        let judged = self.rows.iter().filter(|row| row.budget.is_some()).count();
        text.push_str(&match over.as_slice() {
            [] => format!("\nwithin budget: all {judged} figures that have one\n"),
            over => format!(
                "\nOVER budget, {} of {judged}: {}\n",
                over.len(),
                over.join("; ")
            ),
        });
        for skipped in &self.skipped {
            text.push_str(&format!("skipped: {skipped}\n"));
        }
        text
    }

    /// Writes the figures as one JSON document.
    pub(super) fn json(&self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "what": row.what,
                    "unit": row.unit.name(),
                    "measured": row.measured,
                    "budget": row.budget,
                    "reference": row.reference,
                    "verdict": match row.verdict() { "-" => None, verdict => Some(verdict.to_lowercase()) },
                })
            })
            .collect();
        format!(
            "{:#}\n",
            json!({ "figures": rows, "skipped": self.skipped })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: &str, measured: u64, budget: Option<u64>, reference: Option<u64>) -> Row {
        Row {
            what: what.to_owned(),
            unit: Unit::Microseconds,
            measured,
            budget,
            reference,
        }
    }

    #[test]
    fn a_figure_stands_beside_its_budget_and_the_reference() {
        let mut report = Report::default();
        report.add(row("recipe: cpu", 2_104, Some(6_300), Some(63_000)));
        report.add(row("query: cpu", 2_000, None, None));
        assert_eq!(
            report.text(),
            "WHAT            MEASURED          BUDGET    REFERENCE   RATIO  VERDICT\n\
             recipe: cpu      2.10 ms      <= 6.30 ms     63.00 ms    0.03  within\n\
             query: cpu       2.00 ms               -            -       -  -\n\
             \nwithin budget: all 1 figures that have one\n"
        );
    }

    #[test]
    fn what_is_over_is_said_plainly() {
        let mut report = Report::default();
        report.add(row("bundle: cpu", 9_000, Some(8_875), Some(71_000)));
        report.skip("instructions: valgrind is not found");
        let text = report.text();
        assert!(
            text.contains("  OVER\n") && text.contains("OVER budget, 1 of 1: bundle: cpu\n"),
            "{text}"
        );
        assert!(
            text.ends_with("skipped: instructions: valgrind is not found\n"),
            "{text}"
        );
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["figures"][0]["verdict"], "over");
        assert_eq!(json["figures"][0]["measured"], 9_000);
    }

    #[test]
    fn numbers_are_rounded_in_their_unit() {
        assert_eq!(Unit::Bytes.show(3 << 19), "1.50 MiB");
        assert_eq!(Unit::Instructions.show(5_212_200), "5.21 M");
        assert_eq!(Unit::HundredthsOfPercent.show(200), "2.00 %");
        assert_eq!(decimal(1_995, 100_000), "0.02");
    }
}
