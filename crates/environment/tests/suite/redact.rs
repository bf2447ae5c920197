//! Secrets never leave the repository: a canary in every place where one can stand is in no finding,
//! and all of them are known, so that printers of texts can leave them out.

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Secrets};
use strata_environment::Context;
use strata_environment::redact::{secrets, secrets_of_text};
use strata_environment::rules::check;
use strata_testkit::canaries::{COUNT, canary, files};

use crate::support::{images, imported};

/// What is not secret by its place, only by the name of the variable in it: printers leave it out.
const IN_NAMES: &[usize] = &[4, 5, 28, 38, 39];

fn texts(finding: &Finding) -> Vec<String> {
    let mut texts = vec![finding.message.clone(), finding.subject.clone()];
    for label in &finding.places {
        texts.extend([label.path.clone(), label.text.clone()]);
    }
    texts.extend(finding.help.iter().cloned());
    texts.extend(finding.data.as_ref().map(ToString::to_string));
    if let Some(fix) = &finding.fix {
        texts.push(fix.title.clone());
        texts.extend(fix.edits.iter().map(|edit| edit.text.clone()));
    }
    texts
}

#[test]
fn no_canary_is_in_any_finding_and_all_are_known() {
    let files: BTreeMap<String, Vec<u8>> = files()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect();
    let (import, repository, _) = imported(&files);
    let context = Context::new(&import.workspace, &repository, images());
    let mut findings = import.findings.clone();
    findings.extend(check(&context, &|_| true));
    let known = secrets(&import.workspace, &repository);
    let concealed = Secrets::new(known.iter().cloned());
    assert!(findings.len() > 40, "{}", findings.len());
    for number in 1..=COUNT {
        let canary = canary(number);
        let is_known = known.iter().any(|secret| secret.contains(&canary));
        assert!(is_known, "{canary} is not known");
        for finding in &findings {
            for text in texts(finding) {
                let hidden = concealed.conceal(&text);
                let shown = if IN_NAMES.contains(&number) {
                    &*hidden
                } else {
                    &text
                };
                assert!(!shown.contains(&canary), "{}: {text}", finding.rule.code);
                assert!(
                    !hidden.contains("c4nary"),
                    "{}: {hidden}",
                    finding.rule.code
                );
            }
        }
    }
}

#[test]
fn findings_say_where_the_secrets_stand() {
    let text = "services:\n  web:\n    image: a\n    environment:\n      A_PASSWORD: \"x9f!\"\n      \
                B_PASSWORD: ${B:-y8g}\n    command: [server, --password, z7h, \"--token=w6i\"]\n";
    let files = BTreeMap::from([("compose.yaml".to_owned(), text.as_bytes().to_vec())]);
    let (import, repository, _) = imported(&files);
    let context = Context::new(&import.workspace, &repository, images());
    let findings = check(&context, &|check| check.rule.code.starts_with("SEC-"));
    let mut found: Vec<&str> = findings
        .iter()
        .flat_map(|finding| &finding.secrets)
        .map(|place| &text[place.start as usize..place.end as usize])
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["w6i", "x9f!", "y8g", "z7h"]);
}

#[test]
fn what_everybody_knows_is_no_secret() {
    let check = |service: &str, expected: &[&str]| {
        let text =
            format!("services:\n  gateway:\n    image: ghcr.io/example/proxy:1.4\n{service}");
        let files = BTreeMap::from([("compose.yaml".to_owned(), text.into_bytes())]);
        let (import, repository, _) = imported(&files);
        assert_eq!(
            secrets(&import.workspace, &repository),
            expected,
            "{service}"
        );
    };
    let password = |value: &str| format!("    environment: {{DB_PASSWORD: {value}}}\n");
    check(&password("hunter2x"), &["hunter2x"]);
    check(&password("changeme"), &[]);
    check(&password("gateway"), &[]);
    check(&password("proxy"), &[]);
    check(&password("x9f"), &[]);
    check(&password("'true'"), &[]);
    check(&password("/run/secrets/db"), &[]);
    check(&password("${DB_PASSWORD:?}"), &[]);
    check("    environment: {DB_NAME: hunter2x}\n", &[]);
    check(
        "    environment: {A_TOKEN: longer-than-b, B_TOKEN: longer, C_TOKEN: longer}\n",
        &["longer-than-b", "longer"],
    );
}

#[test]
fn lines_of_any_document_say_what_is_secret() {
    let check = |line: &str, expected: &[&str]| {
        assert_eq!(secrets_of_text(line), expected, "{line}");
        let broken = format!("a: [\n  {line}\n}}\n");
        assert_eq!(secrets_of_text(&broken), expected, "{broken}");
    };
    check("password: hunter2x", &["hunter2x"]);
    check("- \"adminPassword\": 'hunter2x',", &["hunter2x"]);
    check("values: {password: hunter2x}", &["hunter2x"]);
    check("api_token = correct horse # a sentence", &["correct horse"]);
    check("url: https://u:hunter2x@host/", &["hunter2x"]);
    check("args: [--token=hunter2x]", &["hunter2x"]);
    check("password: |", &[]);
    check("password: {key: hunter2x}", &[]);
    check("passwordFile: hunter2x", &[]);
    check("name: hunter2x", &[]);
    check("# the password: hunter2x", &[]);
    check("# password=hunter2x", &["hunter2x"]);
}
