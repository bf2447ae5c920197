//! Bundles on their way to disk, of one input or of a whole project, and what is said of them.

use serde_json::{Value, json};
use strata_client::{BundleAnswer, BundleRequest, CheckAnswer, Session, Written, check_bundles};
use strata_cluster::Catalog;
use strata_diagnostic::Finding;

use crate::args::{BundleArgs, TextFormat};

/// Makes bundles, or says how what is written differs from them.
pub(super) fn carry_out(
    session: &mut Session<'_>,
    catalog: &Catalog,
    requests: &[BundleRequest],
    args: &BundleArgs,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    if args.check {
        let answers = check_bundles(session, catalog, requests).take(findings)?;
        return Some(match args.format {
            TextFormat::Text => answers.iter().map(checked).collect(),
            TextFormat::Json => {
                let answers = answers.iter().map(
                    |answer| json!({ "output": answer.output, "differences": answer.differences }),
                );
                printed(answers.collect())
            }
        });
    }
    let answers = strata_client::bundle(session, catalog, requests).take(findings)?;
    Some(match args.format {
        TextFormat::Text => {
            let mut text: String = answers.iter().map(written).collect();
            if let [answer] = answers.as_slice() {
                text.push_str("next:\n");
                for step in &answer.next_steps {
                    text.push_str(&format!("  {step}\n"));
                }
            }
            text
        }
        TextFormat::Json => printed(answers.iter().map(to_json).collect()),
    })
}

/// One answer is an object, several are a list of them.
fn printed(mut answers: Vec<Value>) -> String {
    match answers.len() {
        1 => format!("{:#}\n", answers.remove(0)),
        _ => format!("{:#}\n", Value::Array(answers)),
    }
}

fn to_json(answer: &BundleAnswer) -> Value {
    json!({
        "output": answer.output,
        "written": match answer.written {
            Written::Created => "created",
            Written::Replaced => "replaced",
            Written::Unchanged => "unchanged",
        },
        "releases": answer.releases,
        "files": answer.file_count,
        "digest": answer.digest,
        "nextSteps": answer.next_steps,
    })
}

fn checked(answer: &CheckAnswer) -> String {
    match answer.differences {
        0 => format!("{}: up to date\n", answer.output),
        1 => format!("{}: 1 difference\n", answer.output),
        many => format!("{}: {many} differences\n", answer.output),
    }
}

fn written(answer: &BundleAnswer) -> String {
    format!(
        "{} {}: {} {}, {} files, {}\n",
        match answer.written {
            Written::Created => "wrote",
            Written::Replaced => "replaced",
            Written::Unchanged => "unchanged",
        },
        answer.output,
        answer.releases.len(),
        if answer.releases.len() == 1 {
            "release"
        } else {
            "releases"
        },
        answer.file_count,
        answer.digest
    )
}
