//! Codes of findings about clusters.

use strata_diagnostic::{Class, Rule, Severity};

/// Nothing is asked for.
pub static NO_CRITERIA: Rule = Rule {
    code: "CLU-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "nothing is asked for",
    cause: "A recipe is computed from criteria. Without any, every cluster would get the same \
            components, and nothing would say which cluster they are for.",
    example: "strata recipe",
    remedy: "State at least one criterion, or pass a snapshot of the cluster.",
};

/// A stated criterion is not honored.
pub static UNMATCHED: Rule = Rule {
    code: "CLU-2",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a stated criterion is not honored",
    cause: "Nothing that takes part in the recipe was written for this value, so the recipe \
            would be the same without it. A request that is dropped without a word is worse than \
            one that is refused.",
    example: "strata recipe --service kind --os ubuntu",
    remedy: "Use one of the combinations that the message suggests. `--allow-unmatched` resolves \
            anyway and records the value under `metadata.unmatchedCriteria`.",
};

/// An operating system must be stated.
pub static OS_REQUIRED: Rule = Rule {
    code: "CLU-3",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "an operating system must be stated",
    cause: "Every recipe of this service is written for an operating system, and none without \
            one, so leaving it out would drop all of them.",
    example: "strata recipe --service gke --catalog DIR",
    remedy: "Add `--os` with one of the values that the message lists.",
};

/// Unknown value of a criterion.
pub static UNKNOWN_VALUE: Rule = Rule {
    code: "CLU-4",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "unknown value of a criterion",
    cause: "The catalog knows no such value of this dimension. With `--criteria-strict`, values \
            that only a `--data` layer introduces are unknown too.",
    example: "strata recipe --service ekz",
    remedy: "Use one of the values that the message lists. `strata catalog list` shows what each \
            is good for.",
};

/// Not a catalog.
pub static NOT_A_CATALOG: Rule = Rule {
    code: "CLU-5",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not a catalog",
    cause: "A catalog layer has a `registry.yaml`, and some layer has the root overlay \
            `overlays/base.yaml`.",
    example: "strata recipe --service eks --catalog ., where no registry.yaml is",
    remedy: "Name the directory that holds `registry.yaml`. For a layer, `components: []` is \
            enough of a registry.",
};

/// Two documents of a catalog have the same name.
pub static DUPLICATE_NAME: Rule = Rule {
    code: "CLU-6",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "two documents of a catalog have the same name",
    cause: "Overlays and mixins are known by `metadata.name`. Of two with the same name one \
            would win without a word.",
    example: "two overlays with metadata.name: eks",
    remedy: "Rename one. To replace a file of a lower layer, give the new file the same path.",
};

/// An overlay builds on one that does not exist.
pub static DANGLING_BASE: Rule = Rule {
    code: "CLU-7",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "an overlay builds on one that does not exist",
    cause: "`spec.base` names the overlay whose content this one adds to. Without it, half of \
            the recipe would be missing.",
    example: "spec: {base: ekss}",
    remedy: "Correct the name, or leave `base` out to build on the root.",
};

/// Overlays build on each other in a circle.
pub static BASE_CYCLE: Rule = Rule {
    code: "CLU-8",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "overlays build on each other in a circle",
    cause: "Following `spec.base` comes back to where it started, so there is no first overlay \
            to begin merging with.",
    example: "a builds on b, b builds on a",
    remedy: "Let one of them build on the root.",
};

/// A component is not in the registry.
pub static UNKNOWN_COMPONENT: Rule = Rule {
    code: "CLU-9",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a component is not in the registry",
    cause: "The registry holds the defaults, the health check and the scheduling paths of a \
            component. One that is not there gets none of them.",
    example: "componentRefs: [{name: gpu-operater}]",
    remedy: "Correct the name, or add an entry to `registry.yaml`.",
};

/// An overlay uses a mixin that does not exist.
pub static UNKNOWN_MIXIN: Rule = Rule {
    code: "CLU-10",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "an overlay uses a mixin that does not exist",
    cause: "`spec.mixins` names fragments below `mixins/`. What a missing one would have brought \
            would be missing from the recipe.",
    example: "spec: {mixins: [os-ubunto]}",
    remedy: "Correct the name, or add the mixin.",
};

