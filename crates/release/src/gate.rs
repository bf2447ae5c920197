//! Readiness gates: a Job that ends when conditions hold, for what no tool of delivery waits for.
//!
//! `helm --wait`, Argo CD and Flux know when workloads of a chart are ready. What an operator makes of a
//! custom resource they do not know alike, or not at all; a Job's end they all do. The Job asks the API
//! server with kubectl and changes nothing.

use serde_json::{Value, json};
use strata_document::{Node, digest_bytes, write_yaml};

use crate::graph::Manifest;

/// Seconds that conditions must hold before the gate opens.
const STABLE_SECONDS: u32 = 30;
/// Seconds between two looks.
const PAUSE_SECONDS: u32 = 10;
/// Minutes until a tool gives up to wait for a gate: drivers are built and nodes are restarted
/// meanwhile. The Job itself goes on, so that a later run finds it ended.
pub const GATE_TIMEOUT_MINUTES: u32 = 95;
/// How often a pod of the Job may be lost: its node may be restarted by what it waits for.
const MOST_LOST_PODS: u32 = 100;
/// Characters of the digest in a Job's name.
const DIGITS: usize = 8;

/// How what is found is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The object exists.
    There,
    /// The field at a path is this text.
    Is {
        /// A path of kubectl, such as `.status.state`.
        path: String,
        /// The text.
        text: String,
    },
    /// The field at a path is a number above this one.
    Above {
        /// A path of kubectl.
        path: String,
        /// The number.
        number: i64,
    },
    /// Two fields are there and equal.
    Same {
        /// Paths of kubectl.
        paths: [String; 2],
    },
}

/// What must be so about one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateCondition {
    /// `GROUP/VERSION` of the object, or `VERSION` of the core.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name; empty for some object of this kind, of which the field must be the text.
    pub name: String,
    /// Its namespace; empty if it has none.
    pub namespace: String,
    /// What must be so.
    pub expectation: Expectation,
}

impl GateCondition {
    /// Returns group and version.
    fn group(&self) -> (&str, &str) {
        let split = self.api_version.split_once('/');
        split.unwrap_or(("", self.api_version.as_str()))
    }

    /// Returns the six words by which the script knows it.
    fn words(&self) -> [String; 6] {
        let (group, version) = self.group();
        let (look, compared, with) = match &self.expectation {
            Expectation::There => ("{.kind}".to_owned(), "there", String::new()),
            Expectation::Is { path, text } if self.name.is_empty() => {
                (format!("{{.items[*]{path}}}"), "some", text.clone())
            }
            Expectation::Is { path, text } => (format!("{{{path}}}"), "is", text.clone()),
            Expectation::Above { path, number } => {
                (format!("{{{path}}}"), "above", number.to_string())
            }
            Expectation::Same {
                paths: [one, other],
            } => (format!("{{{one}}} {{{other}}}"), "same", String::new()),
        };
        [
            format!("{}.{version}.{group}", self.kind),
            self.name.clone(),
            self.namespace.clone(),
            look,
            compared.to_owned(),
            with,
        ]
    }
}

/// A gate behind one component.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Name of its release, and of its objects.
    pub name: String,
    /// Namespace of the Job.
    pub namespace: String,
    /// Image with `sh` and `kubectl`.
    pub image: String,
    /// What must hold.
    pub conditions: Vec<GateCondition>,
    /// What the component is made of: when that changes, another Job is run.
    pub about: String,
    /// Whether the Job runs on any node, whatever its taints.
    pub tolerates_all: bool,
}

impl Gate {
    /// Returns the objects of the gate.
    ///
    /// A Job cannot be changed, so its name changes with what it waits for.
    pub fn manifests(&self) -> Vec<Manifest> {
        let objects = [
            self.service_account(),
            self.role(),
            self.binding(),
            self.job(),
        ];
        let texts = objects.iter().map(|object| {
            let text = write_yaml(&Node::from_json(object));
            format!("---\n{text}")
        });
        vec![Manifest {
            name: "gate.yaml".to_owned(),
            text: texts.collect(),
        }]
    }

    /// Roles belong to the cluster, and gates of one component may stand in several namespaces.
    fn role_name(&self) -> String {
        format!("{}-{}", self.name, self.namespace)
    }

