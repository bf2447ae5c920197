//! Schemas themselves: as images, and as an API server publishes them.

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};
use strata_objects::{Definitions, read_openapi};

/// As the program carries it.
const IMAGE: &[u8] = include_bytes!("../../../catalog/kubernetes/1.34.image");

fn document(text: &str) -> Node {
    let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    outcome
        .value
        .unwrap_or_else(|| panic!("{:?}", outcome.findings))
}

/// An image says the same after another trip, and nothing else is one.
#[test]
fn images_keep_what_they_say() {
    let definitions = Definitions::from_image(IMAGE).expect("an image");
    assert_eq!(definitions.version(), "1.34");
    let again = Definitions::from_image(&definitions.to_image()).expect("an image");
    assert_eq!(again.to_content(), definitions.to_content());
    for bad in [
        &b""[..],
        b"strata schemas 1\n",
        b"strata schemas 2\nx",
        &IMAGE[..IMAGE.len() / 2],
    ] {
        assert!(Definitions::from_image(bad).is_err());
    }
    assert!(IMAGE.len() < 64 << 10, "{}", IMAGE.len());
}

/// What a server publishes refers to itself by fields at most; another loop would never end.
#[test]
fn types_that_refer_to_themselves_without_an_end_are_refused() {
    let meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    let read = |lamp: &str, more: &str| {
        let text = format!(
            "components: {{schemas: {{{meta}: {{type: object}}, {more}, Lamp: {{properties: {{metadata: {{$ref: '#/components/schemas/{meta}'}}, inner: {lamp}}}, x-kubernetes-group-version-kind: [{{group: '', version: v1, kind: Lamp}}]}}}}}}\n"
        );
        let text = text.replace('@', "#/components/schemas/");
        read_openapi("1.99", &[document(&text)], None).map(|_| ())
    };
    let inner = "{$ref: '@B'}";
    for (more, name) in [
        ("B: {$ref: '@B'}", "B"),
        (
            "B: {allOf: [{$ref: '@C'}]}, C: {allOf: [{$ref: '@B'}, {type: object}]}",
            "B",
        ),
        (
            "B: {anyOf: [{$ref: '@C'}, {type: string}]}, C: {not: {oneOf: [{$ref: '@C'}]}}",
            "B",
        ),
    ] {
        let error = read(inner, more).expect_err("it has no end").to_string();
        assert!(error.contains(&format!("`{name}`")), "{more}: {error}");
    }
    let chain: Vec<String> = (0..40)
        .map(|number| format!("B{number}: {{$ref: '@B{}'}}", number + 1))
        .collect();
    assert!(read("{$ref: '@B0'}", &format!("{}, B40: {{}}", chain.join(", "))).is_err());
    for more in [
        "B: {properties: {b: {$ref: '@B'}}, items: {$ref: '@B'}, additionalProperties: {$ref: '@B'}}",
        "B: {allOf: [{$ref: '@C'}]}, C: {$ref: '@D'}, D: {type: object}",
    ] {
        read(inner, more).unwrap_or_else(|error| panic!("{more}: {error}"));
    }
}
