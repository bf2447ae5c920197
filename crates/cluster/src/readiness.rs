//! Readiness gates of components: what their health checks ask for, and which of it no tool of delivery
//! waits for by itself.
//!
//! A check is a `Test` of Chainsaw. Of its language, conditions that kubectl can look at are understood;
//! any other is refused rather than left out. `helm --wait`, Argo CD and Flux wait for workloads and
//! definitions, so a component whose check asks for nothing else gets no gate.

use strata_diagnostic::{Finding, Outcome, Place, Severity};
use strata_document::{Limits, Node, Spanned, read};
use strata_release::{Expectation, GateCondition};

use crate::catalog::Catalog;
use crate::codes;
use crate::recipe::ComponentRef;

/// What a gate behind a component waits for; nothing where it needs none.
///
/// # Errors
///
/// `CLU-54` for a check that a gate cannot be made of.
pub(crate) fn conditions(
    catalog: &Catalog,
    component: &ComponentRef,
    is_left_alone: bool,
) -> Outcome<Vec<GateCondition>> {
    let path = format!("components/{}/readiness.yaml", &*component.name);
    let own = catalog.file(&path);
    let mut findings = Vec::new();
    let (text, place) = match own {
        // Written for a gate, so that one is wanted.
        Some(file) => match file.text().take(&mut findings) {
            Some(text) => (text, Place::whole(file.source)),
            None => return Outcome::fail_all(findings),
        },
        None => {
            let text: &Spanned<String> = &component.health_check_asserts;
            (text.value.as_str(), text.place)
        }
    };
    if text.trim().is_empty() {
        return Outcome::ok(Vec::new());
    }
    let source = place.source;
    let outcome = read(text.as_bytes(), source, &Limits::CATALOG_FILE);
    // What is quoted in a recipe has its places there.
    let tree = outcome.take(&mut findings);
    let Some(tree) = tree else {
        return Outcome::fail_all(findings);
    };
    let mut found = Vec::new();
    match understand(&tree, &mut found) {
        Ok(()) => {
            let is_needed = own.is_some()
                || is_left_alone
                || found.iter().any(|condition| !is_waited_for(condition));
            Outcome::with(if is_needed { found } else { Vec::new() }, findings)
        }
        Err(problem) => {
            let message = format!(
                "no gate can be made of the check of `{}`: {problem}",
                &*component.name
            );
            let finding = Finding::new(&codes::NO_GATE, message).at(place);
            let finding = finding.help(format!(
                "say in `{path}` of a layer what is to be waited for"
            ));
            if own.is_some() {
                findings.push(finding);
                return Outcome::fail_all(findings);
            }
            // A health check was not written for this.
            findings.push(finding.severity(Severity::Warning));
            Outcome::with(Vec::new(), findings)
        }
    }
}

/// Whether every tool of delivery waits for this by itself, where the object is one of the chart's.
fn is_waited_for(condition: &GateCondition) -> bool {
    let kind = (condition.api_version.as_str(), condition.kind.as_str());
    match (&condition.expectation, kind) {
        (Expectation::Above { path, number: 0 }, ("apps/v1", "Deployment")) => {
            path == ".status.availableReplicas"
        }
        (Expectation::Is { path, text }, ("apps/v1", "Deployment")) => {
            path == &condition_path("Available") && text == "True"
        }
        (
            Expectation::Is { path, text },
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ) => path == &condition_path("Established") && text == "True",
        (Expectation::Same { paths }, ("apps/v1", "DaemonSet")) => {
            let mut paths = paths.clone();
            paths.sort();
            paths == [".status.desiredNumberScheduled", ".status.numberReady"]
        }
        _ => false,
    }
}

fn condition_path(kind: &str) -> String {
    format!(".status.conditions[?(@.type==\"{kind}\")].status")
}