    fn service_account(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": { "name": self.name, "namespace": self.namespace },
        })
    }

    /// The gate may read the objects that it looks at, by name, and nothing else.
    fn role(&self) -> Value {
        let mut rules: Vec<Value> = Vec::new();
        for condition in &self.conditions {
            let (group, _) = condition.group();
            // The plural of a custom resource is known to its definition alone.
            let resource = if group.is_empty() {
                format!("{}s", condition.kind.to_lowercase())
            } else {
                "*".to_owned()
            };
            let mut rule =
                json!({ "apiGroups": [group], "resources": [resource], "verbs": ["get"] });
            if condition.name.is_empty() {
                rule["verbs"] = json!(["get", "list"]);
            } else {
                rule["resourceNames"] = json!([condition.name]);
            }
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": { "name": self.role_name() },
            "rules": rules,
        })
    }

    fn binding(&self) -> Value {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": { "name": self.role_name() },
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": self.role_name(),
            },
            "subjects": [{
                "kind": "ServiceAccount",
                "name": self.name,
                "namespace": self.namespace,
            }],
        })
    }

    /// Returns the command of the Job.
    fn command(&self) -> Vec<String> {
        let mut command: Vec<String> = ["sh", "-c", include_str!("gate/gate.sh"), "gate"]
            .map(str::to_owned)
            .to_vec();
        command.extend(self.conditions.iter().flat_map(GateCondition::words));
        command
    }

    fn job(&self) -> Value {
        let command = self.command();
        let made_of = format!("{}\n{}\n{}", self.about, self.image, command.join("\n"));
        let digest: String = (digest_bytes(made_of.as_bytes()).to_string().chars())
            .take(DIGITS)
            .collect();
        let variable = |name: &str, value: &str| json!({ "name": name, "value": value });
        let mut pod = json!({
            "restartPolicy": "OnFailure",
            "serviceAccountName": self.name,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": 65_534,
                "seccompProfile": { "type": "RuntimeDefault" },
            },
            "containers": [{
                "name": "gate",
                "image": self.image,
                "command": command,
                "env": [
                    variable("STABLE_SECONDS", &STABLE_SECONDS.to_string()),
                    variable("PAUSE_SECONDS", &PAUSE_SECONDS.to_string()),
                    // kubectl keeps what it knows of the API server there.
                    variable("HOME", "/tmp"),
                ],
                "resources": {
                    "requests": { "cpu": "10m", "memory": "64Mi" },
                    "limits": { "memory": "256Mi" },
                },
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "capabilities": { "drop": ["ALL"] },
                    "readOnlyRootFilesystem": true,
                },
                "volumeMounts": [{ "name": "tmp", "mountPath": "/tmp" }],
            }],
            "volumes": [{ "name": "tmp", "emptyDir": {} }],
        });
        if self.tolerates_all {
            pod["tolerations"] = json!([{ "operator": "Exists" }]);
        }
        let labels = json!({ "app.kubernetes.io/name": self.name });
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "name": format!("{}-{digest}", self.name),
                "namespace": self.namespace,
                "labels": labels,
            },
            "spec": {
                "backoffLimit": MOST_LOST_PODS,
                "template": { "metadata": { "labels": labels }, "spec": pod },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(about: &str) -> Gate {
        let condition = |api_version: &str, kind: &str, expectation| GateCondition {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: "x".to_owned(),
            namespace: String::new(),
            expectation,
        };
        let is = Expectation::Is {
            path: ".status.state".to_owned(),
            text: "ready".to_owned(),
        };
        Gate {
            name: "a-readiness".to_owned(),
            namespace: "n".to_owned(),
            image: "example.com/kubectl:1".to_owned(),
            conditions: vec![
                condition("nvidia.com/v1", "ClusterPolicy", is),
                condition("v1", "Node", Expectation::There),
            ],
            about: about.to_owned(),
            tolerates_all: false,
        }
    }

    #[test]
    fn a_condition_is_six_words() {
        let command = gate("").command();
        assert_eq!(
            command[4..10],
            [
                "ClusterPolicy.v1.nvidia.com",
                "x",
                "",
                "{.status.state}",
                "is",
                "ready"
            ]
        );
        assert_eq!(command[10..], ["Node.v1.", "x", "", "{.kind}", "there", ""]);
    }

    #[test]
    fn some_object_of_a_kind_is_looked_for_among_all() {
        let mut gate = gate("");
        gate.conditions.truncate(1);
        gate.conditions[0].name = String::new();
        let words = gate.command().split_off(4);
        let looked = "{.items[*].status.state}";
        assert_eq!(
            words,
            [
                "ClusterPolicy.v1.nvidia.com",
                "",
                "",
                looked,
                "some",
                "ready"
            ]
        );
        assert_eq!(gate.role()["rules"][0]["verbs"], json!(["get", "list"]));
    }

    #[test]
    fn another_component_has_another_job_and_the_same_role() {
        let text = |about| gate(about).manifests().remove(0).text;
        let (one, other) = (text("one"), text("other"));
        let differing: Vec<(&str, &str)> = (one.lines().zip(other.lines()))
            .filter(|(one, other)| one != other)
            .collect();
        assert_eq!(differing.len(), 1, "{differing:?}");
        assert!(differing[0].0.starts_with("  name: a-readiness-"));
        assert!(one.contains("resourceNames:"));
        assert_eq!(one, text("one"));
    }
}