/// A mixin restates what is already stated.
pub static MIXIN_COLLISION: Rule = Rule {
    code: "CLU-11",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a mixin restates what is already stated",
    cause: "A mixin adds. If it stated a constraint or a field that is there already, the order \
            of merging would decide which one counts.",
    example: "a mixin and a leaf that both state OS.release.ID",
    remedy: "Remove one of the two statements.",
};

/// A component depends on one that the recipe does not have.
pub static UNKNOWN_DEPENDENCY: Rule = Rule {
    code: "CLU-12",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a component depends on one that the recipe does not have",
    cause: "The order of deployment cannot be right if something that must come first is not \
            there at all.",
    example: "dependencyRefs: [cert-manger]",
    remedy: "Correct the name, add the component, or remove the dependency.",
};

/// Components depend on each other in a circle.
pub static DEPENDENCY_CYCLE: Rule = Rule {
    code: "CLU-13",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "components depend on each other in a circle",
    cause: "Each of them would have to be deployed before the others.",
    example: "a depends on b, b depends on a",
    remedy: "Remove one of the dependencies that the message names.",
};

/// A component cannot be deployed as it is stated.
pub static INCOHERENT: Rule = Rule {
    code: "CLU-14",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a component cannot be deployed as it is stated",
    cause: "A component is a chart (source and version), manifests alone, or a kustomization \
            (path). This one is none of them.",
    example: "componentRefs: [{name: x, chart: x}]",
    remedy: "State what the message says is missing.",
};

/// A component has a reserved name.
pub static RESERVED_NAME: Rule = Rule {
    code: "CLU-15",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a component has a reserved name",
    cause: "`deployer` addresses the deployer itself in value overrides.",
    example: "componentRefs: [{name: deployer}]",
    remedy: "Rename the component.",
};

/// Constraints that do not pass excluded overlays.
pub static EXCLUDED: Rule = Rule {
    code: "CLU-16",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "constraints that do not pass excluded overlays",
    cause: "The snapshot shows a cluster that some of the matching overlays were not written \
            for. They were left out, and what only they bring is missing from the recipe.",
    example: "strata recipe --snapshot old-kernel.yaml --intent training",
    remedy: "Bring the cluster to what the constraints ask for, or accept the recipe with \
            `--allow-excluded`.",
};

/// A path leaves the catalog.
pub static UNSAFE_PATH: Rule = Rule {
    code: "CLU-17",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a path leaves the catalog",
    cause: "Files are named relative to the root of the catalog. A path that is absolute or \
            climbs with `..` could read anything on the machine.",
    example: "valuesFile: ../../etc/passwd",
    remedy: "Name a file inside the catalog.",
};

/// The catalog lacks a file that is referred to.
pub static MISSING_FILE: Rule = Rule {
    code: "CLU-18",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the catalog lacks a file that is referred to",
    cause: "A component refers to a values file, a manifest or a check that no layer has. \
            Without it the component would be deployed with other settings than were meant.",
    example: "valuesFile: components/nfd/valuess.yaml",
    remedy: "Correct the path, or add the file.",
};

/// Replacing a registry entry drops what the old one had.
pub static ENTRY_REPLACED: Rule = Rule {
    code: "CLU-19",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "replacing a registry entry drops what the old one had",
    cause: "An entry of a `--data` layer replaces the whole entry below it. Fields that it does \
            not state are gone, health checks and scheduling paths among them.",
    example: "a --data registry entry without healthCheck",
    remedy: "State the fields again if they are meant to stay.",
};

/// A registry entry is not usable.
pub static BAD_ENTRY: Rule = Rule {
    code: "CLU-20",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a registry entry is not usable",
    cause: "Names of components become names of releases and folders, and names and aliases \
            address components in overrides, so each must be well-formed and unique.",
    example: "components: [{name: \"a; rm -rf /\"}]",
    remedy: "Use lower-case letters, digits and dashes, and no name twice.",
};

/// An overlay has no name.
pub static NAMELESS: Rule = Rule {
    code: "CLU-21",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "an overlay has no name",
    cause: "Overlays are known by `metadata.name`; one without has no effect.",
    example: "kind: RecipeMetadata, without metadata",
    remedy: "Give it a name, or remove the file.",
};

