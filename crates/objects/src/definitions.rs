//! Which kinds there are, and what their objects may be.
//!
//! The schemas of a version of Kubernetes, and over them the custom resource definitions that were found. Who
//! asks for a kind learns whether it is known, whether it is served under another version, or whether nobody
//! here can say.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::custom::CustomKind;
use crate::schema::{Schema, unpack};

/// A kind that the API server serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownKind {
    /// Such as `apps/v1`.
    pub(crate) api_version: String,
    pub(crate) kind: String,
    /// Number of its type.
    pub(crate) definition: u32,
    /// Whether it is served without being asked for.
    pub(crate) is_default: bool,
    /// A list of objects, which has no name.
    pub(crate) is_list: bool,
}

/// A type, unpacked when it is first needed.
#[derive(Debug)]
pub(crate) struct Definition {
    packed: Box<[u8]>,
    schema: OnceLock<Schema>,
}

impl Definition {
    pub(crate) fn packed(bytes: &[u8]) -> Self {
        Self {
            packed: bytes.into(),
            schema: OnceLock::new(),
        }
    }

    fn read(schema: Schema) -> Self {
        Self {
            packed: Box::default(),
            schema: OnceLock::from(schema),
        }
    }

    pub(crate) fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| unpack(&self.packed))
    }
}

/// What the kind of a list is called after that of its items.
const LIST: &str = "List";

/// Everything that is known of kinds.
#[derive(Debug)]
pub struct Definitions {
    pub(crate) version: String,
    /// In order of version and name.
    pub(crate) kinds: Vec<KnownKind>,
    pub(crate) types: Vec<Definition>,
    /// Number of the type of metadata.
    pub(crate) metadata: u32,
    /// By group and kind.
    custom: BTreeMap<(String, String), Vec<CustomKind>>,
}

/// What is known of a kind.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'d> {
    /// It is served by every API server of the version, or where its definition is installed.
    Served(Type<'d>),
    /// It is served only where somebody asked for its version.
    OnRequest(Type<'d>),
    /// Its group is known, and it is not in it, or not in this version.
    NotServed,
    /// Nothing here defines it.
    Undefined,
}

/// What the objects of a kind may be.
#[derive(Clone, Copy, Debug)]
pub struct Type<'d> {
    pub(crate) schema: &'d Schema,
    /// A definition that was found, not one of the API server's own.
    pub(crate) is_custom: bool,
    pub(crate) is_list: bool,
}

impl Definitions {
    pub(crate) fn new(
        version: &str,
        kinds: Vec<KnownKind>,
        schemas: Vec<Schema>,
        metadata: u32,
    ) -> Self {
        let definitions = schemas.into_iter().map(Definition::read).collect();
        Self::of_parts(version, kinds, definitions, metadata)
    }

    pub(crate) fn of_parts(
        version: &str,
        mut kinds: Vec<KnownKind>,
        definitions: Vec<Definition>,
        metadata: u32,
    ) -> Self {
        kinds.sort_by(|one, other| key(one).cmp(&key(other)));
        Self {
            version: version.to_owned(),
            kinds,
            types: definitions,
            metadata,
            custom: BTreeMap::new(),
        }
    }

    /// Returns the version of Kubernetes, such as `1.34`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns how many kinds of the API server there are, each of its versions counted.
    pub fn kinds(&self) -> usize {
        self.kinds.len()
    }

    /// Adds the kinds of a custom resource definition. A version that is there already stays as it is; those
    /// that are left out for that are returned.
    pub fn add(&mut self, kinds: Vec<CustomKind>) -> Vec<CustomKind> {
        let mut left_out = Vec::new();
        for new in kinds {
            let key = (new.group.clone(), new.kind.clone());
            let known = self.custom.entry(key).or_default();
            if known.iter().any(|other| other.version == new.version) {
                left_out.push(new);
            } else {
                known.push(new);
            }
        }
        left_out
    }

    /// Returns the definition that was added for the same version of the same kind.
    pub fn defined(&self, kind: &CustomKind) -> Option<&CustomKind> {
        let key = (kind.group.clone(), kind.kind.clone());
        let mut known = self.custom.get(&key)?.iter();
        known.find(|known| known.version == kind.version)
    }

