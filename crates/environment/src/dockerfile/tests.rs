//! What is read from the texts of Dockerfiles.

use super::*;

fn parse(text: &str) -> Dockerfile {
    Dockerfile::parse(text, SourceId(0))
}

fn pulled(text: &str, target: Option<&str>) -> String {
    let file = parse(text);
    let Some(target) = file.target(target) else {
        return "no stage".to_owned();
    };
    let given = BTreeMap::from([("GIVEN".to_owned(), "2".to_owned())]);
    let pulled = file.pulled(target, &given);
    let shown = pulled
        .iter()
        .map(|(name, place)| format!("{name}@{}", place.line));
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn stages_name_images_and_one_another() {
    assert_eq!(pulled("FROM a:1\n", None), "a:1@1");
    assert_eq!(
        pulled("from --platform=linux/amd64 a:1 as x\nrun y\n", None),
        "a:1@1"
    );
    let stages = "FROM a AS build\nFROM b AS other\nFROM scratch\nCOPY --from=build /x /x\n";
    assert_eq!(pulled(stages, None), "a@1");
    assert_eq!(pulled(stages, Some("OTHER")), "b@2");
    assert_eq!(pulled(stages, Some("0")), "a@1");
    assert_eq!(pulled(stages, Some("nobody")), "no stage");
    assert_eq!(
        pulled("FROM a\nCOPY --chown=x --from=c:2 /x /x\n", None),
        "a@1 c:2@2"
    );
    assert_eq!(
        pulled("FROM a\nRUN --mount=type=bind,from=c,target=/x ls\n", None),
        "a@1 c@2"
    );
    assert_eq!(pulled("FROM a AS a\nFROM a\n", None), "a@1");
    assert_eq!(pulled("# nothing\n", None), "no stage");
}

#[test]
fn arguments_are_replaced_where_they_are_known() {
    let file = "ARG TAG=1\nARG IMAGE=\"a:${TAG}\"\nFROM $IMAGE\n";
    assert_eq!(pulled(file, None), "a:1@3");
    assert_eq!(pulled("ARG GIVEN=1\nFROM a:${GIVEN}\n", None), "a:2@2");
    assert_eq!(pulled("ARG T\nFROM a:${T:-3}${U:+x}\n", None), "a:3@2");
    assert_eq!(pulled("ARG T\nFROM a:$T\n", None), "");
    assert_eq!(pulled("FROM a:${T%x}\n", None), "");
}

#[test]
fn lines_go_on_over_comments_and_here_documents() {
    let file = parse(
        "FROM a\nRUN x && \\\n  # no\n\n  y\nCOPY <<EOF /x\nUSER root\nEOF\nRUN <<-'A' <<B\n\tUSER \
         b\n\tA\nUSER c\nB\nUSER \\\n  d\n",
    );
    let shown: Vec<String> = file.stages[0]
        .instructions
        .iter()
        .map(|one| format!("{} {} {}", one.place.line, one.name, one.arguments))
        .collect();
    assert_eq!(
        shown,
        [
            "2 RUN x && y",
            "6 COPY <<EOF /x",
            "9 RUN <<-'A' <<B",
            "14 USER d",
        ]
    );
    let windows = parse("# escape=`\r\nFROM a\r\nRUN x `\r\n  y\r\nUSER C:\\u\\\r\n");
    let shown: Vec<&str> = windows.stages[0]
        .instructions
        .iter()
        .map(|one| one.arguments.as_str())
        .collect();
    assert_eq!(shown, ["x y", "C:\\u\\"]);
}

#[test]
fn places_point_at_the_words() {
    let text = "# é\n  FROM --platform=x  a:1  AS b\nUSER  root \n";
    let file = parse(text);
    let slice = |place: Place| &text[place.start as usize..place.end as usize];
    let stage = &file.stages[0];
    assert_eq!(
        (slice(stage.place), stage.place.line, stage.place.column),
        ("a:1", 2, 22)
    );
    let (user, place) = user(&file.lineage(0)).expect("a user");
    assert_eq!(
        (user, slice(place), place.line, place.column),
        ("root", "root", 3, 7)
    );
}

#[test]
fn the_nearest_stage_has_the_last_word() {
    let file = parse(
        "FROM a AS base\nUSER one\nUSER two\nEXPOSE 80 81/udp\nHEALTHCHECK CMD x\nENV A=1 B=2\nENV C \
         d e=f\nFROM base AS next\nEXPOSE 90-92\nFROM base AS quiet\nHEALTHCHECK NONE\nUSER three\n",
    );
    let lineage = |name| file.lineage(file.target(Some(name)).expect("a stage"));
    assert_eq!(user(&lineage("next")).map(|(user, _)| user), Some("two"));
    assert_eq!(user(&lineage("quiet")).map(|(user, _)| user), Some("three"));
    assert!(matches!(
        health(&lineage("next")),
        Some(BuiltProbe::Present(_))
    ));
    assert!(matches!(
        health(&lineage("quiet")),
        Some(BuiltProbe::SwitchedOff(_))
    ));
    let ports: Vec<String> = exposed(&lineage("next"))
        .expect("no variables")
        .iter()
        .map(|(range, protocol)| format!("{range}/{}", protocol.name()))
        .collect();
    assert_eq!(ports, ["90-92/tcp", "80/tcp", "81/udp"]);
    assert_eq!(exposed(&parse("FROM a\nEXPOSE $PORT\n").lineage(0)), None);
    assert_eq!(
        environment(&lineage("next")),
        BTreeSet::from(["A", "B", "C"])
    );
    let given = BTreeMap::new();
    assert_eq!(file.base(2, &given).as_deref(), Some("a"));
    assert_eq!(parse("FROM scratch\n").base(0, &given), None);
}

#[test]
fn any_text_is_read() {
    for text in [
        "FROM",
        "FROM ",
        "USER x",
        "RUN <<",
        "RUN <<\"",
        "FROM ${",
        "\\",
        "FROM a\nRUN \\",
    ] {
        let file = parse(text);
        assert!(file.stages.len() <= 1, "{text}");
    }
}