/// A criterion of an overlay is not written in its canonical form.
pub static NOT_CANONICAL: Rule = Rule {
    code: "CLU-22",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a criterion of an overlay is not written in its canonical form",
    cause: "The value is understood, but the reference compares texts as they are, and an \
            overlay with this spelling never applies there.",
    example: "criteria: {service: EKS}",
    remedy: "Write the value as the message shows it.",
};

/// A vocabulary names an unknown dimension.
pub static UNKNOWN_DIMENSION: Rule = Rule {
    code: "CLU-23",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a vocabulary names an unknown dimension",
    cause: "`catalog.yaml` lists legal values per dimension: service, accelerator, intent, os \
            and platform.",
    example: "criteria: {gpus: [{value: h100}]}",
    remedy: "Use one of the five dimensions.",
};

/// The compiled-in catalog cannot be decoded.
pub static BAD_IMAGE: Rule = Rule {
    code: "CLU-24",
    severity: Severity::Error,
    class: Class::Internal,
    summary: "the compiled-in catalog cannot be decoded",
    cause: "The catalog is made when the program is built; a copy of the program that was \
            changed afterwards may carry a broken one.",
    example: "a damaged strata binary",
    remedy: "Install strata again, or pass `--catalog DIR`.",
};

/// The recipe lacks what failed constraints excluded.
pub static BUNDLE_OF_EXCLUDED: Rule = Rule {
    code: "CLU-25",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "the recipe lacks what failed constraints excluded",
    cause: "The recipe was resolved against a snapshot that did not pass, so it lacks \
            components. A bundle made from it would deploy a cluster that is missing them.",
    example: "strata bundle -r recipe.yaml, where metadata.excludedOverlays is not empty",
    remedy: "Resolve again with a snapshot that passes, or pass `--allow-excluded`.",
};

/// The recipe has no such component.
pub static NO_SUCH_COMPONENT: Rule = Rule {
    code: "CLU-26",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "the recipe has no such component",
    cause: "The name or alias is not one of the recipe's components.",
    example: "strata explain --service eks components.gpu-operatr",
    remedy: "Use the name that the message suggests; `strata query --service eks deploymentOrder` \
             lists those that are deployed.",
};

/// The recipe was made with another catalog.
pub static OTHER_CATALOG: Rule = Rule {
    code: "CLU-27",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "the recipe was made with another catalog",
    cause: "The digest in the recipe differs from that of the catalog at hand, so places and \
            histories are those of resolving again, which may give another result.",
    example: "strata explain -r recipe.yaml with another --data",
    remedy: "Use the catalog that the recipe was made with, or resolve the recipe again.",
};

/// No component is enabled.
pub static NOTHING_ENABLED: Rule = Rule {
    code: "CLU-28",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "no component is enabled",
    cause: "There is nothing to put into a bundle.",
    example: "a recipe whose every component has overrides.enabled: false",
    remedy: "Enable a component, or ask for other criteria.",
};

/// The order of a recipe contradicts its dependencies.
pub static WRONG_ORDER: Rule = Rule {
    code: "CLU-29",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the order of a recipe contradicts its dependencies",
    cause: "`deploymentOrder` places a component before one that it depends on, or leaves an \
            enabled one out. Documents edited by hand are the usual reason.",
    example: "deploymentOrder: [gpu-operator, cert-manager], where the first depends on the second",
    remedy: "Resolve the recipe again, or correct the order.",
};

/// Not a list of address ranges.
pub static BAD_RANGE: Rule = Rule {
    code: "CLU-30",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not a list of address ranges",
    cause: "`agentgateway.allowedSourceRanges` decides who reaches the gateway. A range that \
            does not parse would be refused by the load balancer, or worse, ignored.",
    example: "allowedSourceRanges: [10.0.0.1/8]",
    remedy: "Write network addresses with a prefix length, such as `10.0.0.0/8`.",
};

/// The gateway is open to every address.
pub static OPEN_RANGE: Rule = Rule {
    code: "CLU-31",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "the gateway is open to every address",
    cause: "`0.0.0.0/0` or `::/0` exposes the inference gateway to everybody who can route to \
            it.",
    example: "allowedSourceRanges: [0.0.0.0/0]",
    remedy: "List the networks that need access.",
};

