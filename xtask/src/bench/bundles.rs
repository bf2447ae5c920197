//! Bundles: large ones, ones that stand already, and what is asked of those.
//!
//! A recipe of 200 components is generated, the same bytes every time, so that the figures say
//! whether work grows with the bundle or faster. The reference has recorded no figures for these. A
//! new bundle may take the budget of one of 70 files, in proportion, and no more memory than that
//! one, whether there is one in its place already or not, for whichever tool it is; so may a project, for each of its outputs,
//! whether they are written or compared. Verifying is held against making the bundle, measured here.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::report::{Report, Row, Unit};
use super::usage::{self, Usage};
use super::{Bench, Budget, callgrind};

const COMPONENTS: usize = 200;

/// A recipe of 200 components takes ten times as long as one of 16, and is run less often.
const FEWER_RUNS: usize = 4;

const OUTPUT: &str = "bundle";
const RECIPE: &str = "recipe.yaml";
const CHANGED_RECIPE: &str = "changed.yaml";

/// Name and criteria of each output of the project.
const OUTPUTS: [(&str, &str); 5] = [
    ("dev", "service: kind"),
    ("shared", "service: eks"),
    ("train", "service: eks, accelerator: h100, intent: training"),
    ("large", "service: eks, accelerator: h100, nodes: 64"),
    (
        "flow",
        "service: eks, accelerator: h100, intent: training, os: ubuntu, platform: kubeflow",
    ),
];

/// What a bundle of the reference's size may cost.
pub(super) struct Allowed {
    /// Files that these are for.
    pub(super) files: u64,
    /// Microseconds.
    pub(super) cpu: Budget,
    /// Bytes.
    pub(super) memory: Budget,
}

/// Measures all of it below `parent`.
pub(super) fn measure(
    bench: &Bench,
    parent: &Path,
    allowed: &Allowed,
    report: &mut Report,
) -> anyhow::Result<()> {
    let work = Work {
        program: bench.binaries.join("strata"),
        parent,
    };
    let allow = |budget: Budget| budget.reference / budget.divisor;
    let few = bench.runs / FEWER_RUNS + 1;
    let make = ["bundle", "--recipe", RECIPE, "--output", OUTPUT];
    let change = ["bundle", "--recipe", CHANGED_RECIPE, "--output", OUTPUT];

    let files = work.count(&make)?;
    let made = work.measure(few, &[], &make)?;
    let large = |what: &str| format!("bundle of {COMPONENTS} components, {files} files{what}");
    let cpu = |what, used: &Usage, budget| Row {
        what,
        unit: Unit::Microseconds,
        measured: used.cpu_microseconds,
        budget: Some(budget),
        reference: None,
    };
    let in_proportion = allow(allowed.cpu) * files / allowed.files;
    report.add(cpu(large(": cpu"), &made, in_proportion));
    report.add(Row {
        what: large(": peak memory"),
        unit: Unit::Bytes,
        measured: made.peak_bytes,
        budget: Some(allow(allowed.memory)),
        reference: None,
    });
    if let Some(valgrind) = &bench.valgrind {
        let folder = work.folder()?;
        // Callgrind runs in a folder of its own.
        let recipe = folder.path().join(RECIPE).into_os_string();
        let mut arguments = words(&make);
        arguments[2] = recipe;
        let profile = callgrind::profile(valgrind, &work.program, &arguments)?;
        report.add(Row {
            what: large(": instructions"),
            unit: Unit::Instructions,
            measured: profile.total,
            budget: None,
            reference: None,
        });
    }
    // What stands already is read instead of written.
    let same = work.measure(few, &[&make], &make)?;
    report.add(cpu(large(", unchanged: cpu"), &same, in_proportion));
    // What stands is read, the new one written, and the old one removed.
    let replaced = work.measure(few, &[&make], &change)?;
    report.add(cpu(large(", replaced: cpu"), &replaced, in_proportion));
    let verified = work.measure(few, &[&make], &["verify", OUTPUT])?;
    report.add(cpu(
        large(", verify: cpu"),
        &verified,
        made.cpu_microseconds,
    ));

    // Helm is the default, and was measured above.
    for deployer in deployers(&work.program)?.iter().skip(1) {
        let deployment = ["--deployer", deployer, "--allow-placeholder"];
        let usual = [
            &["bundle", "--output", OUTPUT],
            &super::CRITERIA[..],
            &deployment,
        ]
        .concat();
        let large = [&make[..], &deployment].concat();
        for (command, runs, name) in [
            (usual, bench.runs, "bundle".to_owned()),
            (large, few, format!("bundle of {COMPONENTS} components")),
        ] {
            let files = work.count(&command)?;
            let used = work.measure(runs, &[], &command)?;
            // A small bundle may take what 70 files take, as that of Helm may.
            let budget = allow(allowed.cpu) * files.max(allowed.files) / allowed.files;
            let what = |figure: &str| format!("{name} for {deployer}, {files} files: {figure}");
            report.add(cpu(what("cpu"), &used, budget));
            report.add(Row {
                what: what("peak memory"),
                unit: Unit::Bytes,
                measured: used.peak_bytes,
                budget: Some(allow(allowed.memory)),
                reference: None,
            });
        }
    }

    let project = |what: &str| format!("project of {} outputs{what}", OUTPUTS.len());
    let built = work.measure(few, &[], &["bundle"])?;
    let allowed_for_all = allow(allowed.cpu) * OUTPUTS.len() as u64;
    report.add(cpu(project(": cpu"), &built, allowed_for_all));
    let checked = work.measure(few, &[&["bundle"]], &["bundle", "--check"])?;
    report.add(cpu(project(", --check: cpu"), &checked, allowed_for_all));

    let mut pack = words(&["bundle", "--output", "bundle.tar.gz"]);
    pack.extend(super::CRITERIA.map(OsString::from));
    let packed = work.measure_words(bench.runs, &[], &pack)?;
    let what = "bundle to tar.gz: cpu".to_owned();
    report.add(cpu(what, &packed, allow(allowed.cpu)));
    Ok(())
}

