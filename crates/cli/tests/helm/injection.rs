//! Recipes with hostile text in every field: whatever strata accepts means in bash, in YAML, in Helm
//! and in an API server what was typed, and nothing of it runs.
//!
//! The recipes are made from numbers, so that a failure names one that can be made again.

mod cases;
mod cluster;
mod payloads;
mod tools_of_others;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};
use strata_client::{
    BundleRequest, CatalogRequest, Session, SubjectRequest, bundle as make_bundle, open_catalog,
};
use strata_diagnostic::{Class, Finding};
use strata_host::RealSystem;
use strata_testkit::tools;

use self::cases::{Case, Meant, case};
use self::payloads::{PAYLOADS, has_control, printed};
use crate::bundle::{files, path, text};

/// Recipes where every program is promised, and elsewhere.
const RECIPES: u64 = 5_000;
const FEWER_RECIPES: u64 = 500;

fn recipes() -> u64 {
    let is_required = std::env::var_os("STRATA_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    if is_required { RECIPES } else { FEWER_RECIPES }
}

/// A folder in memory where the machine has one: thousands of files are written.
fn folder() -> tempfile::TempDir {
    let made = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    made.expect("a directory can be made")
}

/// What was accepted, by number.
type Accepted = BTreeMap<u64, Box<Case>>;

/// Codes of what was refused, by number.
type Refused = BTreeMap<u64, Vec<&'static str>>;

/// What became of a case.
enum Fate {
    Refused(Vec<&'static str>),
    Accepted(Box<Case>),
}

/// Returns the request for the bundle `NAME` of a case, whose recipe is written beside it.
fn request(root: &Path, name: &str, case: &Case) -> BundleRequest {
    let recipe = root.join(format!("{name}.json"));
    fs::write(&recipe, printed(&case.recipe)).expect("writable");
    let dynamic = case.dynamic.iter().map(|text| (text.clone(), None));
    BundleRequest {
        subject: SubjectRequest {
            recipe: Some(path(&recipe).to_owned()),
            ..SubjectRequest::default()
        },
        statements: case.statements.clone(),
        dynamic: dynamic.collect(),
        settings: case.settings.clone(),
        keep: case.keep.clone(),
        output: path(&root.join(name)).to_owned(),
        tool_version: "1.0.0".to_owned(),
        ..BundleRequest::default()
    }
}

/// Makes the bundle of a case as `NUMBER`, for a deployer.
fn make(catalog: &strata_cluster::Catalog, root: &Path, number: u64, deployer: &str) -> Fate {
    let case = case(number);
    let output = root.join(number.to_string());
    let mut request = request(root, &number.to_string(), &case);
    request.deployment.deployer = Some(deployer.to_owned());
    request.deployment.allows_placeholder = true;
    let system = RealSystem;
    let mut session = Session::new(&system);
    let outcome = make_bundle(&mut session, catalog, &[request]);
    let errors: Vec<&Finding> = outcome.findings.iter().filter(|f| f.is_error()).collect();
    if outcome.value.is_some() {
        assert!(errors.is_empty(), "{number}: {errors:?}");
        return Fate::Accepted(Box::new(case));
    }
    assert!(!errors.is_empty(), "{number}: refused without a word");
    assert!(!output.exists(), "{number}: refused, and written");
    for error in &errors {
        let is_invalid = matches!(error.rule.class, Class::Invalid | Class::NotFound);
        assert!(is_invalid, "{number}: {error:?}");
    }
    Fate::Refused(errors.iter().map(|error| error.rule.code).collect())
}

/// Makes the bundles of all cases, on two threads.
fn make_all(root: &Path, count: u64, deployer: &str) -> (Accepted, Refused) {
    let system = RealSystem;
    let mut session = Session::new(&system);
    let catalog = open_catalog(&mut session, &CatalogRequest::default());
    let catalog = &catalog.value.expect("the catalog of the program");
    let fates: Vec<(u64, Fate)> = thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let numbers = (0..count).filter(|number| number % 2 == half);
                let fates = numbers.map(|number| {
                    let made =
                        catch_unwind(AssertUnwindSafe(|| make(catalog, root, number, deployer)));
                    (number, made.unwrap_or_else(|_| panic!("recipe {number}")))
                });
                fates.collect::<Vec<_>>()
            })
        });
        let joined = halves.map(|half| half.join().expect("the case is named above"));
        joined.into_iter().flatten().collect()
    });
    let (mut accepted, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (number, fate) in fates {
        match fate {
            Fate::Accepted(case) => drop(accepted.insert(number, case)),
            Fate::Refused(codes) => drop(refused.insert(number, codes)),
        }
    }
    (accepted, refused)
}

