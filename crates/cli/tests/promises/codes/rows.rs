//! The least that brings each code about.

/// Code, files, and a line of shell that produces it.
pub(super) type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// In a row `@head` begins a recipe, `@overlay` an overlay called `mine`, `@registry` is one without
/// components, `@chart` is a chart's coordinates,
/// `@project` begins a project.
pub(super) const ROWS: &[Row] = &[
    (
        "ART-1",
        &[],
        "strata bundle --service kind -o b -q && echo '#' >> b/deploy.sh && strata verify b",
    ),
    (
        "ART-2",
        &[],
        "strata bundle --service kind -o b -q && rm b/README.md && strata verify b",
    ),
    (
        "ART-3",
        &[],
        "strata bundle --service kind -o b -q && mkdir b/empty && strata verify b",
    ),
    (
        "ART-4",
        &[],
        "strata bundle --service kind -o b -q && ln -s deploy.sh b/run && strata verify b",
    ),
    ("ART-5", &[], "strata verify ."),
    (
        "ART-6",
        &[],
        "strata bundle --service kind -o b -q && : > b/checksums.txt && strata verify b",
    ),
    (
        "ART-7",
        &[],
        "strata bundle --service kind -o b -q && chmod +x b/README.md && strata verify b",
    ),
    (
        "ART-10",
        &[],
        "strata bundle --service kind -o b -q && tar -czf b.tgz b && strata verify b.tgz",
    ),
    (
        "ART-11",
        &[],
        "strata bundle --service kind --set-json 'nfd:image={\"repository\":\"x.io/nfd\",\"digest\":\"sha256:12\"}'",
    ),
    ("ART-8", &[("b/.strata-journal", "")], "strata verify b"),
    (
        "ART-9",
        &[
            ("b/bundle.yaml", "kind: Bundle\n"),
            ("b/checksums.txt", "x"),
        ],
        "strata verify b",
    ),
    ("DOC-1", &[], "printf 'a\\377' | strata query -r - kind"),
    (
        "DOC-2",
        &[],
        "head -c 2000 /dev/zero | tr '\\0' '[' | strata query -r - kind",
    ),
    (
        "DOC-3",
        &[("r.yaml", "a:\n\tb: 1\n")],
        "strata query -r r.yaml kind",
    ),
    (
        "DOC-4",
        &[("r.yaml", "kind: a\nkind: b\n")],
        "strata query -r r.yaml kind",
    ),
    ("DOC-5", &[], "strata query -r /dev/null kind"),
    (
        "DOC-6",
        &[("r.yaml", "@head componentRefs: []}\n---\nx: 1\n")],
        "strata query -r r.yaml kind",
    ),
    (
        "DOC-7",
        &[("r.yaml", "@head componentRefs: text}")],
        "strata query -r r.yaml kind",
    ),
    (
        "DOC-8",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/notes.yaml",
                "kind: ComponentNotes\napiVersion: strata.dev/v1alpha1\nspec: {components: [{about: x}]}\n",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "DOC-9",
        &[(
            "c.yaml",
            "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec: {recipe: {criterea: {}}}\n",
        )],
        "strata recipe --config c.yaml",
    ),
    (
        "DOC-10",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, @chart, verison: 1}]}",
        )],
        "strata query -r r.yaml kind",
    ),
    (
        "DOC-11",
        &[("s.yaml", "kind: Snapshot\n")],
        "strata query -r s.yaml kind",
    ),
    (
        "DOC-12",
        &[(
            "r.yaml",
            "kind: RecipeResult\napiVersion: v9\ncomponentRefs: []\n",
        )],
        "strata query -r r.yaml kind",
    ),
    (
        "DOC-13",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, @chart, overrides: {a: .inf}}]}",
        )],
        "strata query -r r.yaml --format json components.nfd.values.a",
    ),
    (
        "FCT-1",
        &[(
            "s.yaml",
            "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements: none\n",
        )],
        "strata recipe --snapshot s.yaml --service kind",
    ),
    (
        "FCT-2",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/mine.yaml",
                "@overlay {criteria: {service: kind}, constraints: [{name: kernel, value: '>= 6.8'}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "FCT-3",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/mine.yaml",
                "@overlay {criteria: {service: kind}, constraints: [{name: K8s.server.version, value: '>='}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "FCT-4",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/mine.yaml",
                "@overlay {criteria: {service: kind}, constraints: [{name: k8s.server.version, value: '>= 1.30'}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    ("CLU-1", &[], "strata recipe"),
    ("CLU-2", &[], "strata recipe --service kind --os ubuntu"),
    (
        "CLU-3",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/mine.yaml",
                "@overlay {criteria: {service: gke, os: cos}}",
            ),
        ],
        "strata recipe --service gke --data d",
    ),
    ("CLU-4", &[], "strata recipe --service ekz"),
    (
        "CLU-5",
        &[("d/x.yaml", "")],
        "strata recipe --service kind --catalog d",
    ),
    (
        "CLU-6",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/overlays/a.yaml", "@overlay {}"),
            ("d/overlays/b.yaml", "@overlay {}"),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-7",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/overlays/a.yaml", "@overlay {base: gone}"),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-8",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/overlays/a.yaml", "@overlay {base: mine}"),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-9",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/a.yaml",
                "@overlay {criteria: {service: kind}, componentRefs: [{name: stranger, type: Helm, @chart}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-10",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/a.yaml",
                "@overlay {criteria: {service: kind}, mixins: [gone]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-11",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/mixins/m.yaml",
                "{kind: RecipeMixin, apiVersion: aicr.run/v1alpha2, metadata: {name: m}, spec: {constraints: [{name: K8s.server.version, value: '>= 1.30'}]}}",
            ),
            (
                "d/overlays/a.yaml",
                "@overlay {criteria: {service: kind}, mixins: [m]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-12",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/a.yaml",
                "@overlay {criteria: {service: kind}, componentRefs: [{name: nfd, dependencyRefs: [gone]}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-13",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/a.yaml",
                "@overlay {criteria: {service: kind}, componentRefs: [{name: nfd, dependencyRefs: [nfd]}]}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-14",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: x, type: Helm, chart: x}]}",
        )],
        "strata query -r r.yaml kind",
    ),
    (
        "CLU-15",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: deployer, type: Helm, @chart}]}",
        )],
        "strata query -r r.yaml kind",
    ),
    (
        "CLU-16",
        &[("s.yaml", "@snapshot 1.31.0}}]}]")],
        "strata recipe --snapshot s.yaml --service eks --accelerator h100 --intent training",
    ),
    (
        "CLU-17",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, valuesFile: ../x}]}",
        )],
        "strata query -r r.yaml components.nfd.values",
    ),
    (
        "CLU-18",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, valuesFile: x}]}",
        )],
        "strata query -r r.yaml components.nfd.values",
    ),
    (
        "CLU-19",
        &[(
            "d/registry.yaml",
            "kind: ComponentRegistry\napiVersion: aicr.run/v1alpha2\ncomponents: [{name: nfd, displayName: NFD, helm: {defaultRepository: https://example.com, defaultChart: nfd, defaultVersion: 1.0.0}}]\n",
        )],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-20",
        &[(
            "d/registry.yaml",
            "kind: ComponentRegistry\napiVersion: aicr.run/v1alpha2\ncomponents: [{name: 'a; rm -rf /'}]\n",
        )],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-21",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/a.yaml",
                "{kind: RecipeMetadata, apiVersion: aicr.run/v1alpha2, spec: {}}",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-22",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/overlays/a.yaml", "@overlay {criteria: {service: KIND}}"),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-23",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/catalog.yaml",
                "kind: Catalog\napiVersion: strata.dev/v1alpha1\nspec: {criteria: {gpus: [{value: h100}]}}\n",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-25",
        &[(
            "r.yaml",
            "@head metadata: {excludedOverlays: [{name: eks, reason: constraint-failed}]}, componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd}], deploymentOrder: [nfd]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-26",
        &[],
        "strata explain --service kind components.nfdd",
    ),
    (
        "CLU-27",
        &[("d/registry.yaml", "@registry")],
        "strata recipe --service kind -o r.yaml && strata explain -r r.yaml --data d nfd",
    ),
    (
        "CLU-28",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, overrides: {enabled: false}}]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-29",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd}], deploymentOrder: [gone]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-30",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: agentgateway, type: Helm, @chart, namespace: a, overrides: {allowedSourceRanges: [10.0.0.1/8]}}], deploymentOrder: [agentgateway]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-31",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: agentgateway, type: Helm, @chart, namespace: a, overrides: {allowedSourceRanges: [0.0.0.0/0]}}], deploymentOrder: [agentgateway]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-32",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/components/nfd/ns.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n",
            ),
            (
                "r.yaml",
                "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd, preManifestFiles: [components/nfd/ns.yaml]}], deploymentOrder: [nfd]}",
            ),
        ],
        "strata bundle -r r.yaml --data d",
    ),
    (
        "CLU-33",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd, overrides: {master: text}}], deploymentOrder: [nfd]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "CLU-34",
        &[],
        "strata explain --service kind components.nfd.values.mastr",
    ),
    (
        "CLU-36",
        &[(
            "c.yaml",
            "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec: {}\n",
        )],
        "strata recipe --config c.yaml",
    ),
    (
        "CLU-37",
        &[(
            "c.yaml",
            "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec: {recipe: {criteria: {service: kind}}, bundle: {deployment: {vendorCharts: true}}}\n",
        )],
        "strata bundle --config c.yaml",
    ),
    (
        "CLU-38",
        &[],
        "strata query --service kind 'components[nfd]'",
    ),
    (
        "CLU-39",
        &[],
        "strata bundle --service kind --set nfd:topologyUpdater=off",
    ),
    (
        "CLU-40",
        &[],
        "strata bundle --service kind --set nvidia:driver.version=580",
    ),
    (
        "CLU-41",
        &[],
        "strata bundle --service kind --set nfd:topologyUpdater.enabled=true",
    ),
    (
        "CLU-42",
        &[(
            "s.yaml",
            "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements: [{type: K8s, subtypes: [{subtype: node, data: {provider: gke}}]}]\n",
        )],
        "strata recipe --snapshot s.yaml --intent training",
    ),
    (
        "CLU-43",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/overlays/mine.yml", "@overlay"),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-44",
        &[],
        "strata bundle --service kind -o b -q && sed -i 's/enable: false/enable: true/' b/002-nfd/values.yaml && strata explain b/002-nfd/values.yaml:10",
    ),
    (
        "CLU-45",
        &[],
        "strata bundle --service kind --system-node-toleration dedicated",
    ),
    (
        "CLU-46",
        &[],
        "strata bundle --service eks --dynamic gpu-operator:devicePlugin.enabled",
    ),
    (
        "CLU-47",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/notes.yaml",
                "kind: ComponentNotes\napiVersion: strata.dev/v1alpha1\nspec: {components: [{name: nfd, checks: [{name: a, message: b, if: [{setting: workload-selektor, set: false}]}]}]}\n",
            ),
        ],
        "strata recipe --service kind --data d",
    ),
    (
        "CLU-48",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/overlays/mine.yaml",
                "@overlay {criteria: {service: kind}, componentRefs: [{name: nfd, manifestFiles: [components/nfd/mine.yaml]}]}",
            ),
            (
                "d/components/nfd/mine.yaml",
                "kind: ConfigMap\napiVersion: v1\nmetadata: {name: '{{ .Values.nfd.extra }}'}\n",
            ),
        ],
        "strata bundle --service kind --data d --dynamic nfd:extra",
    ),
    (
        "CLU-49",
        &[],
        "strata bundle --service kind --set nfd:registry.password=secret",
    ),
    (
        "CLU-50",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart}]}",
        )],
        "strata recipe --service kind | strata diff --exit-code r.yaml -",
    ),
    (
        "CLU-52",
        &[],
        "strata bundle --service kind --workload-gate a:NoSchedule",
    ),
    ("CLU-51", &[("d/x.yaml", "a: 1\n")], "strata diff d d"),
    ("HST-1", &[], "strata query -r gone.yaml kind"),
    // Root may read every file; this one has nothing to read at its start for anybody.
    ("HST-2", &[], "strata query -r /proc/self/mem kind"),
    ("HST-3", &[], "strata query -r . kind"),
    (
        "HST-4",
        &[],
        "head -c 10485761 /dev/zero | strata query -r - kind",
    ),
    (
        "HST-5",
        &[("d", "")],
        "strata recipe --service kind --data d",
    ),
    (
        "HST-6",
        &[("d/registry.yaml", "@registry")],
        "ln -s registry.yaml d/link.yaml; strata recipe --service kind --data d",
    ),
    ("HST-7", &[], "strata recipe --service kind -o /dev/full"),
    (
        "HST-8",
        &[("bundle/mine", "")],
        "strata bundle --service kind",
    ),
    (
        "HST-11",
        &[],
        "exec 9>.bundle.strata-lock; flock 9; mkdir bundle; strata bundle --service kind",
    ),
    (
        "HST-12",
        &[],
        "strata bundle --service kind >/dev/null; touch bundle/mine; strata bundle --service kind",
    ),
    (
        "HST-13",
        &[],
        "strata bundle --service kind >/dev/null; echo >>bundle/deploy.sh; strata bundle --service kind",
    ),
    (
        "HST-14",
        &[("bundle/.strata-journal", "")],
        "strata bundle --service kind",
    ),
    (
        "HST-15",
        &[("bundle/.strata-staging/x", "")],
        "strata bundle --service kind",
    ),
    (
        "BND-1",
        &[],
        "strata bundle --service kind --keep deploy.sh",
    ),
    (
        "BND-2",
        &[],
        "strata bundle --service kind --keep 002-nfd/cluster-values.yaml; strata bundle --service eks",
    ),
    (
        "BND-3",
        &[(
            "strata.yaml",
            "@project [{path: out, criteria: {service: kind}}]}",
        )],
        "strata bundle -q >/dev/null; echo >>out/README.md; strata bundle --check >/dev/null",
    ),
    (
        "BND-4",
        &[],
        "strata bundle --service kind --check >/dev/null",
    ),
    (
        "BND-5",
        &[],
        "strata bundle --service kind >/dev/null; touch bundle/x; strata bundle --service kind --check >/dev/null",
    ),
    ("BND-6", &[], "strata bundle"),
    (
        "BND-7",
        &[(
            "strata.yaml",
            "@project [{path: ../out, criteria: {service: kind}}]}",
        )],
        "strata bundle",
    ),
    (
        "BND-8",
        &[(
            "strata.yaml",
            "@project [{path: out, criteria: {service: kind}}]}",
        )],
        "strata bundle aut",
    ),
    (
        "BND-9",
        &[("strata.yaml", "")],
        "strata init --service kind",
    ),
    (
        "BND-10",
        &[("backup.tar.gz", "mine")],
        "strata bundle --service kind -o backup.tar.gz",
    ),
    (
        "BND-11",
        &[],
        "strata bundle --service kind --keep 002-nfd/cluster-values.yaml >/dev/null; strata bundle --service kind --dynamic nfd:topologyUpdater.enable",
    ),
    (
        "BND-12",
        &[],
        "strata bundle --service kind --dynamic nfd:a -o b -q && strata check b >&2",
    ),
    (
        "HST-9",
        &[],
        "strata query -r https://example.com/recipe.yaml kind",
    ),
    (
        "REL-1",
        &[
            ("d/registry.yaml", "@registry"),
            ("d/components/nfd/m.yaml", "name: {{ .Release.Namespace\n"),
            (
                "r.yaml",
                "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd, manifestFiles: [components/nfd/m.yaml]}], deploymentOrder: [nfd]}",
            ),
        ],
        "strata bundle -r r.yaml --data d",
    ),
    (
        "REL-2",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/components/nfd/m.yaml",
                "name: {{ .Release.Namespace | nindent \"4\" }}\n",
            ),
            (
                "r.yaml",
                "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd, manifestFiles: [components/nfd/m.yaml]}], deploymentOrder: [nfd]}",
            ),
        ],
        "strata bundle -r r.yaml --data d",
    ),
    (
        "REL-3",
        &[(
            "r.yaml",
            "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: 'x; touch /tmp/owned'}], deploymentOrder: [nfd]}",
        )],
        "strata bundle -r r.yaml",
    ),
    (
        "REL-4",
        &[
            ("d/registry.yaml", "@registry"),
            (
                "d/components/nfd/m.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n",
            ),
            (
                "r.yaml",
                "@head componentRefs: [{name: nfd, type: Helm, @chart, namespace: nfd, manifestFiles: [components/nfd/m.yaml]}, {name: nfd-post, type: Helm, @chart, namespace: nfd}], deploymentOrder: [nfd, nfd-post]}",
            ),
        ],
        "strata bundle -r r.yaml --data d",
    ),
    (
        "REL-5",
        &[],
        "(echo '{kind: RecipeResult, apiVersion: aicr.run/v1alpha2, componentRefs: ['; for i in $(seq 1000); do echo \"{name: c$i, type: Helm, source: 'https://example.com', chart: c, version: 1.0.0, namespace: c},\"; done; echo '], deploymentOrder: [c1]}') > r.yaml; strata bundle -r r.yaml",
    ),
    ("REL-6", &[], "strata bundle --service kind -d argocd"),
    (
        "REL-7",
        &[],
        "strata bundle --service kind -d flux --repo git@example.com:x.git",
    ),
    (
        "REL-8",
        &[],
        "strata bundle --service kind -d argocd --repo oci://example.com/x --dynamic nfd:a",
    ),
    (
        "REL-9",
        &[
            (
                "d/registry.yaml",
                "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: [{name: mine, displayName: Mine, valueOverrideKeys: [repoURL]}]\n",
            ),
            (
                "r.yaml",
                "@head componentRefs: [{name: mine, type: Helm, @chart, namespace: mine}], deploymentOrder: [mine]}",
            ),
        ],
        "strata bundle -r r.yaml --data d -d argocd-helm --dynamic mine:a",
    ),
    ("CLI-1", &[], "strata recipe --servce eks"),
    ("CLI-2", &[], "strata recipe --service eks -o json"),
    ("CLI-3", &[], "strata rule CLU-9999"),
    ("CLI-4", &[], "strata schema Recipe"),
    ("CLI-5", &[], "strata query -r - --snapshot - kind"),
    (
        "CLI-6",
        &[],
        "strata recipe --service '' --accelerator h100 -o r.yaml",
    ),
];