/// A pre-manifest creates a namespace that is not the component's.
pub static FOREIGN_NAMESPACE: Rule = Rule {
    code: "CLU-32",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a pre-manifest creates a namespace that is not the component's",
    cause: "A Namespace in `preManifestFiles` prepares the namespace of its component. Another \
            name is a slip that leaves the component's namespace without its labels.",
    example: "a pre-manifest with kind: Namespace, metadata.name: other",
    remedy: "Use the component's namespace as the name.",
};

/// A setting cannot be written into the values.
pub static NO_PATH: Rule = Rule {
    code: "CLU-33",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a setting cannot be written into the values",
    cause: "The registry names a values path for this setting, but a value on the way is not a \
            mapping, so writing it would destroy that value.",
    example: "tolerationPaths: [a.b], and values a: text",
    remedy: "Correct the path in the registry, or the value.",
};

/// Nothing of this name can be explained.
pub static NOT_IN_RECIPE: Rule = Rule {
    code: "CLU-34",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "nothing of this name can be explained",
    cause: "The path leads to nothing in the recipe or in the values of its components.",
    example: "strata explain --service eks components.nfd.values.mastr",
    remedy: "Use one of the names that the message lists.",
};

/// This deployer cannot carry a kustomization.
pub static KUSTOMIZE: Rule = Rule {
    code: "CLU-35",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a kustomization cannot be taken into a bundle",
    cause: "A kustomization lies in a directory of the catalog, which is copied with all that it refers to; or in \
            a repository, of which one revision is meant. This one has no `kustomization.yaml`, refers to \
            something elsewhere, or does not say where it is in a form that can be read.",
    example: "a component with type: Kustomize, a source, and no tag",
    remedy: "Follow the advice of the finding.",
};

/// Settings of a configuration file contradict each other.
pub static CONFIG: Rule = Rule {
    code: "CLU-36",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "settings of a configuration file contradict each other",
    cause: "Two settings exclude each other, name different files where they must name one, or \
            there is no setting at all.",
    example: "spec.recipe with both criteria and input.snapshot",
    remedy: "Keep one of the settings that the message names.",
};

/// A setting that this version cannot honor.
pub static UNSUPPORTED_SETTING: Rule = Rule {
    code: "CLU-37",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a setting is not supported by this version",
    cause: "The setting is part of the format, but this version of strata cannot do what it asks \
            for. Skipping it would give another bundle than the one that was asked for.",
    example: "spec.bundle.deployment.vendorCharts: true",
    remedy: "Remove the setting.",
};

/// A path that does not parse.
pub static BAD_SELECTOR: Rule = Rule {
    code: "CLU-38",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not a path into a recipe",
    cause: "A path is a list of keys joined by dots, with positions of lists in brackets and keys \
            that hold special characters in quotes.",
    example: "strata query --service eks 'components[gpu-operator]'",
    remedy: "Write for example `components.gpu-operator.values.driver.version`, \
             `constraints[0].value` or `components.nfd.values.\"a.b\"`.",
};

/// A `--set…` that cannot be read or applied.
pub static BAD_OVERRIDE: Rule = Rule {
    code: "CLU-39",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a value cannot be set as stated",
    cause: "A statement is `COMPONENT:PATH=VALUE`. Its path leads through mappings by keys and \
            through lists by positions in brackets; keys with dots stand in quotes. One value does \
            not silently replace a whole mapping.",
    example: "strata bundle --service kind --set nfd:topologyUpdater=off",
    remedy: "Name the key inside the mapping, or state the whole value with `--set-json`.",
};

/// A `--set…` for a component that the recipe does not have.
pub static UNKNOWN_OVERRIDE: Rule = Rule {
    code: "CLU-40",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a value is set for a component that the recipe does not have",
    cause: "The word before the colon names neither a component of the recipe nor an alias that \
            the registry gives to one. The value would have no effect.",
    example: "strata bundle --service kind --set nvidia:driver.version=580",
    remedy: "Use a name that `strata query … deploymentOrder` lists, or resolve criteria that \
             bring the component.",
};

/// A `--set…` that makes a key beside one that is nearly the same.
pub static SIMILAR_KEY: Rule = Rule {
    code: "CLU-41",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a new key stands beside one that is nearly the same",
    cause: "Charts ignore values they do not know, so a misspelled key has no effect and nobody \
            says so.",
    example: "strata bundle --service kind --set nfd:topologyUpdater.enabled=true",
    remedy: "Correct the path. If the chart does have both keys, leave it as it is.",
};

