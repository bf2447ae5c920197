//! Codes of findings about bundles as a whole and about projects.

use strata_diagnostic::{Class, Rule, Severity};

/// A path cannot be left to the user.
pub static CANNOT_KEEP: Rule = Rule {
    code: "BND-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a path of a bundle cannot be left to the user",
    cause: "What scripts and Helm take from a bundle must be what strata wrote. So only \
            `cluster-values.yaml` of a release and what lies outside the folders of releases can be \
            yours.",
    example: "strata bundle --service kind --keep deploy.sh",
    remedy: "Move the file out of the bundle, or into a folder of its own beside the releases.",
};

/// Values that the user keeps are in a folder that no release has.
pub static NOT_READ: Rule = Rule {
    code: "BND-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "late values that are kept are no longer read",
    cause: "A release is installed with the `cluster-values.yaml` of its own folder. The folders are \
            numbered in the order of installation, so another recipe can number them otherwise, or \
            not have the release; and another deployer reads late values from elsewhere.",
    example: "002-nfd/cluster-values.yaml is kept, and the new bundle has 004-nfd",
    remedy: "Move the file as the finding says, and keep it there.",
};

/// A written file is not as it would be made.
pub static DIFFERS: Rule = Rule {
    code: "BND-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a written file is not as it would be made",
    cause: "`--check` makes the bundle in memory and compares every file. Either the file was edited, or \
            what it is made from changed and nobody made it again: criteria, recipe, catalog, stated \
            values, or the program itself, whose version stands in bundle.yaml.",
    example: "an edited values.yaml, and then strata bundle --check",
    remedy: "Run the same command without --check and commit the result; if the file was edited, state the \
             edit where the bundle is made and remove the file first.",
};

/// A file that would be made is not there.
pub static MISSING: Rule = Rule {
    code: "BND-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "an output, or a file of it, is not there",
    cause: "`--check` makes the bundle in memory, and a file of it is not on the disk. Where the whole \
            output is missing, that is said once.",
    example: "strata bundle --service kind --check",
    remedy: "Run the same command without --check.",
};

/// A file is there that would not be made.
pub static ADDED: Rule = Rule {
    code: "BND-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a file is there that would not be made",
    cause: "`--check` found a file in the output that the bundle does not have and that bundle.yaml does \
            not leave to you.",
    example: "notes.md in the bundle, and then strata bundle --check",
    remedy: "Run the same command without --check if strata wrote it before; else remove it, or make it \
             yours with --keep PATH.",
};

/// There is no project file.
pub static NO_PROJECT: Rule = Rule {
    code: "BND-6",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "there is no project file",
    cause: "Without criteria or a recipe, `strata bundle` builds the outputs of strata.yaml, which it \
            looks for in this directory and those above it.",
    example: "strata bundle",
    remedy: "State criteria (`--service …`) or a recipe (`-r FILE`), or write a strata.yaml with \
             `strata init`.",
};

/// An output of a project does not make sense.
pub static BAD_OUTPUT: Rule = Rule {
    code: "BND-7",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "an output of a project does not make sense",
    cause: "An output has one input (criteria, a snapshot, or a recipe), a path inside the project, and no \
            other output at, above or below that path.",
    example: "two outputs with the same path in strata.yaml",
    remedy: "Follow the advice of the message; `strata schema Project` describes the fields.",
};

/// No output of a project has the path that was asked for.
pub static NO_OUTPUT: Rule = Rule {
    code: "BND-8",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "no output of the project has this path",
    cause: "The arguments of `strata bundle` choose among the outputs of strata.yaml by their paths.",
    example: "clusters/prd on the command line, and clusters/prod in strata.yaml",
    remedy: "Use a path that strata.yaml lists, relative to its directory or to yours.",
};

/// A project file is there already.
pub static PROJECT_EXISTS: Rule = Rule {
    code: "BND-9",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a project file is there already",
    cause: "`strata init` writes a new strata.yaml and changes none.",
    example: "the second strata init of a repository",
    remedy: "Add an output to the file by hand; `strata schema Project` describes the fields.",
};

/// A file that is no bundle stands where an archive goes, or an archive of no known form is asked for.
pub static NOT_AN_ARCHIVE: Rule = Rule {
    code: "BND-10",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a bundle cannot be written to this file",
    cause: "An archive takes the place of a bundle that strata wrote, and of nothing else; and there are \
            archives of two forms, by the ending of the name.",
    example: "strata bundle --service kind -o bundle.zip",
    remedy: "Name another file, ending in .tar, .tar.gz or .tgz.",
};

