//! What a cluster is asked to be: five named dimensions and a number of nodes.

use std::fmt;

use strata_document::Node;

/// A dimension of criteria that has named values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// Kubernetes service: who runs the control plane.
    Service,
    /// GPU model.
    Accelerator,
    /// What the cluster is for.
    Intent,
    /// Operating system of the GPU nodes.
    Os,
    /// Framework on top.
    Platform,
}

/// The word that means "no preference".
pub const ANY: &str = "any";

impl Dimension {
    /// All dimensions in the order of the string form of criteria.
    pub const ALL: [Self; 5] = [
        Self::Service,
        Self::Accelerator,
        Self::Intent,
        Self::Os,
        Self::Platform,
    ];

    /// Returns the field name, which is also the flag name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Accelerator => "accelerator",
            Self::Intent => "intent",
            Self::Os => "os",
            Self::Platform => "platform",
        }
    }

    /// Returns the dimension of a field name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.name() == name)
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value for every dimension; empty text means unset, `any` means "no preference".
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Criteria {
    values: [String; 5],
    /// Number of nodes; 0 means unset.
    pub nodes: u64,
}

impl Criteria {
    /// Returns criteria whose every dimension is `any`.
    pub fn any() -> Self {
        Self {
            values: std::array::from_fn(|_| ANY.to_owned()),
            nodes: 0,
        }
    }

    /// Returns the value as stored: empty, `any`, or a name.
    pub fn get(&self, dimension: Dimension) -> &str {
        &self.values[dimension as usize]
    }

    /// Sets a value.
    pub fn set(&mut self, dimension: Dimension, value: impl Into<String>) {
        self.values[dimension as usize] = value.into();
    }

    /// Returns the value if it names something, that is, if it is neither empty nor `any`.
    pub fn named(&self, dimension: Dimension) -> Option<&str> {
        Some(self.get(dimension)).filter(|value| !value.is_empty() && *value != ANY)
    }

    /// Returns the named values in order.
    pub fn iter_named(&self) -> impl Iterator<Item = (Dimension, &str)> {
        Dimension::ALL
            .into_iter()
            .filter_map(|d| self.named(d).map(|value| (d, value)))
    }

    /// Returns how many dimensions are set, `nodes` included: 0 to 6.
    pub fn specificity(&self) -> usize {
        self.iter_named().count() + usize::from(self.nodes > 0)
    }

    /// Returns whether an overlay with these criteria applies to a query.
    ///
    /// Matching is asymmetric: a dimension this leaves open accepts everything, one it names
    /// accepts only that name, so a vague query never receives specialized configuration.
    pub fn accepts(&self, query: &Self) -> bool {
        self.iter_named()
            .all(|(dimension, value)| query.get(dimension) == value)
            && (self.nodes == 0 || self.nodes == query.nodes)
    }

    /// Returns the `criteria` block of a recipe: empty text and 0 left out, `any` printed.
    pub fn to_node(&self, place: strata_diagnostic::Place) -> Node {
        let mut mapping = strata_document::Mapping::default();
        for dimension in Dimension::ALL {
            let value = self.get(dimension);
            if !value.is_empty() {
                mapping.set(dimension.name(), Node::string(value, place));
            }
        }
        if self.nodes > 0 {
            let nodes = self.nodes.to_string();
            let node = Node::scalar(strata_document::ScalarKind::Integer, nodes, place);
            mapping.set("nodes", node);
        }
        Node::mapping(mapping, place)
    }

    /// Returns the named values as a JSON object, for programs.
    pub fn to_json(&self) -> serde_json::Value {
        let named = self
            .iter_named()
            .map(|(d, value)| (d.name().to_owned(), value.into()));
        serde_json::Value::Object(named.collect())
    }

    /// Returns the flags that ask for these criteria.
    pub fn to_flags(&self) -> String {
        let mut flags: Vec<String> = self
            .iter_named()
            .map(|(d, value)| format!("--{d} {value}"))
            .collect();
        if self.nodes > 0 {
            flags.push(format!("--nodes {}", self.nodes));
        }
        flags.join(" ")
    }
}

impl fmt::Display for Criteria {
    /// Writes `criteria(service=eks, nodes=8)`: a dimension that is `any` and 0 nodes are left out,
    /// an unset one is printed empty. Reports are sorted by this text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Dimension::ALL
            .into_iter()
            .filter(|d| self.get(*d) != ANY)
            .map(|d| format!("{d}={}", self.get(d)))
            .collect();
        if self.nodes > 0 {
            parts.push(format!("nodes={}", self.nodes));
        }
        if parts.is_empty() {
            parts.push(ANY.to_owned());
        }
        write!(f, "criteria({})", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criteria(text: &str) -> Criteria {
        let mut criteria = Criteria::default();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').expect("name=value");
            match Dimension::from_name(name) {
                Some(dimension) => criteria.set(dimension, value),
                None => criteria.nodes = value.parse().expect("a number"),
            }
        }
        criteria
    }

    fn query(text: &str) -> Criteria {
        let mut query = Criteria::any();
        let given = criteria(text);
        for (dimension, value) in given.iter_named() {
            query.set(dimension, value);
        }
        query.nodes = given.nodes;
        query
    }

    #[test]
    fn matching_is_asymmetric() {
        let asked = query("service=eks,accelerator=h100");
        for (rule, expected) in [
            ("accelerator=h100", true),
            ("service=eks", true),
            ("service=eks,accelerator=h100", true),
            ("service=eks,accelerator=h100,os=ubuntu", false),
            ("", true),
            ("service=EKS", false),
            ("service=eks,nodes=8", false),
        ] {
            assert_eq!(criteria(rule).accepts(&asked), expected, "{rule}");
        }
    }

    #[test]
    fn string_form_leaves_out_any() {
        assert_eq!(
            query("service=eks,nodes=8").to_string(),
            "criteria(service=eks, nodes=8)"
        );
        assert_eq!(query("").to_string(), "criteria(any)");
        assert_eq!(
            criteria("service=eks").to_string(),
            "criteria(service=eks, accelerator=, intent=, os=, platform=)"
        );
    }
}
