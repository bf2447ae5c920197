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
];