/// Collects what a test asks for.
fn understand(test: &Node, found: &mut Vec<GateCondition>) -> Result<(), String> {
    let word = |node: &Node, path: &[&str]| {
        let text = node.at(path).and_then(Node::as_text);
        text.unwrap_or_default().to_owned()
    };
    let is_test = word(test, &["apiVersion"]).starts_with("chainsaw.kyverno.io/")
        && word(test, &["kind"]) == "Test";
    if !is_test {
        return Err("it is no Test of Chainsaw".to_owned());
    }
    let steps = test.at(&["spec", "steps"]).and_then(Node::as_sequence);
    for step in steps.unwrap_or_default() {
        let operations = step.get("try").and_then(Node::as_sequence);
        for operation in operations.unwrap_or_default() {
            let Some(resource) = operation.at(&["assert", "resource"]) else {
                let known = operation.as_mapping().into_iter().flatten();
                let names: Vec<&str> = known.map(|entry| &*entry.key.text).collect();
                return Err(format!(
                    "`{}` is no assertion about an object",
                    names.join(", ")
                ));
            };
            let subject = GateCondition {
                api_version: word(resource, &["apiVersion"]),
                kind: word(resource, &["kind"]),
                name: word(resource, &["metadata", "name"]),
                namespace: word(resource, &["metadata", "namespace"]),
                expectation: Expectation::There,
            };
            let names = [&subject.api_version, &subject.kind];
            let is_one = is_plain(&subject.name);
            if !names.iter().all(|name| is_plain(name)) || !is_one && !subject.name.is_empty() {
                return Err("an assertion names no object".to_owned());
            }
            let before = found.len();
            let fields = resource.as_mapping().into_iter().flatten();
            for entry in
                fields.filter(|e| !["apiVersion", "kind", "metadata"].contains(&&*e.key.text))
            {
                let mut put = |expectation| {
                    found.push(GateCondition {
                        expectation,
                        ..subject.clone()
                    });
                };
                walk("", &entry.key.text, &entry.value, &mut put)?;
            }
            if found.len() == before {
                found.push(subject.clone());
            }
            // Of an object without a name one field can be looked at, as a word.
            let of_some = |condition: &GateCondition| {
                matches!(&condition.expectation, Expectation::Is { path, text }
                    if is_plain(text) && !path.contains('['))
            };
            let is_one_field = found.len() == before + 1 && found.last().is_some_and(of_some);
            if !is_one && !is_one_field {
                return Err(
                    "an assertion about an object without a name is not of one field".to_owned(),
                );
            }
        }
    }
    Ok(())
}

/// Letters, digits and what stands between them in names of objects, fields and versions.
fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

fn is_field(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn walk(
    above: &str,
    key: &str,
    value: &Node,
    put: &mut impl FnMut(Expectation),
) -> Result<(), String> {
    if let Some(expression) = key
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        put(compared(above, expression, value)
            .ok_or_else(|| format!("`{key}` is not understood"))?);
        return Ok(());
    }
    if !is_field(key) {
        return Err(format!("`{key}` is not understood"));
    }
    let path = format!("{above}.{key}");
    if let Some(mapping) = value.as_mapping() {
        for entry in mapping {
            walk(&path, &entry.key.text, &entry.value, put)?;
        }
        return Ok(());
    }
    let text = value.as_scalar().map(|scalar| scalar.text().to_owned());
    let text = text.ok_or_else(|| format!("a list at `{key}` is not understood"))?;
    put(Expectation::Is { path, text });
    Ok(())
}

/// The status of a condition of which nothing else is asked.
fn of_condition(condition: &Node) -> Option<&Node> {
    let is_alone = condition
        .as_mapping()
        .is_some_and(|fields| fields.len() == 1);
    condition.get("status").filter(|_| is_alone)
}

