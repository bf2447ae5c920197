//! Variables in text: thousands of random templates mean the same to both, and both refuse the same.
//!
//! Braces stand only where they belong to a variable. Compose takes `${A:-{}}` for what it says but
//! loses count where more follows, which nobody can rely on.

use std::collections::BTreeMap;
use std::fs;

use fastrand::Rng;
use strata_document::in_parallel;
use strata_environment::variables::interpolate::Template;
use strata_testkit::compose_config::ComposeConfig;

const PIECES: &[&str] = &[
    "$", "$$", "${", "${A", "${UNSET", "${EMPTY", "${B", "}", "}", "}", ":-", "-", ":+", "+", ":?",
    "?", "$A", "$UNSET", "$EMPTY", "$B", "x", "1", "_", " ", ":", "/", ".", "ü", "\"", "#",
];

const VARIABLES: &[(&str, &str)] = &[("A", "alpha"), ("B", "b$A"), ("EMPTY", "")];

/// Templates in one file.
const IN_FILE: usize = 100;

#[test]
fn on_random_templates() {
    let mut random = Rng::with_seed(1);
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    while accepted.len() < 20 * IN_FILE {
        let pieces = random.usize(1..9);
        let template: String = (0..pieces)
            .map(|_| PIECES[random.usize(0..PIECES.len())])
            .collect();
        match resolved(&template) {
            Some(value) => accepted.push((template, value)),
            None => refused.push(template),
        }
    }
    refused.truncate(60);
    let Some(compose) = ComposeConfig::find("the importer agrees with docker-compose on variables")
    else {
        return;
    };
    let files: Vec<&[(String, String)]> = accepted.chunks(IN_FILE).collect();
    let mut wrong: Vec<Vec<String>> = in_parallel(&files, 1, |pairs| {
        let answer = ask(
            &compose,
            pairs.iter().map(|(template, _)| template.as_str()),
        );
        let answer = match answer {
            Ok(answer) => answer,
            Err(refusal) => return vec![format!("docker-compose refuses one: {refusal}")],
        };
        pairs
            .iter()
            .enumerate()
            .filter(|(index, (_, value))| answer.get(&format!("V{index}")) != Some(value))
            .map(|(index, (template, value))| {
                let other = answer.get(&format!("V{index}"));
                format!("{template}: {value:?}, docker-compose: {other:?}")
            })
            .collect()
    });
    wrong.extend(in_parallel(&refused, 1, |template| {
        match ask(&compose, [template.as_str()]) {
            Ok(answer) => vec![format!("{template}: refused, docker-compose: {answer:?}")],
            Err(_) => Vec::new(),
        }
    }));
    let wrong = wrong.concat();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Returns what the importer makes of a template, nothing where it refuses it.
fn resolved(template: &str) -> Option<String> {
    let lookup = |name: &str| {
        let found = VARIABLES.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    };
    Template::parse(template).ok()?.resolve(&lookup).ok()
}

fn ask<'t>(
    compose: &ComposeConfig,
    templates: impl IntoIterator<Item = &'t str>,
) -> Result<BTreeMap<String, String>, String> {
    let mut text = "services:\n  a:\n    image: a\n    environment:\n".to_owned();
    for (index, template) in templates.into_iter().enumerate() {
        let quoted = template.replace('\'', "''");
        text.push_str(&format!("      V{index}: '{quoted}'\n"));
    }
    let folder = tempfile::tempdir().expect("a directory");
    fs::write(folder.path().join("compose.yaml"), text).expect("a file");
    let answer = compose
        .of(folder.path(), &["compose.yaml"], VARIABLES)
        .expect("docker-compose runs")?;
    let environment = answer["services"]["a"]["environment"]
        .as_object()
        .expect("an environment");
    let values = environment.iter();
    Ok(values
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect())
}
