//! Rows for people.

/// Columns with their names, and rows of as many cells. Cells hold no line breaks and no control
/// characters, whatever the input was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new<const N: usize>(columns: [&'static str; N]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.rows.push(cells.map(|cell| printable(&cell)).to_vec());
    }

    /// Returns the names of the columns, in lower case.
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// Returns the rows. An empty cell says that there is nothing to say.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// Writes the table in Markdown.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = String>| {
            let cells: Vec<String> = cells.collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut text = line(&mut self.columns.iter().map(|name| (*name).to_owned()));
        text.push_str(&line(&mut self.columns.iter().map(|_| "---".to_owned())));
        for row in &self.rows {
            text.push_str(&line(&mut row.iter().map(|cell| in_markdown(cell))));
        }
        text
    }
}

/// Joins what a cell lists.
pub(super) fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    items.join(", ")
}

fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// Escapes what Markdown would take for its own.
fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn cells_stay_on_their_line() {
        let mut table = Table::new(["a", "b"]);
        table.row(["x\ny\u{1b}[31m".to_owned(), "p|q_<b>".to_owned()]);
        assert_eq!(table.rows()[0], ["x\\ny\\u{1b}[31m", "p|q_<b>"]);
        assert_eq!(
            table.to_markdown(),
            "| a | b |\n| --- | --- |\n| x\\\\ny\\\\u{1b}\\[31m | p\\|q\\_&lt;b> |\n"
        );
    }
}