/// A kept file does not give a value that is given later.
pub static NOT_GIVEN: Rule = Rule {
    code: "BND-11",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a file that is yours does not give a value that is given later",
    cause: "--dynamic takes a value out of values.yaml and leaves it to cluster-values.yaml. That file is \
            kept as you wrote it, so the value is now given nowhere and the chart's own default counts.",
    example: "--dynamic nfd:a where --keep has 002-nfd/cluster-values.yaml",
    remedy: "Add the value to the file, or leave --dynamic out.",
};

/// A value that is given later is not given yet.
pub static LATE_MISSING: Rule = Rule {
    code: "BND-12",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a value that must be given is missing or empty",
    cause: "--dynamic leaves a value to a file of the bundle that is edited after it was made. Nothing \
            was known for this one, and nobody has filled it in; Argo CD and Flux would install the \
            component without it.",
    example: "--dynamic nfd:a, and then strata check of the bundle",
    remedy: "Write the value into the file that the finding names, and keep the file with --keep where the \
             bundle is made again.",
};

/// A kustomization could not be built.
pub static NOT_BUILT: Rule = Rule {
    code: "BND-13",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a kustomization cannot be built",
    cause: "Helm and Helmfile install what `kustomize build` makes of a kustomization, so it is built when \
            the bundle is made. kustomize refuses it, takes too long, makes nothing of it, or cannot read \
            such a source.",
    example: "a component with type: Kustomize whose patch names an object that is not there",
    remedy: "Read what kustomize says; `kustomize build DIRECTORY` repeats it. Argo CD and Flux build \
             kustomizations themselves.",
};

/// The program that builds kustomizations is not there.
pub static NO_KUSTOMIZE: Rule = Rule {
    code: "BND-14",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "the program that builds kustomizations is not there",
    cause: "Helm and Helmfile install what `kustomize build` makes of a kustomization. Neither kustomize nor \
            kubectl, which has it built in, is on the search path.",
    example: "strata bundle --recipe recipe.yaml, with a kustomization in it, on a machine without kustomize",
    remedy: "Install kustomize or kubectl, or use a deployer that builds kustomizations itself: argocd, \
             argocd-helm or flux.",
};

/// Helm is needed and not there.
pub static NO_HELM: Rule = Rule {
    code: "BND-15",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "the program that renders charts is not there",
    cause: "`strata diff --rendered` compares the objects that Helm makes of charts and values, and `helm` is \
            not on the search path. Releases that both sides install alike need no Helm.",
    example: "strata diff --rendered old new, on a machine without helm",
    remedy: "Install Helm 3 or 4, or leave --rendered out: then values and versions are compared.",
};

/// A chart is not among those at hand.
pub static CHART_NOT_AT_HAND: Rule = Rule {
    code: "BND-16",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "a chart that must be rendered is not at hand",
    cause: "`strata diff --rendered` fetches nothing unless it is told to. A chart is looked for in the \
            directories of --charts: an archive NAME-VERSION.tgz, or a folder whose Chart.yaml has that name and \
            version. The answer holds for the other releases and says nothing of this one's objects.",
    example: "strata diff --rendered old new, where a version of a chart changed and --charts is not stated",
    remedy: "`helm pull CHART --repo URL --version VERSION` into a directory and name that with --charts, or let \
             Helm fetch charts with --pull.",
};

/// Helm does not render a release.
pub static NOT_RENDERED: Rule = Rule {
    code: "BND-17",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "a release could not be rendered",
    cause: "Helm refuses the chart with these values: a value is missing or of a form that the chart does not \
            take, a value that is given at installation is not there yet, or the chart demands another version of \
            Kubernetes. The answer holds for the other releases and says nothing of this one's objects.",
    example: "strata diff --rendered old new, where a stated value has a form that the chart's schema refuses",
    remedy: "Read what Helm says; give late values in the file that the bundle has for them; state \
             --kubernetes-version where the chart asks for another one.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &CANNOT_KEEP,
    &NOT_READ,
    &DIFFERS,
    &MISSING,
    &ADDED,
    &NO_PROJECT,
    &BAD_OUTPUT,
    &NO_OUTPUT,
    &PROJECT_EXISTS,
    &NOT_AN_ARCHIVE,
    &NOT_GIVEN,
    &LATE_MISSING,
    &NOT_BUILT,
    &NO_KUSTOMIZE,
    &NO_HELM,
    &CHART_NOT_AT_HAND,
    &NOT_RENDERED,
];
