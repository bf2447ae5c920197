//! Tables of measurement paths.

use super::*;

fn check(text: &str, measurement_type: &str, selector: &str, candidates: &[(&str, &str)]) {
    let path = MeasurementPath::parse(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(path.measurement_type(), measurement_type, "{text}");
    let shown = path.selector().map(Selector::to_string).unwrap_or_default();
    assert_eq!(shown, selector, "{text}");
    assert_eq!(path.candidates().collect::<Vec<_>>(), candidates, "{text}");
    assert_eq!(path.to_string(), text);
}

#[test]
fn reads_plain_paths() {
    check("K8s.server.version", "K8s", "", &[("server", "version")]);
    check("OS.release.ID", "OS", "", &[("release", "ID")]);
    check(
        "OS.sysctl./proc/sys/kernel/osrelease",
        "OS",
        "",
        &[("sysctl", "/proc/sys/kernel/osrelease")],
    );
    // Unknown types are legal text.
    check("Weather.sky.color", "Weather", "", &[("sky", "color")]);
    check("a.b.c[0]", "a", "", &[("b", "c[0]")]);
}

#[test]
fn offers_the_longest_subtype_first() {
    check(
        "SystemD.containerd.service.ActiveState",
        "SystemD",
        "",
        &[
            ("containerd.service", "ActiveState"),
            ("containerd", "service.ActiveState"),
        ],
    );
    // Neither part of a candidate is empty.
    check("a.b..c.", "a", "", &[("b.", "c."), ("b", ".c.")]);
    check("a.b..", "a", "", &[("b", ".")]);
    // A bracket after the subtype's first dot belongs to the key.
    check("a.b.c[0].d", "a", "", &[("b.c[0]", "d"), ("b", "c[0].d")]);
}

#[test]
fn reads_selectors() {
    check("GPU.devices[0].model", "GPU", "0", &[("devices", "model")]);
    check(
        "GPU.devices[name=a.b].x.y",
        "GPU",
        "name=a.b",
        &[("devices", "x.y")],
    );
    check("GPU.devices[a=b=c].x", "GPU", "a=b=c", &[("devices", "x")]);
    check("GPU.devices[a= b ].x", "GPU", "a= b ", &[("devices", "x")]);
    let path = MeasurementPath::parse("GPU.devices[007].model").unwrap();
    assert_eq!(path.selector(), Some(&Selector::Index(7)));
    assert_eq!(path.to_string(), "GPU.devices[7].model");
}

#[test]
fn refuses_what_is_not_a_path() {
    let path = |text: &str| text.to_owned();
    let form = "`Type.Subtype.Key` or `Type.Subtype[selector].Key`";
    let selector = "an index counted from 0, or `name=value`";
    for (text, message) in [
        (
            "",
            format!("the measurement path is empty: expected {form}"),
        ),
        (
            ".",
            format!("measurement path `.` has no type: expected {form}"),
        ),
        (
            ".b.c",
            format!("measurement path `.b.c` has no type: expected {form}"),
        ),
        (
            "a",
            format!("measurement path `a` has no subtype: expected {form}"),
        ),
        (
            "a.",
            format!("measurement path `a.` has no subtype: expected {form}"),
        ),
        (
            "a..c",
            format!("measurement path `a..c` has no subtype: expected {form}"),
        ),
        (
            "a.[0].c",
            format!("measurement path `a.[0].c` has no subtype: expected {form}"),
        ),
        (
            "a.b",
            format!("measurement path `a.b` has no key: expected {form}"),
        ),
        (
            "a.b.",
            format!("measurement path `a.b.` has no key: expected {form}"),
        ),
        (
            "a.b[0]",
            format!("measurement path `a.b[0]` has no key: expected {form}"),
        ),
        (
            "a.b[0].",
            format!("measurement path `a.b[0].` has no key: expected {form}"),
        ),
        (
            "a.b[0.c",
            path(
                "the selector of measurement path `a.b[0.c` is not closed: expected `].` and a key",
            ),
        ),
        (
            "a.b[0]c",
            path(
                "measurement path `a.b[0]c` goes on without a dot after its selector: expected `].` and a key",
            ),
        ),
        (
            "a.b[-1].c",
            format!("`-1` in measurement path `a.b[-1].c` selects nothing: expected {selector}"),
        ),
    ] {
        let error = MeasurementPath::parse(text).expect_err(text);
        assert_eq!(error.to_string(), message);
    }
    for text in [
        "",
        "x",
        "+1",
        "1.5",
        " 1",
        "=b",
        "a=",
        "=",
        "99999999999999999999999",
    ] {
        let path = format!("a.b[{text}].c");
        let selector = text.to_owned();
        let expected = PathError::InvalidSelector {
            path: path.clone(),
            selector,
        };
        assert_eq!(MeasurementPath::parse(&path), Err(expected));
    }
}