/// A detected value that the catalog does not know.
pub static UNKNOWN_DETECTED: Rule = Rule {
    code: "CLU-42",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "the snapshot has a value that the catalog does not know",
    cause: "The criterion is left open, as if nothing had been detected: the catalog has no overlay \
            that could say what such a cluster needs.",
    example: "strata recipe --snapshot snapshot.yaml, of a cluster on GKE",
    remedy: "Use a catalog that knows the value, or state the criterion that comes nearest.",
};

/// A file that looks like a part of the catalog and is not read.
pub static NOT_READ: Rule = Rule {
    code: "CLU-43",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a file of a catalog is not read",
    cause: "Overlays and mixins are files whose names end with `.yaml`, in small letters. Others \
            have no effect.",
    example: "ext/overlays/mine.yml",
    remedy: "Rename the file, or move it out of the catalog.",
};

/// A bundle that no longer says what it was made with.
pub static EDITED: Rule = Rule {
    code: "CLU-44",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "the line does not say what the bundle was made with",
    cause: "The value in the file is another one than the recipe of the bundle and its record give. \
            The history is that of the recorded value.",
    example: "strata explain bundle/002-nfd/values.yaml:10, after that line was edited",
    remedy: "State the change where it lasts: `--set`, an overlay, or `cluster-values.yaml`.",
};

/// A scheduling setting that cannot be read.
pub static BAD_SETTING: Rule = Rule {
    code: "CLU-45",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a scheduling setting cannot be read",
    cause: "Selectors are labels, tolerations and the gate are taints with an effect, a storage \
            class is a name.",
    example: "strata bundle --service kind --system-node-toleration dedicated",
    remedy: "Write for example `--system-node-toleration dedicated=system:NoSchedule`.",
};

/// A check of a component that fires.
pub static CHECK_FIRED: Rule = Rule {
    code: "CLU-46",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a check of a component fires",
    cause: "The catalog knows that the values, settings or components of this bundle do not work \
            together. Each check has a severity of its own: an error refuses the bundle, a warning \
            is recorded in `bundle.yaml`, and so is what only `-v` shows.",
    example: "strata bundle --service eks --dynamic gpu-operator:devicePlugin.enabled",
    remedy: "Follow the advice. A layer of your own can restate the check under its name in \
             `notes.yaml`, with another severity or `off`.",
};

/// A check that cannot be made.
pub static BAD_CHECK: Rule = Rule {
    code: "CLU-47",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a check of a catalog is not well formed",
    cause: "A check that names an unknown component, setting or function, or whose path or test \
            cannot be read, would never fire, and nobody would notice.",
    example: "checks: [{name: a, message: b, if: [{setting: workload-selektor, set: false}]}]",
    remedy: "Correct the check; the message says what was expected.",
};

/// A value that is given at installation and already used by a manifest.
pub static LATE_IN_MANIFEST: Rule = Rule {
    code: "CLU-48",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a manifest uses a value that is given at installation",
    cause: "Manifests of the catalog are rendered when the bundle is made and contain the value known \
            then. What is given at installation reaches the chart alone, so the two may differ.",
    example: "--dynamic nfd:worker.image, where a manifest of nfd names that image",
    remedy: "State the value with `--set`, or change the manifest as well when installing.",
};

/// A stated value that looks like a credential.
pub static CREDENTIAL: Rule = Rule {
    code: "CLU-49",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a value that looks like a credential is written into the bundle",
    cause: "Values stand in clear text in `values.yaml` and, as they were stated, in `bundle.yaml`. A \
            bundle is kept in Git and pushed to registries.",
    example: "strata bundle --service kind --set nfd:registry.password=secret",
    remedy: "Name the path with `--dynamic` and give the value at installation, or refer to a Secret \
             of the cluster if the chart can.",
};

/// Two recipes or bundles that differ, where that was the question.
pub static DIFFERS: Rule = Rule {
    code: "CLU-50",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "two recipes or bundles differ",
    cause: "With `--exit-code` a difference is an error, so that a script or a CI job can ask for it. \
            What differs is printed.",
    example: "strata recipe --service kind | strata diff --exit-code recipe.yaml -",
    remedy: "Accept the difference, for example by committing the new file, or undo what caused it.",
};

