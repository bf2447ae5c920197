//! Questions about one image as it is referred to.

use std::collections::BTreeMap;

use super::fact::{Date, Doubt, Fact, Known, Settled, glob, holding, settle};
use super::facts::{
    Access, Authentication, Deprecation, Endpoint, HealthCommand, ImageFacts, Listening, Port,
    Presence, Role, Secret, Versioning, Zone,
};
use super::tag::{Completeness, Form, Tag, Word};

/// A variable of a container, as far as it is known before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'a> {
    /// It is not set.
    Unset,
    /// It is set, to what is not known.
    Hidden,
    /// It is set to this.
    Value(&'a str),
}

/// An image by one of its tags, and what is known of it.
#[derive(Clone, Debug)]
pub struct Image<'a> {
    facts: Option<&'a ImageFacts>,
    words: &'a BTreeMap<String, Word>,
    trusted_since: Option<Date>,
    tag: Option<Tag<'a>>,
}

impl<'a> Image<'a> {
    pub(super) fn new(
        facts: Option<&'a ImageFacts>,
        words: &'a BTreeMap<String, Word>,
        trusted_since: Option<Date>,
        tag: Option<&'a str>,
    ) -> Self {
        let versioning = facts.map_or(&[][..], |facts| &facts.versioning);
        let tag = tag.map(|tag| {
            let forms = versioning.iter().map(|fact| &fact.is.form);
            Tag::read(tag, forms.chain([&Form::COMMON]))
        });
        Self {
            facts,
            words,
            trusted_since,
            tag,
        }
    }

