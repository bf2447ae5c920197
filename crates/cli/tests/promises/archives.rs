//! One tree, whatever it is written to.

use fastrand::Rng;
use serde_json::Value;

use crate::folder::Folder;

const FORMS: [&str; 4] = ["b", "b.tar", "b.tar.gz", "b.tgz"];

fn digest(folder: &Folder, words: &[&str]) -> String {
    let run = folder
        .strata(&[words, &["--format", "json"]].concat())
        .done();
    let value: Value = serde_json::from_str(&run.stdout).expect("JSON");
    value["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn directory_and_archives_of_one_tree_have_one_digest() {
    let folder = Folder::in_memory(&[]);
    let expected = digest(&folder, &["bundle", "--service", "kind", "-o", "first"]);
    for form in FORMS {
        let made = digest(&folder, &["bundle", "--service", "kind", "-o", form]);
        assert_eq!(made, expected, "{form}");
        assert_eq!(digest(&folder, &["verify", form]), expected, "{form}");
        if form != "b" {
            let unpack = format!("mkdir -p out && tar -xf {form} -C out && diff -r b out");
            folder.shell(&unpack).done();
            assert_eq!(digest(&folder, &["verify", "out"]), expected, "{form}");
            folder.shell("rm -r out").done();
        }
    }
}

#[test]
fn archives_are_the_same_twice_and_tell_nothing_of_the_machine() {
    let folder = Folder::in_memory(&[]);
    for form in ["a.tar", "a.tar.gz"] {
        folder
            .shell(&format!("strata bundle --service kind -q -o {form}"))
            .done();
        let again = format!(
            "umask 077; TZ=Asia/Tokyo strata bundle --service kind -q -o x-{form}; cmp {form} x-{form}"
        );
        folder.shell(&again).done();
    }
    let listed = folder
        .shell("tar --numeric-owner --full-time --utc -tvf a.tar")
        .done();
    let mut paths = Vec::new();
    for line in listed.stdout.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(["-rw-r--r--", "-rwxr-xr-x"].contains(&words[0]), "{line}");
        assert_eq!(words[1], "0/0", "{line}");
        assert_eq!(words[3..5], ["1970-01-01", "00:00:00"], "{line}");
        paths.push(words[5].to_owned());
    }
    assert!(
        paths.is_sorted() && paths.contains(&"deploy.sh".to_owned()),
        "{paths:?}"
    );
    let start = folder
        .shell("head -c 10 a.tar.gz | od -An -tx1")
        .done()
        .stdout;
    assert_eq!(start.trim(), "1f 8b 08 00 00 00 00 00 00 ff");
}

#[test]
fn an_archive_says_how_to_unpack_it() {
    let folder = Folder::in_memory(&[]);
    let run = folder.strata(&[
        "bundle",
        "--service",
        "kind",
        "-o",
        "my bundle.tgz",
        "-t",
        "json",
    ]);
    let value: Value = serde_json::from_str(&run.done().stdout).expect("JSON");
    let step = value["nextSteps"][0].as_str().expect("a step");
    folder.shell(step).done();
    folder.strata(&["verify", "my bundle"]).done();
}

#[test]
fn archives_of_other_programs_are_refused_by_what_is_wrong() {
    let folder = Folder::in_memory(&[]);
    folder.shell("strata bundle --service kind -o b").done();
    let evil = "cd b && ln -s /etc/passwd link && mkfifo pipe";
    for (pack, code) in [
        ("tar -cf x b", "ART-10"),
        ("tar -C b -cf x .", "ART-10"),
        ("tar -C b -czf x .", "ART-10"),
        (
            "tar -C b --sort=name --owner=0 --group=0 --mtime=@0 -cf x $(ls b)",
            "ART-10",
        ),
        (
            "tar -P --transform='s,^,../,' -C b -cf x README.md",
            "ART-10",
        ),
        (
            "tar -P --transform='s,^,/tmp/,' -C b -cf x README.md",
            "ART-10",
        ),
        ("tar -C b -cf x README.md README.md", "ART-10"),
        ("tar -C b -cf x link pipe", "ART-10"),
        ("echo 'no archive' > x", "ART-10"),
        (": > x", "ART-10"),
        ("gzip -c b/README.md > x", "ART-10"),
        (
            "zip -qr x.zip b 2> /dev/null && mv x.zip x || cp b/README.md x",
            "ART-10",
        ),
    ] {
        let packed = folder.shell(&format!("({evil}); {pack}"));
        assert_eq!(packed.status, 0, "{packed:?}");
        let run = folder.strata(&["verify", "x"]);
        run.shows_code(4, code);
        folder.shell("rm -f x b/link b/pipe").done();
    }
    assert_eq!(folder.names(), ["b"], "nothing was unpacked");
}

/// A byte of an archive that was changed is refused, or lies where it means nothing: then the digest
/// is the one that it was.
#[test]
fn a_thousand_changed_archives_are_refused() {
    let folder = Folder::in_memory(&[]);
    for form in ["b.tar", "b.tar.gz"] {
        let expected = digest(&folder, &["bundle", "--service", "kind", "-o", form]);
        let original = std::fs::read(folder.at(form)).expect("just written");
        for seed in 0..500 {
            let mut rng = Rng::with_seed(seed);
            let mut bytes = original.clone();
            let at = rng.usize(..bytes.len());
            match seed % 5 {
                0 | 1 => bytes[at] ^= 1 << rng.u8(..8),
                2 => bytes.truncate(at),
                3 => bytes.insert(at, rng.u8(..)),
                _ => bytes.extend((0..rng.usize(1..1024)).map(|_| 0)),
            }
            if bytes == original {
                continue;
            }
            folder.write("x", &bytes);
            let run = folder.strata(&["verify", "x", "-t", "json"]);
            if run.status != 4 {
                assert_eq!((run.status, form), (0, "b.tar.gz"), "{seed}: {run:?}");
                assert!(run.stdout.contains(&expected), "{seed}: {run:?}");
            }
        }
    }
}

#[test]
fn a_bundle_is_not_written_to_standard_output_and_makes_no_directory_of_that_name() {
    let folder = Folder::in_memory(&[]);
    for output in ["-", "b.zip"] {
        let words = ["bundle", "--service", "kind", "-o", output];
        let run = folder.strata(&[&words[..], &["--message-format", "json"]].concat());
        run.refused(4, "BND-10");
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
