//! The environment of a container as far as it is known before it runs.

use std::collections::BTreeMap;

use crate::compose::references;
use crate::context::Context;
use crate::images::Setting;
use crate::model::{Service, Stack};
use crate::repository::Target;
use crate::variables::dotenv::DotEnv;

/// What `environment` and `env_file` of one service set.
pub(crate) struct Settings<'a> {
    service: &'a Service,
    from_files: BTreeMap<String, String>,
    /// Whether every file was read, so that what is not here is not set.
    pub(crate) is_complete: bool,
}

impl<'a> Settings<'a> {
    pub(crate) fn of(context: &Context<'_>, stack: &Stack, service: &'a Service) -> Self {
        let mut settings = Self {
            service,
            from_files: BTreeMap::new(),
            is_complete: true,
        };
        for file in &service.env_files {
            let text = match references::env_file(stack, &file.file) {
                Target::Inside(path) => {
                    let read = context.repository.files.get(&path);
                    read.and_then(|file| std::str::from_utf8(file.bytes).ok())
                }
                Target::Above | Target::Elsewhere => None,
            };
            match text {
                Some(text) => {
                    let read = DotEnv::parse(text, &stack.variables);
                    settings.from_files.extend(read.values());
                }
                None => settings.is_complete = false,
            }
        }
        settings
    }

    /// Returns whether a variable is set, to whatever.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.service.setting(name).is_some() || self.from_files.contains_key(name)
    }

    /// Returns whether a value that is known begins with a text.
    pub(crate) fn begin_with(&self, text: &str) -> bool {
        let own = self.service.environment.iter();
        let mut own = own.filter_map(|setting| setting.value.as_ref());
        own.any(|value| value.value.starts_with(text))
            || self
                .from_files
                .values()
                .any(|value| value.starts_with(text))
    }

    /// Returns a variable.
    pub(crate) fn get(&self, name: &str) -> Setting<'_> {
        if let Some(setting) = self.service.setting(name) {
            return match &setting.value {
                Some(text) if text.is_known => Setting::Value(&text.value),
                _ => Setting::Hidden,
            };
        }
        match self.from_files.get(name) {
            Some(value) => Setting::Value(value),
            None if self.is_complete => Setting::Unset,
            None => Setting::Hidden,
        }
    }
}
