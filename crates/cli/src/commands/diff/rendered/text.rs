//! Objects that differ, for people.

use strata_client::RenderedAnswer;
use strata_document::Change;
use strata_release::{Fate, ObjectDifference};

use super::super::text::{lines, put};
use super::{counts, gaps, remarks, title};

/// Returns the difference; long lists are cut unless all is wanted.
pub(in super::super) fn text(answer: &RenderedAnswer, all: bool) -> String {
    let [before, after] = [&answer.before, &answer.after];
    if answer.is_empty() && answer.is_complete() {
        return format!(
            "no difference in objects: {} ({}) and {} ({})\n",
            before.0,
            before.1.name(),
            after.0,
            after.1.name()
        );
    }
    let mut out = format!(
        "{} ({}) → {} ({}): {}\n",
        before.0,
        before.1.name(),
        after.0,
        after.1.name(),
        counts(answer)
    );
    for sentence in remarks(answer) {
        out.push_str(&format!("({sentence})\n"));
    }
    let gaps = gaps(answer);
    if !gaps.is_empty() {
        out.push_str("\nnot rendered, so that nothing is said of their objects:\n");
        for gap in gaps {
            out.push_str(&format!("  ? {gap}\n"));
        }
    }
    for component in &answer.components {
        if component.objects.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", component.name));
        let of_object = |object| of_object(&component.name, object, all);
        let about = component.objects.iter().flat_map(of_object);
        put(&mut out, "  ", about.collect(), all);
    }
    out
}

fn of_object(component: &str, object: &ObjectDifference, all: bool) -> Vec<String> {
    let title = title(component, object);
    let mut about = match object.fate {
        Fate::New => vec![format!("+ {title}")],
        Fate::Gone => vec![format!("- {title}")],
        Fate::Changed => vec![format!("~ {title}")],
    };
    let mut fields = String::new();
    let changes = object.changes.iter().flat_map(|field| {
        if field.is_concealed {
            vec![format!(
                "~ {}: {}",
                field.change.path,
                field.change.kind.name()
            )]
        } else {
            lines(&[Change::clone(&field.change)])
        }
    });
    put(&mut fields, "    ", changes.collect(), all);
    about.extend(fields.lines().map(str::to_owned));
    about
}