/// Understands an expression: `(conditions[?type == 'X'].status): ["True"]`, `(a == b): true`,
/// ``(a > `0`): true``.
fn compared(above: &str, expression: &str, value: &Node) -> Option<Expectation> {
    if let Some(rest) = expression.strip_prefix("conditions[?type == '") {
        let [only] = value.as_sequence()? else {
            return None;
        };
        let (kind, status) = match rest.strip_suffix("'].status") {
            Some(kind) => (kind, only),
            None => (rest.strip_suffix("']")?, of_condition(only)?),
        };
        let text = status.as_text()?.to_owned();
        let path = format!("{above}.conditions[?(@.type==\"{kind}\")].status");
        return is_plain(kind).then_some(Expectation::Is { path, text });
    }
    if value.as_bool() != Some(true) {
        return None;
    }
    let words: Vec<&str> = expression.split_whitespace().collect();
    let [left, operator, right] = words[..] else {
        return None;
    };
    let path = |field: &str| is_field(field).then(|| format!("{above}.{field}"));
    let number = right
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    match (operator, number) {
        ("==", None) => Some(Expectation::Same {
            paths: [path(left)?, path(right)?],
        }),
        (">", Some(number)) => Some(Expectation::Above {
            path: path(left)?,
            number: number.parse().ok()?,
        }),
        (">=", Some(number)) => Some(Expectation::Above {
            path: path(left)?,
            number: number.parse::<i64>().ok()?.checked_sub(1)?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::*;

    fn understood(status: &str) -> Result<Vec<GateCondition>, String> {
        let text = format!(
            "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec:\n  steps:\n    - try:\n        \
             - assert:\n            resource:\n              apiVersion: apps/v1\n              \
             kind: DaemonSet\n              metadata: {{name: d, namespace: n}}\n              {status}\n"
        );
        let tree = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
        let mut found = Vec::new();
        understand(&tree.value.expect("YAML"), &mut found).map(|()| found)
    }

    #[test]
    fn conditions_that_kubectl_can_look_at_are_understood() {
        let path = |text: &str| text.to_owned();
        for (status, expected) in [
            ("", vec![Expectation::There]),
            (
                "status: {state: ready, deep: {count: 3}}",
                vec![
                    Expectation::Is {
                        path: path(".status.state"),
                        text: path("ready"),
                    },
                    Expectation::Is {
                        path: path(".status.deep.count"),
                        text: path("3"),
                    },
                ],
            ),
            (
                "status: {\"(conditions[?type == 'Ready'].status)\": ['True']}",
                vec![Expectation::Is {
                    path: condition_path("Ready"),
                    text: path("True"),
                }],
            ),
            (
                "status: {\"(conditions[?type == 'Ready'])\": [{status: 'True'}]}",
                vec![Expectation::Is {
                    path: condition_path("Ready"),
                    text: path("True"),
                }],
            ),
            (
                "status: {'(numberReady == desiredNumberScheduled)': true, '(numberReady > `0`)': true}",
                vec![
                    Expectation::Same {
                        paths: [
                            path(".status.numberReady"),
                            path(".status.desiredNumberScheduled"),
                        ],
                    },
                    Expectation::Above {
                        path: path(".status.numberReady"),
                        number: 0,
                    },
                ],
            ),
        ] {
            let found = understood(status).expect(status);
            let found: Vec<Expectation> = found.into_iter().map(|c| c.expectation).collect();
            assert_eq!(found, expected, "{status}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for status in [
            "status: {list: [1]}",
            "status: {'(length(x) > `0`)': true}",
            "status: {'(a == b)': false}",
            "status: {\"(conditions[?type == 'x y'].status)\": ['True']}",
            "status: {'a b': c}",
        ] {
            assert!(understood(status).is_err(), "{status}");
        }
    }

    #[test]
    fn tools_wait_for_workloads_and_for_nothing_else() {
        let only = |status: &str| understood(status).expect(status).remove(0);
        let whole = "status: {'(numberReady == desiredNumberScheduled)': true}";
        assert!(is_waited_for(&only(whole)));
        assert!(!is_waited_for(&only(
            "status: {'(numberReady > `0`)': true}"
        )));
        assert!(!is_waited_for(&only("")));
        let mut other = only(whole);
        other.api_version = "example.com/v1".to_owned();
        assert!(!is_waited_for(&other));
    }
}
