//! Docker Compose files: what they are, what they say, and which of them belong together.

pub mod dotenv;
pub mod interpolate;
