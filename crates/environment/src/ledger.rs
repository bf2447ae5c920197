//! Ledgers: what all compositions of a repository claim together.
//!
//! Each is a pure function of the model. It serializes to the JSON that programs read, and gives a
//! [`Table`] for people; whoever prints it decides how wide.

mod graph;
mod images;
mod ports;
mod table;
mod variants;

pub use graph::{DependencyEdge, Graph, GraphNetwork, GraphService};
pub use images::{BuiltImage, ImageLedger, ImageUse, RepositoryUse, User};
pub use ports::{PortClaim, PortCollision, PortLedger, TakenPort};
pub use table::Table;