    /// Returns everything that is known of the repository, for whatever tag.
    pub fn facts(&self) -> Option<&'a ImageFacts> {
        self.facts
    }

    /// Returns the tag and what it says; nothing where a digest stands alone.
    pub fn tag(&self) -> Option<&Tag<'a>> {
        self.tag.as_ref()
    }

    /// Returns how much the tag pins. A digest is not looked at, and pins everything.
    pub fn completeness(&self) -> Completeness {
        let Some(tag) = &self.tag else {
            return Completeness::Unknown;
        };
        if tag.is_floating(self.words) {
            return Completeness::Floating;
        }
        let mut needed = self.versionings().peekable();
        if needed.peek().is_none() {
            return Completeness::Unknown;
        }
        let precision = tag.precision();
        let (mut least, mut most) = (usize::MAX, 0);
        for fact in needed {
            // A time names one release.
            let parts = if fact.is.form.is_date() {
                1
            } else {
                fact.is.parts
            };
            least = least.min(parts);
            most = most.max(parts);
        }
        if precision >= most {
            Completeness::Full
        } else if precision < least {
            Completeness::Partial
        } else {
            Completeness::Unknown
        }
    }

    /// Returns how the tags of the repository are formed, if this one is formed so.
    pub fn versioning(&self) -> Option<&'a Fact<Versioning>> {
        self.versionings().next()
    }

    /// Facts about the form of tags that may be about this one.
    fn versionings(&self) -> impl Iterator<Item = &'a Fact<Versioning>> {
        let facts = self.facts.map_or(&[][..], |facts| &facts.versioning);
        facts.iter().filter(|fact| {
            let tag = self.tag.as_ref();
            let is_of_form = tag.is_some_and(|tag| {
                tag.version.is_some() && fact.is.form.read(tag.text).as_ref() == Some(tag)
            });
            is_of_form && fact.scope.may_cover(tag)
        })
    }

    /// Returns whether the tag was ever published; [`Image::deprecated`] says what was withdrawn
    /// since.
    pub fn published(&self) -> Known<'a, Presence> {
        self.settle(|facts| &facts.published).ask(is_present)
    }

    /// Returns whether the image should no longer be used, and why.
    pub fn deprecated(&self) -> Option<&'a Fact<Deprecation>> {
        self.all(|facts| &facts.deprecated).next()
    }

    /// Returns what the image is for.
    pub fn role(&self) -> Settled<'a, Role> {
        self.settle(|facts| &facts.role)
    }

    /// Returns the fact that a command makes the image do something once and exit.
    ///
    /// `command` is the command as words with one space between them.
    pub fn job(&self, command: &str) -> Option<&'a Fact<String>> {
        self.all(|facts| &facts.jobs)
            .find(|fact| glob(&fact.is, command))
    }

    /// Returns the zone of its services.
    pub fn zone(&self) -> Settled<'a, Zone> {
        self.settle(|facts| &facts.zone)
    }

    /// Returns whether a program is on the path of the image.
    pub fn holds(&self, program: &str) -> Known<'a, Presence> {
        self.named(|facts| facts.programs.get(program))
            .ask(is_present)
    }

    /// Returns where the image answers HTTP requests for a path (`/health/ready`), by the longest
    /// pattern that matches it.
    pub fn endpoint(&self, path: &str) -> Settled<'a, Endpoint> {
        self.named(|facts| {
            let matching = facts.endpoints.iter().filter(|(key, _)| glob(key, path));
            let longest = matching.max_by_key(|(key, _)| key.len());
            longest.map(|(_, facts)| facts)
        })
    }

    /// Returns whether requests for a path are answered on a port, given the variables of the
    /// container. What the image [needs](Endpoint::needs) for it is not looked at.
    pub fn answers<'v>(
        &self,
        path: &str,
        port: u16,
        variable: impl Fn(&str) -> Setting<'v>,
    ) -> Known<'a, Endpoint> {
        let settled = self.endpoint(path);
        if let Settled::Known(fact) = settled {
            let is_set = |name: &String| variable(name) != Setting::Unset;
            if fact.is.unless.iter().any(is_set) {
                return Known::Unknown(Doubt::Setting(fact));
            }
        }
        settled.ask(|endpoint| endpoint.ports.contains(&port))
    }

    /// Returns a command that says inside the container whether it is well.
    pub fn probe(&self) -> Settled<'a, HealthCommand> {
        self.settle(|facts| &facts.probe)
    }

    /// Returns whether the image brings a health check of its own.
    pub fn checks_itself(&self) -> Known<'a, Presence> {
        self.settle(|facts| &facts.healthcheck).ask(is_present)
    }

    /// Returns whether the image surely sets a variable for what runs in it.
    pub fn sets(&self, variable: &str) -> bool {
        self.all(|facts| &facts.sets)
            .any(|fact| fact.is.iter().any(|name| name == variable))
    }

    /// Returns whether anything listens on a port so that it can be reached from outside of the
    /// container, given the variables of the container.
    pub fn listens<'v>(
        &self,
        port: Port,
        variable: impl Fn(&str) -> Setting<'v>,
    ) -> Known<'a, Listening> {
        let settled = self.named(|facts| facts.ports.get(&port));
        let Settled::Known(fact) = settled else {
            return settled.ask(|_| false);
        };
        let list = match &fact.is {
            Listening::Always => return Known::Yes(fact),
            Listening::Never => return Known::No(fact),
            Listening::AsSet {
                variable: name,
                default,
            } => match variable(name) {
                Setting::Hidden => return Known::Unknown(Doubt::Setting(fact)),
                Setting::Unset => default.as_str(),
                Setting::Value(value) => value,
            },
        };
        match is_listed(list, port.number) {
            Some(true) => Known::Yes(fact),
            Some(false) => Known::No(fact),
            None => Known::Unknown(Doubt::Setting(fact)),
        }
    }

    /// Returns whether a variable takes a value. `No` says that the image takes only those of the
    /// fact.
    pub fn accepts(&self, variable: &str, value: &str) -> Known<'a, Vec<String>> {
        self.named(|facts| facts.accepts.get(variable))
            .ask(|values| values.iter().any(|known| known == value))
    }

    /// Returns the fact that a variable holds a secret.
    pub fn secret(&self, variable: &str) -> Option<&'a Fact<Secret>> {
        self.named(|facts| facts.secrets.get(variable)).fact()
    }

    /// Returns how clients are let in.
    pub fn authentication(&self) -> Settled<'a, Authentication> {
        self.settle(|facts| &facts.authentication)
    }

    /// Returns whether clients need credentials, given the words of the command and the variables
    /// of the container.
    pub fn asks_for_credentials<'v>(
        &self,
        command: &[&str],
        variable: impl Fn(&str) -> Setting<'v>,
    ) -> Known<'a, Authentication> {
        let settled = self.authentication();
        let Settled::Known(fact) = settled else {
            return settled.ask(|_| false);
        };
        let auth = &fact.is;
        for (name, values) in &auth.opens {
            match variable(name) {
                Setting::Value(value) if values.iter().any(|one| one == value) => {
                    return Known::No(fact);
                }
                Setting::Hidden => return Known::Unknown(Doubt::Setting(fact)),
                Setting::Value(_) | Setting::Unset => {}
            }
        }
        // `--requirepass x`, `--requirepass=x` and `--requirepass ""`, which switches it off.
        let mut is_asked = false;
        for (index, word) in command.iter().enumerate() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (*word, command.get(index + 1).copied()),
            };
            is_asked |= auth.flags.iter().any(|known| known == word);
            let is_empty = value.is_none_or(|value| value.trim_matches(['"', '\'']).is_empty());
            is_asked |= !is_empty && auth.arguments.iter().any(|known| known == name);
        }
        let mut is_hidden = false;
        for name in &auth.variables {
            match variable(name) {
                Setting::Unset | Setting::Value("") => {}
                Setting::Value(_) => is_asked = true,
                Setting::Hidden => is_hidden = true,
            }
        }
        let names_file = command
            .iter()
            .any(|word| auth.files.iter().any(|pattern| glob(pattern, word)));
        if is_asked || auth.default != Access::Open {
            Known::Yes(fact)
        } else if is_hidden || names_file {
            Known::Unknown(Doubt::Setting(fact))
        } else {
            Known::No(fact)
        }
    }

    /// Returns as whom the command runs.
    pub fn user(&self) -> Settled<'a, String> {
        self.settle(|facts| &facts.user)
    }

    /// Returns the directories in which it keeps what must survive it.
    pub fn state(&self) -> impl Iterator<Item = &'a Fact<String>> {
        self.all(|facts| &facts.state)
    }

    fn settle<T: PartialEq>(
        &self,
        field: impl FnOnce(&'a ImageFacts) -> &'a Vec<Fact<T>>,
    ) -> Settled<'a, T> {
        self.named(|facts| Some(field(facts)))
    }

    fn named<T: PartialEq>(
        &self,
        field: impl FnOnce(&'a ImageFacts) -> Option<&'a Vec<Fact<T>>>,
    ) -> Settled<'a, T> {
        let facts = self.facts.and_then(field).map_or(&[][..], Vec::as_slice);
        settle(facts, self.tag.as_ref(), self.trusted_since)
    }

    fn all<T: 'a>(
        &self,
        field: impl FnOnce(&'a ImageFacts) -> &'a Vec<Fact<T>>,
    ) -> impl Iterator<Item = &'a Fact<T>> {
        let facts = self.facts.map_or(&[][..], |facts| field(facts).as_slice());
        holding(facts, self.tag.as_ref(), self.trusted_since)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape of a question")]
