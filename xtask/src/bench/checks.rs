//! `check`: the recorded repository, and 5,000 Compose files that are generated, the same every time.
//!
//! What is generated is what repositories are made of, two services with probes, networks and volumes, and
//! has findings, so that rules and reports have work. There is no reference that checks repositories; the
//! budgets are stated figures. The large one is about the time that passes, because reading and rules share
//! the cores.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context as _;

use super::Bench;
use super::report::{Report, Row, Unit};
use super::usage;

const FILES: usize = 5_000;
/// One takes as long as forty of the recorded repository.
const RUNS_OF_MANY: usize = 5;

/// Where the 34 Compose files of the recorded repository are.
const COMPOSE_FILES: &[&str] = &[
    "docker",
    "docker-compose.qudag.yml",
    "docker-compose.ruvector.yml",
];

const RECORDED_CPU_MICROSECONDS: u64 = 40_000;
const RECORDED_BYTES: u64 = 30 << 20;
const MANY_MICROSECONDS: u64 = 1_000_000;

/// The middle of some runs.
struct Middle {
    cpu_microseconds: u64,
    elapsed_microseconds: u64,
    peak_bytes: u64,
}

/// Measures checks of the recorded repository, where there is one, and of one that is generated.
pub(super) fn measure(
    bench: &Bench,
    recorded: Option<&Path>,
    parent: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let program = bench.binaries.join("strata");
    let row = |what: String, unit, measured, budget| Row {
        what,
        unit,
        measured,
        budget,
        reference: None,
    };
    match recorded {
        None => report.skip("check of the recorded repository: STRATA_CORPUS is not set"),
        Some(folder) => {
            eprintln!("check (recorded)");
            let used = median(&program, folder, COMPOSE_FILES, bench.runs)?;
            report.add(row(
                "check of the recorded Compose files: cpu".to_owned(),
                Unit::Microseconds,
                used.cpu_microseconds,
                Some(RECORDED_CPU_MICROSECONDS),
            ));
            let used = median(&program, folder, &["."], bench.runs)?;
            let what = |figure: &str| format!("check of the recorded repository: {figure}");
            report.add(row(
                what("cpu, manifests of Kubernetes too"),
                Unit::Microseconds,
                used.cpu_microseconds,
                None,
            ));
            report.add(row(
                what("peak memory"),
                Unit::Bytes,
                used.peak_bytes,
                Some(RECORDED_BYTES),
            ));
        }
    }
    eprintln!("check ({FILES} files)");
    let folder = tempfile::tempdir_in(parent)?;
    for index in 0..FILES {
        let inside = folder
            .path()
            .join(format!("team-{:02}/app-{index:04}", index % 50));
        fs::create_dir_all(&inside)?;
        fs::write(inside.join("compose.yaml"), compose(index))?;
    }
    let used = median(
        &program,
        folder.path(),
        &["."],
        bench.runs.min(RUNS_OF_MANY),
    )?;
    let what = |figure: &str| format!("check of {FILES} files: {figure}");
    report.add(row(
        what("time"),
        Unit::Microseconds,
        used.elapsed_microseconds,
        Some(MANY_MICROSECONDS),
    ));
    report.add(row(
        what("cpu"),
        Unit::Microseconds,
        used.cpu_microseconds,
        None,
    ));
    report.add(row(what("peak memory"), Unit::Bytes, used.peak_bytes, None));
    Ok(())
}

/// Runs a check often; that it finds something is no failure.
fn median(program: &Path, folder: &Path, paths: &[&str], runs: usize) -> anyhow::Result<Middle> {
    let arguments = ["check"].iter().chain(paths).map(OsString::from);
    let arguments: Vec<OsString> = arguments.collect();
    let mut all = Vec::new();
    for run in 0..=runs {
        let mut command = usage::command(program, folder);
        command.args(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let (status, used) = usage::to_the_end(&mut command)?;
        let elapsed = u64::try_from(start.elapsed().as_micros())?;
        anyhow::ensure!(
            matches!(status.code(), Some(0 | 1)),
            "{command:?} ended with {status}"
        );
        // The first run fills the page cache.
        if run > 0 {
            all.push((used.cpu_microseconds, elapsed, used.peak_bytes));
        }
    }
    let middle = |figure: fn(&(u64, u64, u64)) -> u64| {
        let mut figures: Vec<u64> = all.iter().map(figure).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied()
    };
    Ok(Middle {
        cpu_microseconds: middle(|all| all.0).context("no run")?,
        elapsed_microseconds: middle(|all| all.1).context("no run")?,
        peak_bytes: all.iter().map(|all| all.2).max().context("no run")?,
    })
}

fn compose(index: usize) -> String {
    let (minor, port) = (index % 4, 10_000 + index);
    format!(
        "# Application {index}.
name: app-{index:04}
services:
  web:
    image: nginx:1.27.{minor}-alpine
    restart: unless-stopped
    ports: [\"127.0.0.1:{port}:80\"]
    environment:
      LOG_LEVEL: ${{LOG_LEVEL:-info}}
      DATABASE_URL: postgresql://app:${{DB_PASSWORD:?}}@db:5432/app
    depends_on:
      db: {{condition: service_healthy}}
    networks: [front, back]
    volumes: [\"web-data:/var/cache/nginx\"]
    healthcheck:
      test: [\"CMD\", \"wget\", \"-q\", \"--spider\", \"http://127.0.0.1:80/\"]
      interval: 10s
  db:
    image: postgres:17.2
    environment:
      - POSTGRES_PASSWORD=${{DB_PASSWORD:?}}
    networks: [back]
    volumes:
      - db-data:/var/lib/postgresql/data
    healthcheck:
      test: [\"CMD-SHELL\", \"pg_isready -U app\"]
networks:
  front: {{}}
  back: {{internal: true}}
volumes:
  web-data: {{}}
  db-data: {{}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_differ_and_stay_the_same() {
        assert_eq!(compose(7), compose(7));
        assert_ne!(compose(7), compose(11));
        assert!(compose(7).contains("127.0.0.1:10007:80"));
    }
}