/// Programs of a folder that comes first on the search path: one that betrays that it ran, and a
/// Helm and a kubectl that write down how they are called.
fn programs(root: &Path) {
    let programs = root.join("programs");
    fs::create_dir(&programs).expect("a directory can be made");
    let canary = "#!/bin/sh\necho \"$0 $*\" >>\"$(dirname \"$0\")/sang\"\n";
    let recorder = "#!/usr/bin/env bash\n\
                    if [[ \"${1:-}\" == version ]]; then echo v3.19.0; exit; fi\n\
                    printf '%s\\0' \"${SCRIPT}\" \"$#\" \"$@\" >>\"${RECORDS}\"\n";
    for (name, content) in [
        ("canary", canary),
        ("helm", recorder),
        ("kubectl", recorder),
    ] {
        let file = programs.join(name);
        fs::write(&file, content).expect("writable");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("ours");
    }
    let bash = tools::find("bash").expect("bash is everywhere");
    feed(root, &bash, &["-c", "canary"], "");
    fs::remove_file(programs.join("sang")).expect("the canary can be heard");
}

/// Fails if something of a payload ran.
fn assert_nothing_ran(root: &Path) {
    let sang = fs::read_to_string(root.join("programs/sang")).unwrap_or_default();
    assert_eq!(sang, "", "the canary was called");
    let found = Command::new("find")
        .arg(root)
        .args(["-name", "owned*"])
        .output();
    assert_eq!(text(&found.expect("find is everywhere").stdout), "");
}

/// Runs a program in the folder with the canary on the search path, and something on its input.
fn feed(root: &Path, program: &Path, arguments: &[&str], input: &str) -> (String, String) {
    use std::io::Write as _;
    let search = format!("{}:/usr/bin:/bin", root.join("programs").display());
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", search)
        .env("HOME", root)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    writer
        .join()
        .expect("no panic")
        .expect("the program reads everything");
    assert!(
        output.status.success(),
        "{}: {}",
        program.display(),
        text(&output.stderr)
    );
    (text(&output.stdout), text(&output.stderr))
}

fn folder_name(index: usize, release: &Meant) -> String {
    format!("{:03}-{}", index + 1, release.name)
}

/// Does something to both halves of a list at once.
fn halves<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
    let middle = items.len() / 2;
    let work = &work;
    thread::scope(|scope| {
        let parts = [(0, &items[..middle]), (1, &items[middle..])];
        let running = parts.map(|(half, part)| scope.spawn(move || work(half, part)));
        running
            .map(|half| half.join().expect("said above"))
            .into_iter()
            .collect()
    })
}

/// A script without the digests in it.
fn without_digests(script: &str) -> String {
    let is_digest = |word: &&str| word.len() > 15 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words = script.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let kept = words
        .filter(|word| !is_digest(&word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())));
    kept.collect()
}

