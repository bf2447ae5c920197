//! Texts with variables, and scalars in all styles and types.

use super::Generator;

/// Texts, each with the form that it uses.
const TEXTS: &[(&str, &str)] = &[
    ("variable: $A", "$A"),
    ("variable: $A", "pre-$A-post"),
    ("variable: ${A}", "${A}"),
    ("variable: ${A}", "http://${A}:${PORT}/${B}"),
    ("variable: ${A}", "${QUOTED}"),
    ("variable: ${A}", "${SINGLE}"),
    ("variable: ${A}", "${NESTED}"),
    ("variable: ${A:-x}", "${EMPTY:-d}"),
    ("variable: ${A:-x}", "${UNSET:-}"),
    ("variable: ${A:-x}", "${UNSET:-a b}"),
    ("variable: ${A:-x}", "${UNSET:-http://h:80/p?q=1}"),
    ("variable: ${A:-x}", "${A:-not this}"),
    ("variable: ${A-x}", "${EMPTY-d}"),
    ("variable: ${A-x}", "${UNSET-d}"),
    ("variable: ${A-x}", "${UNSET--d}"),
    ("variable: ${A:+x}", "${A:+set}"),
    ("variable: ${A:+x}", "${EMPTY:+set}"),
    ("variable: ${A:+x}", "${A:+$B}"),
    ("variable: ${A+x}", "${EMPTY+set}"),
    ("variable: ${A+x}", "${UNSET+set}"),
    ("variable: ${A:?x}", "${A:?must be set}"),
    ("variable: ${A:?x}", "${B:?${UNSET:-why}}"),
    ("variable: ${A?x}", "${EMPTY?must be there}"),
    ("variable: nested", "${UNSET:-${B:-c}}"),
    ("variable: nested", "${UNSET:-x${NONE-${A}}y}"),
    ("variable: nested", "${UNSET:-${NONE:-${EMPTY:-deep}}}"),
    ("variable: nested", "${UNSET-$B}-${A:+${B}}"),
    ("variable: braces", "${UNSET:-{}}"),
    ("variable: braces", "${UNSET:-{\"a\":{}}}"),
    ("variable: braces", "{${A}}"),
    ("variable: $$", "$$A"),
    ("variable: $$", "$${A}"),
    ("variable: $$", "a$$b$$$$c"),
    ("variable: $$", "${UNSET:-$$x}"),
    ("variable: unset", "${UNSET}"),
    ("variable: unset", "[$UNSET]"),
];

/// Scalars that YAML gives a type, each with the form that it uses.
const SCALARS: &[(&str, &str)] = &[
    ("scalar: integer", "1"),
    ("scalar: integer", "-7"),
    ("scalar: integer", "+5"),
    ("scalar: integer", "0"),
    ("scalar: float", "1.5"),
    ("scalar: float", "1.50"),
    ("scalar: float", "1e3"),
    ("scalar: float", "2.0"),
    ("scalar: float", ".5"),
    ("scalar: hexadecimal", "0x1F"),
    ("scalar: old octal", "0755"),
    ("scalar: old octal", "0o17"),
    ("scalar: boolean", "true"),
    ("scalar: boolean", "False"),
    ("scalar: old boolean", "yes"),
    ("scalar: old boolean", "off"),
    ("scalar: null", "~"),
    ("scalar: null", ""),
    ("scalar: null", "null"),
    ("scalar: float", "6.02e23"),
    ("scalar: float", "1e-7"),
    ("scalar: boolean", "TRUE"),
];

impl Generator {
    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.random.usize(0..items.len())]
    }

    /// A text with variables, unquoted.
    pub(super) fn text(&mut self) -> &'static str {
        let (form, text) = self.pick(TEXTS);
        self.uses(form);
        text
    }

    /// A text with variables that has no quotes, for between some.
    pub(super) fn unquoted(&mut self) -> &'static str {
        loop {
            let text = self.text();
            if !text.contains('"') {
                return text;
            }
        }
    }

    /// A text with variables as a scalar in some style of one line.
    pub(super) fn value(&mut self) -> String {
        let text = self.text();
        self.styled(text)
    }

    /// A text as a scalar in some style of one line.
    pub(super) fn styled(&mut self, text: &str) -> String {
        let is_plain =
            !text.starts_with(['[', '{']) && !text.contains(": ") && !text.contains(" #");
        match self.random.u32(0..3) {
            0 if is_plain => {
                self.uses("style: plain");
                text.to_owned()
            }
            1 => {
                self.uses("style: single quotes");
                format!("'{}'", text.replace('\'', "''"))
            }
            _ => {
                self.uses("style: double quotes");
                format!("\"{}\"", text.replace('"', "\\\""))
            }
        }
    }

    /// A value of a mapping of assignments: a text in any style, or a scalar with a type.
    pub(super) fn assigned(&mut self) -> String {
        match self.random.u32(0..7) {
            6 => {
                self.uses("style: over several lines");
                let text = self.unquoted();
                format!("first line\n    {text}\n\n    third")
            }
            0 | 1 => {
                let (form, text) = self.pick(SCALARS);
                self.uses(form);
                text.to_owned()
            }
            2 => {
                self.uses("style: block");
                let text = self.text();
                format!("|-\n    first {text}\n      second: {text}")
            }
            3 => {
                self.uses("style: folded");
                let text = self.text();
                format!(">\n    first {text}\n    second")
            }
            _ => self.value(),
        }
    }
}
