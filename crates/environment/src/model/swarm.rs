//! Whether a composition is deployed to a swarm, where some fields mean something else than beside it.

use strata_document::Node;

use super::Stack;

/// Fields of `deploy` that mean something in a swarm only.
const ONLY_THERE: &[&str] = &[
    "endpoint_mode",
    "mode",
    "placement",
    "rollback_config",
    "update_config",
];

impl Stack {
    /// Returns whether a service says something that only a swarm does, and none is built, which a swarm
    /// cannot.
    pub fn is_for_swarm(&self) -> bool {
        if self.services.iter().any(|service| service.build.is_some()) {
            return false;
        }
        self.services.iter().any(|service| {
            let deploy = service.node.get("deploy");
            let says = |field: &str| {
                let stated = deploy.and_then(|deploy| deploy.get(field));
                stated.is_some_and(|node| !Node::is_null(node))
            };
            ONLY_THERE.iter().any(|field| says(field))
        })
    }
}