/// Names of the deployers, as the program lists them in its help: the default one first.
fn deployers(program: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(program).args(["bundle", "--help"]).output()?;
    let names = listed_deployers(&String::from_utf8_lossy(&output.stdout));
    anyhow::ensure!(names.len() > 1, "the help of `bundle` lists no deployers");
    Ok(names)
}

fn listed_deployers(help: &str) -> Vec<String> {
    let (_, rest) = help.split_once("--deployer <DEPLOYER>").unwrap_or_default();
    let (_, rest) = rest.split_once("Possible values:").unwrap_or_default();
    let lines = rest.lines().skip(1).map(str::trim);
    let list = lines.take_while(|line| !line.is_empty());
    // What does not fit on a line goes on in the next.
    let names = list.filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
    names.map(|(name, _)| name.to_owned()).collect()
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// Folders with the inputs in them, and the program that runs there.
struct Work<'a> {
    program: PathBuf,
    parent: &'a Path,
}

impl Work<'_> {
    fn folder(&self) -> anyhow::Result<tempfile::TempDir> {
        let folder = tempfile::tempdir_in(self.parent)?;
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text);
        write(RECIPE, recipe("first"))?;
        write(CHANGED_RECIPE, recipe("second"))?;
        write("strata.yaml", project())?;
        Ok(folder)
    }

    fn measure(&self, runs: usize, before: &[&[&str]], command: &[&str]) -> anyhow::Result<Usage> {
        self.measure_words(runs, before, &words(command))
    }

    /// Runs a command often, each time in a new folder where others ran before it.
    fn measure_words(
        &self,
        runs: usize,
        before: &[&[&str]],
        command: &[OsString],
    ) -> anyhow::Result<Usage> {
        eprintln!("{command:?}");
        usage::median_in(&self.program, command, runs, || {
            let folder = self.folder()?;
            for command in before {
                self.run(folder.path(), command)?;
            }
            Ok(folder)
        })
    }

    fn run(&self, folder: &Path, command: &[&str]) -> anyhow::Result<Usage> {
        let mut run = usage::command(&self.program, folder);
        usage::once(run.args(command).stdout(Stdio::null()))
    }

    /// Returns how many files a command writes.
    fn count(&self, command: &[&str]) -> anyhow::Result<u64> {
        let folder = self.folder()?;
        self.run(folder.path(), command)?;
        let sums = fs::read_to_string(folder.path().join(OUTPUT).join("checksums.txt"))?;
        // The list does not list itself.
        Ok(u64::try_from(sums.lines().count())? + 1)
    }
}

/// A recipe of 200 charts, each with a dozen values; half of them say `variant`.
fn recipe(variant: &str) -> String {
    let name = |index: usize| format!("component-{index:03}");
    let mut text = "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata:\n  version: v1\n\
                    criteria:\n  service: eks\ncomponentRefs:\n"
        .to_owned();
    for index in 0..COMPONENTS {
        let (this, space) = (name(index), index % 20);
        text.push_str(&format!(
            "  - name: {this}\n    type: Helm\n    namespace: space-{space:02}\n    chart: {this}\n    \
             source: https://charts.example.com/stable\n    version: 1.{index}.0\n"
        ));
        if index > 0 {
            text.push_str(&format!("    dependencyRefs: [{}]\n", name(index / 2)));
        }
        let said = if index % 2 == 0 { variant } else { "always" };
        text.push_str(&format!(
            "    overrides:\n      image:\n        repository: registry.example.com/team/{this}\n        \
             tag: v1.{index}.0\n      replicas: {replicas}\n      variant: {said}\n      settings:\n",
            replicas = index % 5 + 1,
        ));
        for option in 0..8 {
            text.push_str(&format!("        option{option}: value-{index}-{option}\n"));
        }
    }
    text.push_str("deploymentOrder:\n");
    for index in 0..COMPONENTS {
        text.push_str(&format!("  - {}\n", name(index)));
    }
    text
}

fn project() -> String {
    let outputs: String = OUTPUTS
        .iter()
        .map(|(name, criteria)| {
            format!("    - path: clusters/{name}\n      criteria: {{{criteria}}}\n")
        })
        .collect();
    format!("apiVersion: strata.dev/v1alpha1\nkind: Project\nspec:\n  outputs:\n{outputs}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_have_200_components_and_differ_in_half_of_them() {
        let (first, second) = (recipe("first"), recipe("second"));
        assert_eq!(first.matches("    chart: ").count(), COMPONENTS);
        let changed = first
            .lines()
            .zip(second.lines())
            .filter(|(one, other)| one != other);
        assert_eq!(changed.count(), COMPONENTS / 2);
        assert_eq!(first, recipe("first"));
    }

    #[test]
    fn deployers_are_those_of_the_help() {
        let help = "  -d, --deployer <DEPLOYER>\n          Tool\n\n          Possible values:\n          \
                    - helm:        Plain Helm\n          - argocd-helm: A chart with values given when\n            \
                    it is: installed\n\n      --repo <URL>\n          - x: y\n";
        assert_eq!(listed_deployers(help), ["helm", "argocd-helm"]);
        assert!(listed_deployers("").is_empty());
    }

    #[test]
    fn a_project_has_its_outputs() {
        assert_eq!(project().matches("path: clusters/").count(), OUTPUTS.len());
    }
}