    /// Returns what is known of a kind.
    pub fn find(&self, api_version: &str, kind: &str) -> Lookup<'_> {
        let (group, version) = split(api_version);
        if let Some(known) = self.custom.get(&(group.to_owned(), kind.to_owned())) {
            let found = known.iter().find(|custom| custom.version == version);
            return found.map_or(Lookup::NotServed, |custom| {
                Lookup::Served(Type {
                    schema: &custom.schema,
                    is_custom: true,
                    is_list: false,
                })
            });
        }
        let found = (self.kinds).binary_search_by(|known| key(known).cmp(&(api_version, kind)));
        match found {
            Ok(index) => {
                let known = &self.kinds[index];
                let found = Type {
                    schema: self.definition(known.definition),
                    is_custom: false,
                    is_list: known.is_list,
                };
                if known.is_default {
                    Lookup::Served(found)
                } else {
                    Lookup::OnRequest(found)
                }
            }
            Err(_) if self.is_own_group(group) || self.meant(group, kind).is_some() => {
                Lookup::NotServed
            }
            Err(_) => Lookup::Undefined,
        }
    }

    /// Returns the versions that serve a kind, those of its own group alone where that has any; those that
    /// are served by default first.
    pub fn versions_of(&self, api_version: &str, kind: &str) -> Vec<String> {
        let (group, _) = split(api_version);
        if let Some(known) = self.custom.get(&(group.to_owned(), kind.to_owned())) {
            let versions = known
                .iter()
                .map(|custom| format!("{group}/{}", custom.version));
            return versions.collect();
        }
        let mut found: Vec<&KnownKind> = (self.kinds.iter())
            .filter(|known| known.kind == kind && known.is_default)
            .collect();
        let is_near = |known: &&KnownKind| split(&known.api_version).0 == group;
        if found.iter().any(is_near) {
            found.retain(is_near);
        }
        found
            .iter()
            .map(|known| known.api_version.clone())
            .collect()
    }

    /// Returns the kinds of a version, for whoever looks for one with nearly that name.
    pub fn kinds_of(&self, api_version: &str) -> impl Iterator<Item = &str> {
        let (group, version) = split(api_version);
        let custom = self.custom.iter().filter(move |((of, _), known)| {
            of == group && known.iter().any(|custom| custom.version == version)
        });
        let own = self.kinds.iter();
        let own = own.filter(move |known| known.api_version == api_version && !known.is_list);
        own.map(|known| known.kind.as_str())
            .chain(custom.map(|((_, kind), _)| kind.as_str()))
    }

    /// Returns the kind of a group that somebody defined and that a name is a slip of, by one sign or by capitals;
    /// other names are those of kinds whose definition is not here.
    pub(crate) fn meant(&self, group: &str, kind: &str) -> Option<String> {
        let defined = self.custom.keys().filter(|(of, _)| of == group);
        let names = defined.flat_map(|(_, name)| [name.clone(), format!("{name}{LIST}")]);
        let mut slips = names.filter(|name| is_slip(kind, name));
        slips.next()
    }

    /// Returns the kind of whose objects a kind is the list, where somebody defined that.
    pub(crate) fn item_kind<'k>(&self, api_version: &str, kind: &'k str) -> Option<&'k str> {
        let item = kind.strip_suffix(LIST)?;
        let key = (split(api_version).0.to_owned(), item.to_owned());
        self.custom.contains_key(&key).then_some(item)
    }

    /// Whether only the API server itself has kinds of a group: those of its own, and every name without a
    /// dot, which nobody else may use.
    fn is_own_group(&self, group: &str) -> bool {
        let is_of = |known: &KnownKind| split(&known.api_version).0 == group;
        !group.contains('.') || self.kinds.iter().any(is_of)
    }

    pub(crate) fn definition(&self, number: u32) -> &Schema {
        static ANYTHING: OnceLock<Schema> = OnceLock::new();
        let found = self.types.get(number as usize);
        found.map_or_else(|| ANYTHING.get_or_init(Schema::default), Definition::schema)
    }
}

fn key(known: &KnownKind) -> (&str, &str) {
    (&known.api_version, &known.kind)
}

/// Returns whether two names differ, in no more than capitals and one sign that was left out, added, changed or
/// swapped with its neighbor.
fn is_slip(typed: &str, name: &str) -> bool {
    let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (one, other) = (lower(typed), lower(name));
    let longest = one.len().min(other.len());
    let start = (0..longest).take_while(|at| one[*at] == other[*at]).count();
    let same_end = |at: &usize| one[one.len() - 1 - at] == other[other.len() - 1 - at];
    let end = (0..longest - start).take_while(same_end).count();
    let (one, other) = (
        &one[start..one.len() - end],
        &other[start..other.len() - end],
    );
    let is_swapped =
        || one.len() == 2 && other.len() == 2 && one[0] == other[1] && one[1] == other[0];
    typed != name && (one.len().max(other.len()) <= 1 || is_swapped())
}

/// Splits a version into group and version; the group of `v1` is empty.
pub(crate) fn split(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_one_sign_or_capitals() {
        for typed in ["Fooo", "Fo", "foo", "Boo", "oFo", "Foo1", "FOOO"] {
            assert!(is_slip(typed, "Foo"), "{typed}");
        }
        for (typed, name) in [
            ("Foo", "Foo"),
            ("TCPRoute", "UDPRoute"),
            ("HTTPRoute", "TCPRoute"),
            ("Fooooo", "Foo"),
            ("", "Foo"),
            ("Certificate", "CertificateRequest"),
        ] {
            assert!(!is_slip(typed, name), "{typed} {name}");
        }
    }
}
