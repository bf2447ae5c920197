//! What is wrong with a bundle, before anybody knows how it is shown: reading one finds it, and holding
//! it against its list does.

use strata_diagnostic::Rule;

/// One thing that is not as it was sealed.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Code.
    pub rule: &'static Rule,
    /// Path in the bundle; empty for the bundle as a whole.
    pub path: String,
    /// Line in that file, from 1; 0 where none is meant.
    pub line: u32,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Problem {
    pub(crate) fn new(rule: &'static Rule, path: &str, message: impl Into<String>) -> Self {
        Self {
            rule,
            path: path.to_owned(),
            line: 0,
            message: message.into(),
            help: "make the bundle again".to_owned(),
        }
    }

    pub(crate) fn line(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
