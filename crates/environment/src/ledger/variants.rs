//! Compositions that lay other files over one: what they leave as it is, is put down once.

use crate::compose::OVERRIDE_NAMES;
use crate::model::{Service, Stack, Workspace};

/// A composition, and how ledgers speak of it.
pub(super) struct Variant<'a> {
    pub(super) stack: &'a Stack,
    /// The composition that is put down whole, of which this one is a variant.
    base: Option<&'a Stack>,
}

impl<'a> Variant<'a> {
    /// Returns a service as the composition has it that is put down whole.
    pub(super) fn in_base(&self, service: &Service) -> Option<(&'a Stack, &'a Service)> {
        let base = self.base?;
        Some((base, base.service(&service.name)?))
    }

    /// Returns the name of the composition: its first file; all of them where only they tell it from
    /// the one that is put down whole.
    pub(super) fn name(&self) -> String {
        match self.base {
            None => self.stack.file().to_owned(),
            Some(_) => {
                let files: Vec<&str> = self.stack.files.iter().map(String::as_str).collect();
                files.join(" + ")
            }
        }
    }

    /// Returns the first file, which all variants have in common.
    pub(super) fn first_file(&self) -> &'a str {
        self.stack.file()
    }
}

/// Returns all compositions in their order, but of those over one file first the one that Compose
/// takes by itself.
pub(super) fn variants(workspace: &Workspace) -> Vec<Variant<'_>> {
    let stacks = &workspace.stacks;
    let mut variants: Vec<Variant<'_>> = Vec::with_capacity(stacks.len());
    for (index, stack) in stacks.iter().enumerate() {
        let is_like = |other: &&Stack| !stack.files.is_empty() && other.has_base_of(stack);
        if stacks[..index].iter().any(|earlier| is_like(&earlier)) {
            continue;
        }
        let alike: Vec<&Stack> = stacks[index..].iter().filter(is_like).collect();
        let Some(base) = alike.iter().copied().min_by_key(|one| distance(one)) else {
            variants.push(Variant { stack, base: None });
            continue;
        };
        variants.push(Variant {
            stack: base,
            base: None,
        });
        let others = alike.into_iter().filter(|one| !std::ptr::eq(*one, base));
        variants.extend(others.map(|stack| Variant {
            stack,
            base: Some(base),
        }));
    }
    variants
}

/// How far a composition is from what Compose takes by itself.
fn distance(stack: &Stack) -> usize {
    let is_override = |file: &String| {
        let name = file.rsplit('/').next().unwrap_or(file);
        OVERRIDE_NAMES.contains(&name)
    };
    let over = stack.files.iter().skip(1);
    over.map(|file| if is_override(file) { 1 } else { 2 }).sum()
}
