//! What crates below the domains may not name.
//!
//! Foundation and model serve every domain alike, so their code names nothing of a GPU cluster and nothing
//! of Compose. `release` is the exception where it is about the tools that it writes for. Comments and tests may
//! give examples from anywhere.

/// Crates below the domains, and what belongs to domains.
const CRATES: &[(&str, &[&str])] = &[
    ("diagnostic", &[GPUS, CLUSTERS, COMPOSE, CHARTS]),
    ("document", &[GPUS, CLUSTERS, COMPOSE, CHARTS]),
    ("facts", &[GPUS, CLUSTERS, COMPOSE, CHARTS]),
    ("artifact", &[GPUS, CLUSTERS, COMPOSE, CHARTS]),
    ("release", &[GPUS, COMPOSE]),
];

const GPUS: &str = "gpu gpus nvidia cuda nccl h100 gb200 accelerator accelerators";
const CLUSTERS: &str = "cluster clusters kubernetes k8s kubectl kubelet eks aks gke slurm";
const COMPOSE: &str = "compose docker dockerfile";
const CHARTS: &str = "helm chart charts argocd flux";

/// Names that stay, each with why.
const KEPT: &[(&str, &str, &str)] = &[
    (
        "crates/artifact/src/codes.rs",
        "cluster helm",
        "advice about files that bundles are known to hold",
    ),
    (
        "crates/artifact/src/record.rs",
        "cluster",
        "the name of a file of the format",
    ),
    (
        "crates/artifact/src/verify/list.rs",
        "cluster",
        "the name of a file of the format",
    ),
    (
        "crates/artifact/src/verify/reference.rs",
        "helm",
        "names of files of the reference's format",
    ),
    (
        "crates/artifact/src/sbom.rs",
        "helm chart charts",
        "charts are one kind of package that an inventory lists",
    ),
    (
        "crates/artifact/src/sbom/purl.rs",
        "helm chart",
        "the package URL's type for charts",
    ),
    (
        "crates/artifact/src/sbom/image.rs",
        "docker",
        "the registry that an image reference without one means",
    ),
    (
        "crates/document/src/codes.rs",
        "nvidia",
        "the group of documents that are still read",
    ),
    (
        "crates/document/src/header.rs",
        "nvidia",
        "the group of documents that are still read",
    ),
];

/// Returns what is wrong with one file.
pub(super) fn problems(name: &str, text: &str) -> Vec<String> {
    let within = |krate: &str| name.starts_with(&format!("crates/{krate}/src/"));
    let Some((_, forbidden)) = CRATES.iter().find(|(krate, _)| within(krate)) else {
        return Vec::new();
    };
    if name.ends_with("/tests.rs") || name.contains("/tests/") {
        return Vec::new();
    }
    let kept: Vec<&str> = KEPT
        .iter()
        .filter(|(file, ..)| *file == name)
        .flat_map(|(_, words, _)| words.split(' '))
        .collect();
    let mut needed = Vec::new();
    let mut problems = Vec::new();
    let code = text.lines().take_while(|line| *line != "#[cfg(test)]");
    for (number, line) in code.enumerate() {
        for word in words(line) {
            let is_forbidden = forbidden
                .iter()
                .any(|words| words.split(' ').any(|other| other == word));
            if kept.contains(&word.as_str()) {
                needed.push(word);
            } else if is_forbidden {
                problems.push(format!(
                    "{name}:{}: names `{word}`, which belongs to a domain",
                    number + 1
                ));
            }
        }
    }
    let unused = kept
        .iter()
        .filter(|word| !needed.iter().any(|one| one == *word));
    problems.extend(unused.map(|word| format!("{name}: need not be allowed to name `{word}`")));
    problems
}

/// Returns the words of a line of code in lower case, those inside of names as well.
fn words(line: &str) -> Vec<String> {
    let code = match line.find("//") {
        // A URL is no comment.
        Some(at) if at == 0 || line[..at].ends_with(' ') => &line[..at],
        _ => line,
    };
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in code.chars() {
        let is_word = c.is_ascii_alphanumeric();
        if !is_word || (was_lower && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if is_word && let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_inside_of_names() {
        assert_eq!(
            words("let gpuCount = GPU_MODEL; // cuda"),
            ["let", "gpu", "count", "gpu", "model"]
        );
        assert_eq!(words("\"https://docker.io\"")[1..], ["docker", "io"]);
    }

    #[test]
    fn crates_below_the_domains_know_none() {
        let name = "crates/facts/src/a.rs";
        assert_eq!(
            problems(name, "//! A GPU.\n/// Docker.\nfn a() {}\n"),
            [""; 0]
        );
        assert_eq!(problems(name, "fn gpu() {}\n").len(), 1);
        assert_eq!(
            problems(name, "fn a() {}\n#[cfg(test)]\nfn gpu() {}\n"),
            [""; 0]
        );
        assert_eq!(
            problems("crates/release/src/a.rs", "fn helm() {}\nfn docker() {}\n").len(),
            1
        );
        assert_eq!(
            problems("crates/cluster/src/a.rs", "fn gpu() {}\n"),
            [""; 0]
        );
        assert_eq!(
            problems("crates/artifact/src/sbom/image.rs", "fn a() {}\n").len(),
            1
        );
    }
}