fn is_present(presence: &Presence) -> bool {
    *presence == Presence::Present
}

/// Returns whether a list of listeners has a port on an address that others reach; nothing where an
/// item is not understood.
fn is_listed(list: &str, port: u16) -> Option<bool> {
    if list.trim() == "off" {
        return Some(false);
    }
    let mut is_listed = false;
    for item in list.split(',') {
        let Some(listener) = item.split_whitespace().next() else {
            continue;
        };
        let (address, number) = listener.rsplit_once(':')?;
        let number: u16 = number.parse().ok()?;
        let is_local = address.starts_with("127.") || matches!(address, "localhost" | "[::1]");
        is_listed |= number == port && !is_local;
    }
    Some(is_listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_read_as_lists() {
        let list = "0.0.0.0:8001 reuseport backlog=16384, 127.0.0.1:8444 http2 ssl";
        assert_eq!(is_listed(list, 8001), Some(true));
        // Nobody outside of the container reaches its loopback address.
        assert_eq!(is_listed(list, 8444), Some(false));
        assert_eq!(is_listed(list, 8002), Some(false));
        assert_eq!(is_listed("[::]:8444 ssl", 8444), Some(true));
        assert_eq!(is_listed("off", 8444), Some(false));
        assert_eq!(is_listed("", 8444), Some(false));
        assert_eq!(is_listed("${X}", 8444), None);
    }
}
