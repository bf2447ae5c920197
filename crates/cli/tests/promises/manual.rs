//! Manual pages.

use crate::folder::Folder;

#[test]
fn pages_go_beside_those_of_other_programs_again_and_again() {
    let folder = Folder::with(&[("man1/ls.1", "not ours\n"), ("man1/strata.1", "old\n")]);
    for _ in 0..2 {
        let run = folder.strata(&["man", "-o", "man1"]);
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    }
    assert_eq!(folder.read("man1/ls.1"), "not ours\n");
    let page = folder.read("man1/strata-bundle.1");
    assert!(
        page.contains(".SH EXAMPLES\n.nf\nstrata bundle\n"),
        "{page}"
    );
    assert!(!page.contains("EXTRA"), "{page}");
    assert!(
        folder
            .read("man1/strata.1")
            .contains(concat!("strata ", env!("CARGO_PKG_VERSION")))
    );
    let run = folder.strata(&["man", "-o", "new"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(folder.read("new/strata-bundle.1"), page);
}

#[test]
fn every_page_that_a_page_refers_to_is_there() {
    let folder = Folder::with(&[]);
    assert_eq!(folder.strata(&["man", "-o", "pages"]).status, 0);
    let names = folder.shell("cd pages && ls").done().stdout;
    let names: Vec<&str> = names.lines().collect();
    for name in &names {
        let page = folder.read(&format!("pages/{name}")).replace('\\', "");
        let references = page.split("(1)").filter_map(|before| {
            let word = before.rsplit([' ', '\n']).next()?;
            word.starts_with("strata").then(|| format!("{word}.1"))
        });
        for reference in references {
            assert!(names.contains(&reference.as_str()), "{name}: {reference}");
        }
    }
    assert!(names.len() > 10, "{names:?}");
}
