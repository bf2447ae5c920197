//! What is known of container images: programs they hold, ports they listen on, tags that exist.
//!
//! None of it can be learnt from a Compose file, and all of it changes between releases. So it is
//! data: facts with the tags that they hold for, a source and a day, in the catalog and in layers
//! over it. Outside of what a fact says it holds for, an answer is unknown. Which findings follow
//! is the business of the rules.

mod catalog;
mod fact;
mod facts;
mod image;
mod packed;
mod reference;
mod schema;
mod tag;

pub use catalog::{ImageCatalog, ImageError, KIND};
pub(crate) use fact::glob;
pub use fact::{Date, Doubt, Evidence, Fact, Known, Range, Scope, Settled};
pub use facts::{
    Access, Authentication, Deprecation, Endpoint, HealthCommand, ImageFacts, Listening, Port,
    Presence, Role, Secret, Versioning, Zone,
};
pub use image::{Image, Setting};
pub use reference::{ImageReference, ReferenceError};
pub use tag::{Completeness, Form, FormError, Tag, Word};
