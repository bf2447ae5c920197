//! Catalogs of many overlays: does time grow with what takes part, or with what there is?
//!
//! Overlays come in families of ten: one for a service, three for accelerators on it, six for
//! intents on those. A query meets three of them, however many families there are, so that merging
//! stays the same and only matching and loading can grow. Same size, same bytes.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;

use super::report::{Report, Row, Unit};
use super::usage;

/// Matching and merging with the largest catalog may take ten times as long as with the smallest.
const MATCHING_FACTOR: u64 = 10;

/// Hundredths by which loading may exceed growing in proportion, for noise and the disk.
const LOADING_SLACK_HUNDREDTHS: u64 = 150;

/// What one catalog took.
struct Figures {
    overlays: usize,
    loading_microseconds: u64,
    resolving_microseconds: u64,
    peak_bytes: u64,
}

/// Measures catalogs of these sizes, smallest first.
pub(super) fn measure(program: &Path, sizes: &[usize], report: &mut Report) -> anyhow::Result<()> {
    let mut first: Option<Figures> = None;
    for &size in sizes {
        eprintln!("{size} overlays");
        let figures = figures(program, size)?;
        let what = |figure: &str| format!("{size} overlays: {figure}");
        let mut add = |figure: &str, unit, measured, budget| {
            report.add(Row {
                what: what(figure),
                unit,
                measured,
                budget,
                reference: None,
            });
        };
        // Loading is held against the smallest catalog, in proportion.
        let (resolving, loading) = match &first {
            None => (None, None),
            Some(first) => {
                let times = (figures.overlays / first.overlays) as u64;
                let in_proportion = first.loading_microseconds * times;
                (
                    Some(first.resolving_microseconds * MATCHING_FACTOR),
                    Some(in_proportion * LOADING_SLACK_HUNDREDTHS / 100),
                )
            }
        };
        add(
            "matching and merging",
            Unit::Microseconds,
            figures.resolving_microseconds,
            resolving,
        );
        add(
            "loading",
            Unit::Microseconds,
            figures.loading_microseconds,
            loading,
        );
        add("peak memory", Unit::Bytes, figures.peak_bytes, None);
        first.get_or_insert(figures);
    }
    Ok(())
}

fn figures(program: &Path, size: usize) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir()?;
    let catalog = folder.path().join("catalog");
    write(&catalog, size)?;
    let answer = folder.path().join("answer.json");
    let mut command = usage::command(program, folder.path());
    command
        .arg(&catalog)
        .args(["cloud-0003", "gpu-1", "intent-1"])
        .stdout(Stdio::from(fs::File::create(&answer)?));
    let used = usage::once(&mut command)?;
    let answer: Value = serde_json::from_str(&fs::read_to_string(answer)?)?;
    let number = |field: &str| {
        let number = answer[field].as_u64();
        number.with_context(|| format!("`{field}` in {answer}"))
    };
    Ok(Figures {
        overlays: size,
        loading_microseconds: number("loadingMicroseconds")?,
        resolving_microseconds: number("resolvingMicroseconds")?,
        peak_bytes: used.peak_bytes,
    })
}

/// Writes a layer of so many overlays; only whole families.
fn write(catalog: &Path, size: usize) -> anyhow::Result<()> {
    let overlays = catalog.join("overlays");
    fs::create_dir_all(&overlays)?;
    let header = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n";
    fs::write(catalog.join("registry.yaml"), header)?;
    for family in 0..size / 10 {
        let service = format!("cloud-{family:04}");
        let add = |name: &str, text: String| fs::write(overlays.join(format!("{name}.yaml")), text);
        add(&service, overlay(&service, None, &[("service", &service)]))?;
        for gpu in 0..3 {
            let accelerator = format!("gpu-{gpu}");
            let on = format!("{accelerator}-{service}");
            let mut criteria = vec![("service", service.as_str()), ("accelerator", &accelerator)];
            add(&on, overlay(&on, Some(&service), &criteria))?;
            for intent in ["intent-0", "intent-1"] {
                let name = format!("{on}-{intent}");
                criteria.push(("intent", intent));
                add(&name, overlay(&name, Some(&on), &criteria))?;
                criteria.pop();
            }
        }
    }
    Ok(())
}

fn overlay(name: &str, base: Option<&str>, criteria: &[(&str, &str)]) -> String {
    let base = base.map_or(String::new(), |base| format!("  base: {base}\n"));
    let criteria: String = criteria
        .iter()
        .map(|(dimension, value)| format!("    {dimension}: {value}\n"))
        .collect();
    format!(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata:\n  name: {name}\nspec:\n{base}  criteria:\n{criteria}  \
         constraints:\n    - name: K8s.server.version\n      value: \">= 1.33\"\n  componentRefs:\n    \
         - name: gpu-operator\n      overrides:\n        stated: {name}\n        driver:\n          enabled: true\n    \
         - name: cert-manager\n      overrides:\n        replicas: 3\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_has_as_many_overlays_as_asked_for_and_always_the_same_bytes() {
        let read = |size: usize| {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), size).unwrap();
            let entries = fs::read_dir(folder.path().join("overlays")).unwrap();
            let mut files: Vec<(std::ffi::OsString, Vec<u8>)> = entries
                .map(|entry| entry.unwrap())
                .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
                .collect();
            files.sort();
            files
        };
        let files = read(100);
        assert_eq!(files.len(), 100);
        assert_eq!(files, read(100));
        let (name, text) = &files[3];
        assert_eq!(name, "cloud-0003.yaml");
        assert!(text.starts_with(b"apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\n"));
    }
}
