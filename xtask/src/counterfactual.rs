//! Is `strata explain` right? Edit the line it names, and see what becomes of the recipe.
//!
//! A value of a recipe is drawn, `explain` names the line that set it, that one line of a copy of
//! the catalog is changed, and the recipe is resolved again: exactly that value must differ. Then the
//! line of an entry that lost is changed instead: nothing may differ. Everything goes through the
//! binary, as a user would do it. What a correct value is, is compared elsewhere.

mod catalog;
mod edit;
mod population;
mod trial;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result, bail};

use catalog::{Source, Workbench};
use population::{Population, Sample};
use trial::{Trial, Verdict};

pub(crate) const SUMMARY: &str = "Edit the lines that explain names; only their values may change";

const USAGE: &str = "\
Usage: cargo xtask counterfactual [--samples N] [--seed N] [--only embedded|reference] [--jobs N]

  --samples N   values drawn per catalog, spread over the kinds of field (default 5000)
  --seed N      start of the random numbers; the same seed draws the same values (default 1)
  --only NAME   one of the two catalogs; the reference's needs STRATA_CORPUS
  --jobs N      samples tried at once (default 2)

Ends with status 1 when fewer than 99.9 % of the samples agree or more than 2 % are left out.
";

/// Least share of agreeing samples.
const LEAST_AGREEMENT: f64 = 0.999;

/// Largest share of samples that may be left out, each for a stated reason.
const MOST_EXCLUDED: f64 = 0.02;

/// Disagreements printed per kind of field.
const SHOWN: usize = 4;

struct Options {
    samples: usize,
    seed: u64,
    jobs: usize,
    only: Option<String>,
}

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    if arguments
        .iter()
        .any(|word| word == "--help" || word == "-h")
    {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let options = parse(arguments)?;
    let program = catalog::build()?;
    let mut is_good = true;
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    if wanted("embedded") {
        is_good &= judge(&Source::embedded(&program)?, &options)?;
    }
    if wanted("reference") {
        match Source::reference(&program)? {
            Some(source) => is_good &= judge(&source, &options)?,
            None => println!("skipped: the reference's catalog: STRATA_CORPUS is not set"),
        }
    }
    Ok(ExitCode::from(u8::from(!is_good)))
}

fn parse(arguments: Vec<String>) -> Result<Options> {
    let mut options = Options {
        samples: 5_000,
        seed: 1,
        jobs: 2,
        only: None,
    };
    let mut words = arguments.into_iter();
    while let Some(flag) = words.next() {
        let value = words
            .next()
            .with_context(|| format!("{flag} needs a value\n\n{USAGE}"))?;
        match flag.as_str() {
            "--samples" => options.samples = value.parse().context("--samples")?,
            "--seed" => options.seed = value.parse().context("--seed")?,
            "--jobs" => options.jobs = value.parse().context("--jobs")?,
            "--only" if ["embedded", "reference"].contains(&value.as_str()) => {
                options.only = Some(value);
            }
            _ => bail!("unknown: {flag} {value}\n\n{USAGE}"),
        }
    }
    if options.samples == 0 || options.jobs == 0 {
        bail!("--samples and --jobs are at least 1");
    }
    Ok(options)
}

/// Draws, tries and reports for one catalog; returns whether it is good enough.
fn judge(source: &Source, options: &Options) -> Result<bool> {
    let population = Population::of(source)?;
    let samples = population.draw(options.samples, options.seed);
    let trials = try_all(source, &population, &samples, options.jobs)?;
    Ok(report(source, &population, &samples, &trials))
}

fn try_all(
    source: &Source,
    population: &Population,
    samples: &[Sample],
    jobs: usize,
) -> Result<Vec<Trial>> {
    let share = samples.len().div_ceil(jobs);
    thread::scope(|scope| {
        let workers: Vec<_> = samples
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || {
                    let bench = Workbench::new(source)?;
                    let tried = chunk
                        .iter()
                        .map(|sample| trial::try_sample(&bench, population, sample));
                    tried.collect::<Result<Vec<Trial>>>()
                })
            })
            .collect();
        let mut trials = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(part) => trials.extend(part?),
                Err(_) => bail!("a worker panicked"),
            }
        }
        Ok(trials)
    })
}

/// What one kind of field came to.
#[derive(Default)]
struct Tally {
    sampled: usize,
    excluded: usize,
    winners: usize,
    winners_agree: usize,
    losers: usize,
    losers_agree: usize,
}

impl Tally {
    fn add(&mut self, trial: &Trial) {
        self.sampled += 1;
        match &trial.winner {
            Verdict::Excluded(_) => self.excluded += 1,
            verdict => {
                self.winners += 1;
                self.winners_agree += usize::from(*verdict == Verdict::Agrees);
            }
        }
        for verdict in &trial.losers {
            if !matches!(verdict, Verdict::Excluded(_)) {
                self.losers += 1;
                self.losers_agree += usize::from(*verdict == Verdict::Agrees);
            }
        }
    }
}

fn report(source: &Source, population: &Population, samples: &[Sample], trials: &[Trial]) -> bool {
    let mut by_kind: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut disagreements: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (sample, trial) in samples.iter().zip(trials) {
        by_kind.entry(&sample.kind).or_default().add(trial);
        total.add(trial);
        if let Verdict::Excluded(reason) = &trial.winner {
            *reasons.entry(reason).or_default() += 1;
        }
        let losers = trial.losers.iter().map(|verdict| ("loser", verdict));
        for (what, verdict) in [("winner", &trial.winner)].into_iter().chain(losers) {
            if let Verdict::Disagrees(why) = verdict {
                disagreements.entry(&sample.kind).or_default().push(format!(
                    "{what}  {}  {}: {why}",
                    population.query(sample),
                    sample.target
                ));
            }
        }
    }
    println!(
        "\n{}: {} queries, {} distinct documents, {} scalars, {} samples\n",
        source.name,
        population.query_count(),
        population.document_count(),
        population.scalar_count(),
        samples.len()
    );
    println!(
        "{:<42}{:>12}{:>9}{:>10}{:>17}{:>17}",
        "kind of field", "population", "sampled", "left out", "winner agrees", "loser agrees"
    );
    for (kind, tally) in &by_kind {
        print_row(kind, population.size_of(kind), tally);
    }
    print_row("all", population.scalar_count(), &total);
    for (reason, count) in &reasons {
        println!("left out {count:>5}: {reason}");
    }
    for (kind, lines) in &disagreements {
        println!("{kind}: {} disagree", lines.len());
        for line in lines.iter().take(SHOWN) {
            println!("  {line}");
        }
    }
    let share = |part: usize, whole: usize| ratio(part, whole.max(1));
    let winners = share(total.winners_agree, total.winners);
    let losers = if total.losers == 0 {
        1.0
    } else {
        share(total.losers_agree, total.losers)
    };
    let excluded = share(total.excluded, total.sampled);
    println!(
        "{}: winner {:.2} %, loser {:.2} %, left out {:.2} %",
        source.name,
        winners * 100.0,
        losers * 100.0,
        excluded * 100.0
    );
    winners >= LEAST_AGREEMENT && losers >= LEAST_AGREEMENT && excluded <= MOST_EXCLUDED
}

fn print_row(kind: &str, population: usize, tally: &Tally) {
    println!(
        "{kind:<42}{population:>12}{:>9}{:>10}{:>17}{:>17}",
        tally.sampled,
        tally.excluded,
        format!("{} of {}", tally.winners_agree, tally.winners),
        format!("{} of {}", tally.losers_agree, tally.losers),
    );
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of samples are far below 2^52"
)]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