/// Something that can be neither of what is compared.
pub static NOT_COMPARABLE: Rule = Rule {
    code: "CLU-51",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "neither a recipe nor a bundle",
    cause: "Recipes are files, bundles are directories or archives with folders of releases: \
            `001-cert-manager` and so on.",
    example: "strata diff . bundle, where the folder here holds no bundle",
    remedy: "Name a recipe, `-` for one that is piped in, or the directory or archive of a bundle.",
};

/// A statement has no effect on the bundle.
pub static STATED_IN_VAIN: Rule = Rule {
    code: "CLU-52",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "something that was stated for a bundle has no effect on it",
    cause: "A value was stated for a component that is not installed or is a kustomization, which takes no \
            values, or has no chart and no manifest that uses it; or a scheduling setting for which no installed component has a path.",
    example: "strata bundle --service kind --set gpu-operator:driver.version=580.95.05",
    remedy: "Leave the statement out, or enable the component: `--set COMPONENT:enabled=true` where the \
             recipe does not decide it.",
};

/// A kustomization whose revision can move.
pub static MOVING_REVISION: Rule = Rule {
    code: "CLU-53",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a kustomization follows a name that can be moved",
    cause: "Whoever owns the source can make a tag or a branch mean something else, and what is deployed \
            would change without a change of the recipe. A commit, or a digest of a registry, cannot.",
    example: "a component with type: Kustomize and tag: v1.0.0",
    remedy: "State the commit that the name means today: `git ls-remote SOURCE NAME` prints it.",
};

/// A readiness gate cannot be made.
pub static NO_GATE: Rule = Rule {
    code: "CLU-54",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a readiness gate cannot be made",
    cause: "With --readiness-hooks, what depends on a component waits until the conditions of its health check \
            hold. A gate looks at objects with kubectl, in an image that the catalog names: this check asks for \
            something else, or the catalog names no image. Of a health check that is a warning, and there is no \
            gate; of a check that was written for a gate it is an error.",
    example: "--readiness-hooks where `readiness.yaml` of a component runs a script",
    remedy: "Write `components/NAME/readiness.yaml` with assertions about objects; state `spec.gate.image` in \
             `notes.yaml` of a catalog or of a layer; or leave --readiness-hooks out.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &NO_CRITERIA,
    &UNMATCHED,
    &OS_REQUIRED,
    &UNKNOWN_VALUE,
    &NOT_A_CATALOG,
    &DUPLICATE_NAME,
    &DANGLING_BASE,
    &BASE_CYCLE,
    &UNKNOWN_COMPONENT,
    &UNKNOWN_MIXIN,
    &MIXIN_COLLISION,
    &UNKNOWN_DEPENDENCY,
    &DEPENDENCY_CYCLE,
    &INCOHERENT,
    &RESERVED_NAME,
    &EXCLUDED,
    &UNSAFE_PATH,
    &MISSING_FILE,
    &ENTRY_REPLACED,
    &BAD_ENTRY,
    &NAMELESS,
    &NOT_CANONICAL,
    &UNKNOWN_DIMENSION,
    &BAD_IMAGE,
    &BUNDLE_OF_EXCLUDED,
    &NO_SUCH_COMPONENT,
    &OTHER_CATALOG,
    &NOTHING_ENABLED,
    &WRONG_ORDER,
    &BAD_RANGE,
    &OPEN_RANGE,
    &FOREIGN_NAMESPACE,
    &NO_PATH,
    &NOT_IN_RECIPE,
    &KUSTOMIZE,
    &CONFIG,
    &UNSUPPORTED_SETTING,
    &BAD_SELECTOR,
    &BAD_OVERRIDE,
    &UNKNOWN_OVERRIDE,
    &SIMILAR_KEY,
    &UNKNOWN_DETECTED,
    &NOT_READ,
    &EDITED,
    &BAD_SETTING,
    &CHECK_FIRED,
    &BAD_CHECK,
    &LATE_IN_MANIFEST,
    &CREDENTIAL,
    &DIFFERS,
    &NOT_COMPARABLE,
    &STATED_IN_VAIN,
    &MOVING_REVISION,
    &NO_GATE,
];
