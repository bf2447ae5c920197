//! Templates of the chart of Applications.

use serde_json::json;

use super::values::Static;
use crate::deployer::argocd::{
    FINALIZER, chart_source, foreign_kustomization, left_alone, sync_policy,
};
use crate::deployer::folder::{self, yaml};
use crate::escape_template;
use crate::graph::{KustomizationOrigin, NamespaceOrigin, Release, ReleaseSource};

/// What several templates use.
pub(super) const SHARED: &str = include_str!("templates/_bundle.tpl");
/// The template of the parent where it is removed alone.
const PARENT: &str = include_str!("templates/parent.yaml");

/// The template of one Application.
pub(super) struct Child<'a> {
    pub(super) release: &'a Release,
    pub(super) folder: &'a str,
    pub(super) wave: usize,
    pub(super) origin: NamespaceOrigin,
    /// Values that are known now; nothing where the chart is of the bundle's own.
    pub(super) statics: Option<&'a Static>,
    /// What it deployed is removed with it.
    pub(super) removes_all: bool,
}

impl Child<'_> {
    /// Returns the template.
    pub(super) fn print(&self) -> String {
        let release = self.release;
        let name = literal(&release.name);
        let mut annotations = json!({ "argocd.argoproj.io/sync-wave": self.wave.to_string() });
        if let Some((key, value)) = left_alone(release) {
            annotations[key] = json!(value);
        }
        let mut text = format!(
            "{{{{- if eq .Values.part \"applications\" }}}}\n\
             {{{{- $name := include \"bundle.name\" (list . {name}) }}}}\n\
             apiVersion: argoproj.io/v1alpha1\n\
             kind: Application\n\
             metadata:\n  name: {{{{ $name | quote }}}}\n  namespace: argocd\n"
        );
        text.push_str(&indented(2, &yaml(&json!({ "annotations": annotations }))));
        if self.removes_all {
            text.push_str(&finalizers());
        }
        text.push_str("spec:\n");
        text.push_str(
            "  project: {{ include \"bundle.project\" . | quote }}\n  destination:\n    \
             server: {{ include \"bundle.server\" . | quote }}\n",
        );
        let namespace = json!({ "namespace": release.namespace });
        text.push_str(&indented(4, &yaml(&namespace)));
        text.push_str("  source:\n");
        text.push_str(&self.source());
        let policy = json!({ "syncPolicy": sync_policy(self.origin) });
        text.push_str(&indented(2, &yaml(&policy)));
        text.push_str("{{- end }}\n");
        text
    }

    fn source(&self) -> String {
        let release = self.release;
        let mut text = match &release.source {
            ReleaseSource::Chart(chart) => indented(4, &yaml(&chart_source(chart))),
            ReleaseSource::Manifests(_) => published(self.folder),
            ReleaseSource::Kustomization(kustomization) => {
                return match &kustomization.origin {
                    KustomizationOrigin::Files(_) => {
                        let root = folder::kustomization_root(kustomization);
                        published(&format!("{}/{root}", self.folder))
                    }
                    KustomizationOrigin::Repository { url, revision } => {
                        let source = foreign_kustomization(url, revision, &kustomization.path);
                        indented(4, &yaml(&source))
                    }
                };
            }
        };
        let helm = yaml(&json!({ "releaseName": release.name }));
        text.push_str("    helm:\n");
        text.push_str(&indented(6, &helm));
        match self.statics {
            Some(statics) => {
                // Line breaks at the end are those of the last value.
                text.push_str("      values: |+\n");
                text.push_str(&format!(
                    "        {{{{- .Files.Get {} | trimSuffix \"\\n\"{} | nindent 8 }}}}\n",
                    literal(&statics.path),
                    self.late(statics)
                ));
            }
            None if !release.install_paths.is_empty() => {
                text.push_str(&format!(
                    "      valuesObject: {{{{ index .Values {} | toJson }}}}\n",
                    literal(&release.values_key)
                ));
            }
            None => {}
        }
        text
    }

    /// Puts what is given later where its marks stand. JSON is YAML on one line.
    fn late(&self, statics: &Static) -> String {
        let key = literal(&self.release.values_key);
        let replacements = statics.marks.iter().map(|(mark, path)| {
            let keys: Vec<String> = path.iter().map(|key| literal(key)).collect();
            let value = format!("(index .Values {key} {} | toJson)", keys.join(" "));
            format!(" | replace {} {value}", literal(mark))
        });
        replacements.collect()
    }
}

/// Returns the template of the parent.
pub(super) fn parent(removes_all: bool) -> String {
    let line = "  namespace: argocd\n";
    let more = if removes_all {
        finalizers()
    } else {
        String::new()
    };
    PARENT.replacen(line, &format!("{line}{more}"), 1)
}

fn finalizers() -> String {
    format!("  finalizers:\n    - {FINALIZER}\n")
}

/// Returns where a folder of the chart is read from.
fn published(folder: &str) -> String {
    format!(
        "    {{{{- include \"bundle.source\" (list . {}) | trim | nindent 4 }}}}\n",
        literal(folder)
    )
}

/// Returns a text as a string of the template language.
fn literal(text: &str) -> String {
    // Every escape of JSON means the same there.
    let json = serde_json::Value::from(text).to_string();
    // An end of action inside a string is none, but people would take it for one.
    json.replace("{{", "{\\u007b").replace("}}", "}\\u007d")
}

/// Returns YAML as a part of a template that prints it.
fn indented(by: usize, yaml: &str) -> String {
    let space = " ".repeat(by);
    let lines = escape_template(yaml);
    lines
        .lines()
        .map(|line| format!("{space}{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_hold_no_action() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            ("a\"b\\c\n", r#""a\"b\\c\n""#),
            ("{{ .Values }}", r#""{\u007b .Values }\u007d""#),
            ("{{{", r#""{\u007b{""#),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
