//! Objects that differ, as a comment on a pull request.

use strata_client::{RenderedAnswer, RenderedComponent};
use strata_release::Fate;

use super::super::markdown::{LARGEST, LARGEST_TABLE, MOST_ROWS, Page, code, count, escaped, row};
use super::{counts, gaps, remarks, title};

/// Returns the difference; it is cut unless all is wanted.
pub(in super::super) fn markdown(answer: &RenderedAnswer, all: bool) -> String {
    let mut page = Page {
        out: format!(
            "**{} → {}**: {}\n\n",
            code(&answer.before.0),
            code(&answer.after.0),
            counts(answer)
        ),
        hidden: 0,
        all,
    };
    let gaps = gaps(answer);
    if !gaps.is_empty() {
        page.out
            .push_str("**Not rendered, so that nothing is said of their objects:**\n\n");
        for gap in gaps {
            page.out.push_str(&format!("- {}\n", escaped(&gap)));
        }
        page.out.push('\n');
    }
    table(&mut page, answer);
    for component in &answer.components {
        details(&mut page, component);
    }
    for sentence in remarks(answer) {
        page.out
            .push_str(&format!("<sub>{}</sub>\n\n", escaped(&sentence)));
    }
    page.end()
}

fn table(page: &mut Page, answer: &RenderedAnswer) {
    if answer.is_empty() {
        return;
    }
    page.out
        .push_str("| Component | Object | Change |\n|---|---|---|\n");
    for component in &answer.components {
        for object in &component.objects {
            let change = match object.fate {
                Fate::Changed => count(object.changes.len()),
                fate => fate.name().to_owned(),
            };
            let title = code(&title(&component.name, object));
            let row = format!("| {} | {title} | {change} |\n", code(&component.name));
            if page.has_room(row.len(), LARGEST_TABLE) {
                page.out.push_str(&row);
            } else {
                page.hidden += 1;
            }
        }
    }
    page.out.push('\n');
}

fn details(page: &mut Page, component: &RenderedComponent) {
    for object in component
        .objects
        .iter()
        .filter(|object| !object.changes.is_empty())
    {
        let most = if page.all { usize::MAX } else { MOST_ROWS };
        let mut block = format!(
            "<details><summary>{}: {}</summary>\n\n| Path | Before | After |\n|---|---|---|\n",
            escaped(&title(&component.name, object)),
            count(object.changes.len())
        );
        for field in object.changes.iter().take(most) {
            if field.is_concealed {
                let path = code(&field.change.path.to_string());
                block.push_str(&format!("| {path} | | {} |\n", field.change.kind.name()));
            } else {
                block.push_str(&row(&field.change));
            }
        }
        let hidden = object.changes.len().saturating_sub(most);
        if hidden > 0 {
            block.push_str(&format!("\nand {hidden} more\n"));
        }
        block.push_str("\n</details>\n\n");
        if page.has_room(block.len(), LARGEST) {
            page.out.push_str(&block);
            page.hidden += hidden;
        } else {
            page.hidden += object.changes.len();
        }
    }
}