/// Every script of the bundles, one of each content but for digests, is one to bash.
fn assert_scripts_parse(root: &Path, bundles: &[PathBuf]) {
    let mut seen = BTreeSet::new();
    let mut scripts = Vec::new();
    for directory in bundles {
        let folders = files(directory).into_iter().filter(|entry| entry.is_dir());
        for script in folders
            .flat_map(|folder| files(&folder))
            .chain(files(directory))
        {
            let is_script = script.extension().is_some_and(|ending| ending == "sh");
            let content = || fs::read_to_string(&script).expect("readable");
            if is_script && seen.insert(without_digests(&content())) {
                scripts.push(script);
            }
        }
    }
    let bash = tools::find("bash").expect("the caller asked");
    halves(&scripts, |_, scripts| {
        let list: String = scripts
            .iter()
            .map(|script| format!("{}\n", path(script)))
            .collect();
        let each = "while IFS= read -r script; do bash -n \"$script\" || exit; done";
        let (_, said) = feed(root, &bash, &["-c", each], &list);
        assert_eq!(said, "");
    });
}

/// Calls of a program: the script, then the arguments.
fn records(file: &Path) -> Vec<(String, Vec<String>)> {
    let bytes = fs::read(file).unwrap_or_default();
    let all = String::from_utf8(bytes).expect("arguments are UTF-8");
    let mut words = all.split('\0').map(str::to_owned);
    let mut records = Vec::new();
    while let Some(script) = words.next().filter(|script| !script.is_empty()) {
        let count = words.next().and_then(|count| count.parse().ok());
        let arguments = words.by_ref().take(count.expect("a number")).collect();
        records.push((script, arguments));
    }
    records
}

/// Helm is told exactly what the recipe says.
fn assert_called_as_meant(meant: &Meant, arguments: &[String], name: &str) {
    let mut positional = Vec::new();
    let mut options: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--install" | "--create-namespace" | "--force-conflicts" => {}
            "--version" | "--repo" | "--namespace" | "--values" | "--labels" => {
                let value = words.next().expect("an option has a value");
                options.entry(word).or_default().push(value);
            }
            _ => positional.push(word),
        }
    }
    let said = format!("{name}: {arguments:?}");
    assert_eq!(positional, ["upgrade", &meant.name, &meant.chart], "{said}");
    let of = |option: &str| options.get(option).cloned().unwrap_or_default();
    assert_eq!(of("--version"), [meant.version.as_str()], "{said}");
    assert_eq!(of("--namespace"), [meant.namespace.as_str()], "{said}");
    let repository = (!meant.repository.is_empty()).then_some(meant.repository.as_str());
    assert_eq!(
        of("--repo"),
        repository.into_iter().collect::<Vec<_>>(),
        "{said}"
    );
    assert_eq!(
        of("--values"),
        ["values.yaml", "cluster-values.yaml"],
        "{said}"
    );
}

/// Runs every `install.sh` and holds what Helm was told against what was meant.
fn assert_helm_is_told(root: &Path, accepted: &Accepted) {
    let mut meant = BTreeMap::new();
    for (number, case) in accepted {
        for (index, release) in case.meant.iter().enumerate() {
            let script = root.join(format!(
                "{number}/{}/install.sh",
                folder_name(index, release)
            ));
            meant.insert(path(&script).to_owned(), release);
        }
    }
    let scripts: Vec<&String> = meant.keys().collect();
    let driver = root.join("record.sh");
    fs::write(&driver, include_str!("injection/record.sh")).expect("writable");
    let bash = tools::find("bash").expect("the caller asked");
    let recorded = halves(&scripts, |half, scripts| {
        let list: String = scripts.iter().map(|script| format!("{script}\n")).collect();
        let [calls, said] = ["calls", "said"].map(|name| root.join(format!("{name}-{half}")));
        feed(
            root,
            &bash,
            &[path(&driver), path(&calls), path(&said)],
            &list,
        );
        assert_eq!(fs::read_to_string(said).unwrap_or_default(), "");
        let (late, records): (Vec<_>, Vec<_>) =
            (records(&calls).into_iter()).partition(|(_, arguments)| arguments[0] == "template");
        // A chart of the bundle's own says which late values are missing, before anything is installed.
        for (_, arguments) in &late {
            let own = [
                "template",
                "late-values",
                "./late-values",
                "--values",
                "cluster-values.yaml",
            ];
            assert_eq!(*arguments, own);
        }
        let asked: BTreeSet<&String> = late.iter().map(|(script, _)| script).collect();
        let has_late = |script: &&&String| {
            let folder = Path::new(script.as_str()).parent().expect("a folder");
            folder.join("late-values").is_dir()
        };
        let with_late: BTreeSet<&String> = scripts.iter().filter(has_late).copied().collect();
        assert_eq!(asked, with_late, "late values");
        let pasted = scripts.len() / 8;
        assert_eq!(records.len(), scripts.len() + pasted, "calls of Helm");
        records
    });
    let recorded = recorded.concat();
    let called: BTreeSet<&String> = recorded.iter().map(|(script, _)| script).collect();
    assert_eq!(called.len(), scripts.len(), "every script calls Helm");
    for (script, arguments) in &recorded {
        assert_called_as_meant(meant[script], arguments, script);
    }
}

