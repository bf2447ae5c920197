//! One row per code of what is deployed in a way of its own: kustomizations and readiness gates.

use super::rows::Row;

/// Code, files, command line.
pub(super) const ROWS_OF_DEPLOYMENT: &[Row] = &[
    (
        "CLU-35",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: k, type: Kustomize, source: https://example.com/r.git, path: p, namespace: k}], deploymentOrder: [k]}",
        )],
        "strata bundle -r r.yaml --deployer argocd --allow-placeholder",
    ),
    (
        "CLU-53",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: k, type: Kustomize, source: https://example.com/r.git, path: p, tag: v1, namespace: k}], deploymentOrder: [k]}",
        )],
        "strata bundle -r r.yaml --deployer argocd --allow-placeholder",
    ),
    (
        "CLU-54",
        &[
            (
                "r.yaml",
                "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd}], deploymentOrder: [nfd]}",
            ),
            ("d/registry.yaml", "@registry"),
            ("d/components/nfd/readiness.yaml", "a: b\n"),
        ],
        "strata bundle -r r.yaml --data d --readiness-hooks",
    ),
    (
        "BND-13",
        &[
            (
                "r.yaml",
                "@head componentRefs: [{name: k, type: Kustomize, path: components/k, namespace: k}], deploymentOrder: [k]}",
            ),
            ("d/registry.yaml", "@registry"),
            ("d/components/k/kustomization.yaml", "resources: []\n"),
            ("bin/kustomize", "#!/bin/sh\necho Error: no >&2\nexit 1\n"),
        ],
        "chmod +x bin/kustomize; PATH=$PWD/bin:$PATH; strata bundle -r r.yaml --data d",
    ),
    (
        "BND-14",
        &[
            (
                "r.yaml",
                "@head componentRefs: [{name: k, type: Kustomize, path: components/k, namespace: k}], deploymentOrder: [k]}",
            ),
            ("d/registry.yaml", "@registry"),
            ("d/components/k/kustomization.yaml", "resources: []\n"),
        ],
        "PATH=$(dirname \"$(command -v strata)\"); strata bundle -r r.yaml --data d",
    ),
    (
        "BND-15",
        &[
            ("a.yaml", RENDERED_BEFORE),
            ("b.yaml", RENDERED_AFTER),
            ("charts/c/Chart.yaml", RENDERED_CHART),
        ],
        "PATH=$(dirname \"$(command -v strata)\"); strata diff a.yaml b.yaml --rendered --charts charts",
    ),
    (
        "BND-16",
        &[("a.yaml", RENDERED_BEFORE), ("b.yaml", RENDERED_AFTER)],
        "strata diff a.yaml b.yaml --rendered",
    ),
    (
        "BND-17",
        &[
            ("a.yaml", RENDERED_BEFORE),
            ("b.yaml", RENDERED_AFTER),
            ("charts/c/Chart.yaml", RENDERED_CHART),
            ("bin/helm", "#!/bin/sh\necho Error: no >&2\nexit 1\n"),
        ],
        "chmod +x bin/helm; PATH=$PWD/bin:$PATH; strata diff a.yaml b.yaml --rendered --charts charts",
    ),
];

const RENDERED_BEFORE: &str =
    "@head componentRefs: [{name: k, type: Helm, @chart, namespace: k}], deploymentOrder: [k]}";
const RENDERED_AFTER: &str = "@head componentRefs: [{name: k, type: Helm, @chart, namespace: k, overrides: {a: 1}}], deploymentOrder: [k]}";
const RENDERED_CHART: &str = "{apiVersion: v2, name: c, version: 1.0.0}";
