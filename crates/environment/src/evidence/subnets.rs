//! The subnets that compositions ask for, and how they give them up.

use strata_diagnostic::{Edit, Place};
use strata_document::Node;

use crate::context::Context;
use crate::edits;
use crate::model::{Resource, Stack, Subnet};

/// A subnet that a network of a composition asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) subnet: Subnet,
    pub(crate) stack: &'a Stack,
    pub(crate) network: &'a Resource,
    pub(crate) place: Place,
    pub(crate) path: String,
}

/// Returns the subnets that the networks of a composition ask for. What an external network says is
/// without effect, and what depends on the shell is unknown.
pub(crate) fn asked(stack: &Stack) -> Vec<Asked<'_>> {
    let mut asked = Vec::new();
    for network in stack.networks.iter().filter(|one| !one.is_external) {
        let configs = network.node.at(&["ipam", "config"]);
        let configs = configs.and_then(Node::as_sequence).into_iter().flatten();
        for (index, config) in configs.enumerate() {
            let path = format!("{}.ipam.config[{index}].subnet", network.path);
            let text = config.get("subnet").and_then(|node| stack.text(node, path));
            let Some(text) = text.filter(|text| stack.is_settled(text)) else {
                continue;
            };
            if let Some(subnet) = Subnet::parse(&text.value) {
                asked.push(Asked {
                    subnet,
                    stack,
                    network,
                    place: text.place,
                    path: text.path,
                });
            }
        }
    }
    asked
}

impl Asked<'_> {
    /// Returns the edit after which the engine chooses the subnet. There is none where a service
    /// has a fixed address on the network, or where the block says more than subnets.
    pub(crate) fn give_up(&self, context: &Context<'_>) -> Option<Edit> {
        let address = ["ipv4_address", "ipv6_address"];
        let is_fixed = |node: &Node| address.iter().any(|field| node.get(field).is_some());
        let mut services = self.stack.services.iter();
        if services.any(|service| {
            let node = service.node.at(&["networks", &self.network.key]);
            node.is_some_and(is_fixed)
        }) {
            return None;
        }
        let network = self.network;
        let entry = edits::own_field(context, network.place, &network.node, "ipam")?;
        let says_more = |node: &Node, known: &str| {
            let mut fields = node.as_mapping().into_iter().flatten();
            fields.any(|field| !field.key.is(known))
        };
        let mut configs = entry.value.get("config")?.as_sequence()?.iter();
        if says_more(&entry.value, "config") || configs.any(|config| says_more(config, "subnet")) {
            return None;
        }
        edits::remove_field(context, entry.key.place, &entry.value)
    }
}