/// An independent reader finds in values and recipes what was meant.
fn assert_documents_say(root: &Path, accepted: &Accepted) {
    let mut lines = Vec::new();
    for (number, case) in accepted {
        let recipe = [format!("{number}/recipe.yaml")];
        lines.push(json!({ "files": recipe, "meant": case.recipe, "exact": false }));
        for (index, release) in case.meant.iter().enumerate() {
            let folder = format!("{number}/{}", folder_name(index, release));
            let files = ["values", "cluster-values"].map(|name| format!("{folder}/{name}.yaml"));
            lines.push(
                json!({ "files": files, "meant": release.values, "exact": release.is_exact }),
            );
        }
    }
    assert_read_back(root, &lines);
}

/// An independent reader is given these lines, and finds everything as it is meant.
fn assert_read_back(root: &Path, lines: &[Value]) {
    let Some(python) = tools::find("python3") else {
        return;
    };
    let script = root.join("check.py");
    fs::write(&script, include_str!("injection/check.py")).expect("writable");
    let problems = halves(lines, |_, lines| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let (problems, said) = feed(root, &python, &[path(&script)], &text);
        assert_eq!(said.trim(), format!("checked {}", lines.len()));
        problems
    });
    assert_eq!(problems.concat(), "");
}

#[test]
fn what_a_recipe_says_reaches_helm_as_it_is_or_is_refused() {
    if !tools::available("hostile recipes in bash and YAML", &["bash", "python3"]) {
        return;
    }
    let folder = folder();
    let root = folder.path();
    programs(root);
    let count = recipes();
    let (accepted, refused) = make_all(root, count, "helm");
    let bundles: Vec<PathBuf> = accepted
        .keys()
        .map(|number| root.join(number.to_string()))
        .collect();
    assert_scripts_parse(root, &bundles);
    assert_helm_is_told(root, &accepted);
    assert_documents_say(root, &accepted);
    assert_nothing_ran(root);
    assert_the_generator_is_worth_it(&accepted, &refused, count);
    println!("{} accepted, {} refused", accepted.len(), refused.len());
}

/// Both fates are frequent, and no payload is refused everywhere that has no reason to be.
fn assert_the_generator_is_worth_it(accepted: &Accepted, refused: &Refused, count: u64) {
    let [taken, not_taken] = [accepted.len(), refused.len()].map(|number| number as u64);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for code in refused.values().flatten() {
        *codes.entry(code).or_default() += 1;
    }
    let is_even = taken * 3 > count && not_taken * 10 > count;
    assert!(is_even, "{taken} accepted, {not_taken} refused: {codes:?}");
    assert!(codes.len() > 8, "{codes:?}");
    let all: String = accepted
        .values()
        .map(|case| case.recipe.to_string())
        .collect();
    for payload in PAYLOADS {
        let quoted = json!(payload).to_string();
        assert!(
            all.contains(&quoted) || has_control(payload),
            "{payload:?} is always refused"
        );
    }
}
