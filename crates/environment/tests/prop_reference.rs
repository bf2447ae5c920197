//! Properties of references to images: reading never panics, what is read prints its normal form,
//! and normal forms read back.

use proptest::prelude::*;
use strata_environment::images::ImageReference;

fn component() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,6}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}"
}

prop_compose! {
    fn reference()(
        registry in prop::option::of(prop_oneof![
            Just("docker.io".to_owned()),
            Just("index.docker.io".to_owned()),
            Just("localhost".to_owned()),
            Just("[2001:db8::1]:5000".to_owned()),
            "[a-z0-9]{1,5}(-[a-z0-9]{1,3})?\\.[a-zA-Z]{2,4}(:[0-9]{1,5})?",
        ]),
        first in "[a-z0-9]{1,6}",
        rest in prop::collection::vec(component(), 0..3),
        is_official in any::<bool>(),
        tag in prop::option::of("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,12}"),
        digest in prop::option::of("[0-9a-f]{64}"),
    ) -> String {
        let mut text = registry.map(|registry| format!("{registry}/")).unwrap_or_default();
        if is_official {
            text.push_str("library/");
        }
        text.push_str(&first);
        for part in rest {
            text.push_str(&format!("/{part}"));
        }
        if let Some(tag) = tag {
            text.push_str(&format!(":{tag}"));
        }
        if let Some(digest) = digest {
            text.push_str(&format!("@sha256:{digest}"));
        }
        text
    }
}

proptest! {
    #[test]
    fn reading_never_panics(
        text in any::<String>(),
        close in "[a-z\\[\\]:./@_A-Z0-9ä-]{0,24}",
        digest in "x@(sha256|md5|):[0-9a-gA]{0,70}",
    ) {
        for text in [text, close, digest] {
            if let Ok(reference) = ImageReference::parse(&text) {
                prop_assert!(!reference.repository().is_empty());
                prop_assert!(text.ends_with(reference.digest().unwrap_or_default()));
            }
        }
    }

    #[test]
    fn what_engines_take_is_read_and_reads_back(text in reference()) {
        let reference = ImageReference::parse(&text).expect("a reference");
        let normal = reference.to_string();
        let again = ImageReference::parse(&normal).expect("a normal form");
        prop_assert_eq!(again.to_string(), normal);
        prop_assert_eq!(&again, &reference);
        let name = reference.repository();
        // Docker Hub is named only where a part would be taken for a registry without it.
        prop_assert!(!name.starts_with("index.docker.io/"));
        prop_assert!(!name.starts_with("docker.io/") || name.matches('/').count() > 1);
        // No part is lost: what was written ends as the normal form does.
        let tail = name.rsplit('/').next().unwrap_or_default();
        prop_assert!(text.contains(tail));
        prop_assert_eq!(text.contains("@sha256:"), reference.digest().is_some());
    }

    #[test]
    fn docker_hub_goes_without_saying(
        path in prop::collection::vec("[a-z0-9]{1,6}", 1..3),
        tag in "[a-z0-9]{1,6}",
    ) {
        let path = path.join("/");
        let plain = ImageReference::parse(&format!("{path}:{tag}")).expect("a reference");
        let full = ImageReference::parse(&format!("docker.io/{path}:{tag}")).expect("a reference");
        prop_assert_eq!(plain, full);
    }
}
