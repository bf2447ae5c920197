//! The least that brings each code about that `check` alone reports.

use super::rows::Row;

/// As [`super::rows::ROWS`]; `@check` begins a project that says of checks what follows.
pub(super) const ROWS_OF_CHECKS: &[Row] = &[
    (
        "HST-17",
        &[(
            "c.yaml",
            "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec: {recipe: {criterea: {}}}\n",
        )],
        "ln -s c.yaml d.yaml; strata check --unsafe-fixes d.yaml >&2",
    ),
    ("CHK-1", &[], "strata check --select DOX-9"),
    (
        "CHK-2",
        &[("s.yaml", "@snapshot 1 # strata: ignore[DOC-9]\n}}]}]\n")],
        "strata check >&2",
    ),
    (
        "CHK-3",
        &[("s.yaml", "# strata: ignore DOC-9\n@snapshot 1}}]}]\n")],
        "strata check >&2",
    ),
    (
        "CHK-4",
        &[("s.yaml", "# strata: ignore[DOC-9] old\n@snapshot 1}}]}]\n")],
        "strata check >&2",
    ),
    (
        "CHK-5",
        &[(
            "strata.yaml",
            "@check {waivers: [{code: DOC-9, reason: r, expires: 2020-01-01}]}}\n",
        )],
        "strata check >&2",
    ),
    (
        "CHK-6",
        &[("b.json", "{}")],
        "strata check --baseline b.json",
    ),
    (
        "CHK-7",
        &[
            (
                "strata.yaml",
                "@check {waivers: [{code: DOC-9, reason: ''}]}}\n",
            ),
            ("a/x", ""),
        ],
        "strata check a",
    ),
    ("CHK-8", &[("notes.txt", "x")], "strata check notes.txt >&2"),
    ("CHK-11", &[], "touch $'b\\xff.yaml'; strata check >&2"),
    ("CHK-9", &[], "ln -s . again; strata check >&2"),
    (
        "ENV-1",
        &[("compose.yaml", "services: {a: {image: b, ports: 8080}}\n")],
        "strata check >&2",
    ),
    (
        "ENV-2",
        &[("compose.yaml", "include: [missing.yaml]\n")],
        "strata check >&2",
    ),
    (
        "ENV-3",
        &[(
            "compose.yaml",
            "services: {a: {extends: b}, b: {extends: a}}\n",
        )],
        "strata check >&2",
    ),
    (
        "ENV-4",
        &[("a/compose.yaml", "include: [../../x/compose.yaml]\n")],
        "strata check a >&2",
    ),
    (
        "ENV-5",
        &[("compose.yaml", "services: {a: {extends: bb}}\n")],
        "strata check >&2",
    ),
    (
        "ENV-6",
        &[(
            "compose.yaml",
            "services: {a: {image: b, ports: ['80:web']}}\n",
        )],
        "strata check >&2",
    ),
    (
        "ENV-7",
        &[
            ("compose.yaml", "services: {a: {image: b}}\n"),
            (".env", "MY NAME=x\n"),
        ],
        "strata check >&2",
    ),
    (
        "ENV-8",
        &[],
        "(echo services:; for i in $(seq 60); do echo \" s$i: {extends: s$((i + 1))}\"; done; \
         echo ' s61: {image: b}') >compose.yaml; strata check >&2",
    ),
    (
        "ENV-9",
        &[("compose.yaml", "services: {a: {image: b, port: 80}}\n")],
        "strata check >&2",
    ),
    (
        "ENV-10",
        &[
            ("compose.yaml", "services: {a: {image: b}}\n"),
            (
                "snapshot.yaml",
                "{kind: Snapshot, apiVersion: aicr.run/v1alpha2, measurements: [{type: Host, \
                 subtypes: [{subtype: ports, items: [{data: {port: http}}]}]}]}\n",
            ),
        ],
        "strata check --snapshot snapshot.yaml compose.yaml >&2",
    ),
    (
        "ENV-11",
        &[
            ("compose.yaml", "services: {a: {image: b}}\n"),
            ("snapshot.yaml", "@snapshot v1.31.0}}]}]\n"),
        ],
        "strata check --snapshot snapshot.yaml compose.yaml >&2",
    ),
    (
        "OBJ-1",
        &[(
            "o.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {b: c}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-2",
        &[(
            "o.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-3",
        &[(
            "o.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {port: 8080}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-4",
        &[(
            "o.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: Cluster}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-5",
        &[(
            "o.yaml",
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-6",
        &[(
            "o.yaml",
            "apiVersion: resource.k8s.io/v1beta1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-7",
        &[(
            "o.yaml",
            "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n",
        )],
        "strata check >&2",
    ),
    (
        "OBJ-8",
        &[("o.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n")],
        "strata check >&2",
    ),
    (
        "OBJ-9",
        &[
            (
                "d.yaml",
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ws.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: W, plural: ws}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {s: {type: array, x-kubernetes-list-type: set, items: {type: string}}}}}\n",
            ),
            (
                "o.yaml",
                "apiVersion: example.com/v1\nkind: W\nmetadata: {name: a}\ns: [b, b]\n",
            ),
        ],
        "strata check >&2",
    ),
    (
        "OBJ-10",
        &[
            (
                "d.yaml",
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ws.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: W, plural: ws}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {s: {type: array, x-kubernetes-list-type: set, items: {type: string}}}}}\n",
            ),
            (
                "e.yaml",
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ws.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: W, plural: ws}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {s: {type: string}}}}\n",
            ),
        ],
        "strata check >&2",
    ),
    (
        "OBJ-11",
        &[
            ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
            (
                "c/templates/o.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
            ),
        ],
        "strata check >&2",
    ),
    ("OBJ-12", &[], "strata check --kubernetes-version 1.7"),
    (
        "OBJ-13",
        &[("kustomization.yaml", "resourcess: [a.yaml]\n")],
        "strata check >&2",
    ),
];
