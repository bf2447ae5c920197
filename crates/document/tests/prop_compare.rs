//! Differences of trees: nothing between equals, and enough to make one of the other.

use proptest::prelude::*;
use strata_diagnostic::{Place, SourceId};
use strata_document::{
    Change, ChangeKind, Limits, Mapping, Node, Selector, Step, changes, read, write_yaml,
};

const NOWHERE: Place = Place::whole(SourceId(0));

fn scalar() -> impl Strategy<Value = Node> {
    prop_oneof![
        any::<bool>().prop_map(|value| Node::boolean(value, NOWHERE)),
        (-3_i64..3).prop_map(|value| Node::integer(value, NOWHERE)),
        "[a-c1 ]{0,2}".prop_map(|text| Node::string(text, NOWHERE)),
        Just(Node::null(NOWHERE)),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-d]",
        "[a-b][.\\[\\]\"'= /-][a-b]",
        Just("name".to_owned())
    ]
}

fn mapping(entries: Vec<(String, Node)>) -> Node {
    let mut mapping = Mapping::default();
    for (key, value) in entries {
        mapping.set(&key, value);
    }
    Node::mapping(mapping, NOWHERE)
}

/// Items with names, each its own, in any order.
fn named_items(inner: impl Strategy<Value = Node>) -> impl Strategy<Value = Node> {
    let item = ("[a-f]", key(), inner).prop_map(|(name, key, value)| {
        let named = mapping(vec![
            (key, value),
            ("name".to_owned(), Node::string(name.as_str(), NOWHERE)),
        ]);
        (name, named)
    });
    prop::collection::vec(item, 0..5).prop_map(|mut items| {
        let mut seen = Vec::new();
        items.retain(|(name, _)| {
            let is_new = !seen.contains(name);
            seen.push(name.clone());
            is_new
        });
        Node::sequence(items.into_iter().map(|(_, item)| item).collect(), NOWHERE)
    })
}

fn tree() -> impl Strategy<Value = Node> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| Node::sequence(items, NOWHERE)),
            prop::collection::vec((key(), inner.clone()), 0..5).prop_map(mapping),
            named_items(inner),
        ]
    })
}

/// Does what a reader of changes does: finds the place by the path as it is printed.
fn apply(root: &mut Node, change: &Change) {
    let path =
        Selector::parse(&change.path.to_string()).expect("paths are printed as they are read");
    let Some((last, parents)) = path.steps.split_last() else {
        match &change.kind {
            ChangeKind::Changed { after, .. } => *root = after.clone(),
            ChangeKind::Reordered { after, .. } => reorder(root, after),
            ChangeKind::Added(_) | ChangeKind::Removed(_) => panic!("a tree is always there"),
        }
        return;
    };
    let parent = descend(root, parents);
    match &change.kind {
        ChangeKind::Changed { after, .. } => *child(parent, last) = after.clone(),
        ChangeKind::Reordered { after, .. } => reorder(child(parent, last), after),
        ChangeKind::Added(node) => match last {
            Step::Key(key) => parent
                .as_mapping_mut()
                .expect("a mapping")
                .set(key, node.clone()),
            Step::Index(index) => items(parent).insert(*index, node.clone()),
            Step::Named { .. } => items(parent).push(node.clone()),
        },
        ChangeKind::Removed(node) => match last {
            Step::Key(key) => {
                let removed = parent.as_mapping_mut().expect("a mapping").remove(key);
                assert!(removed.expect("it was there").means_the_same(node));
            }
            step => {
                let index = index_of(parent, step);
                assert!(items(parent).remove(index).means_the_same(node));
            }
        },
    }
}

fn items(node: &mut Node) -> &mut Vec<Node> {
    node.as_sequence_mut().expect("a list")
}

fn index_of(node: &Node, step: &Step) -> usize {
    match step {
        Step::Index(index) => *index,
        Step::Named { field, value } => node
            .as_sequence()
            .expect("a list")
            .iter()
            .position(|item| item.get(field).and_then(Node::as_text) == Some(value))
            .expect("an item of that name"),
        Step::Key(key) => panic!("{key} is no item"),
    }
}

fn child<'a>(node: &'a mut Node, step: &Step) -> &'a mut Node {
    if let Step::Key(key) = step {
        let mapping = node.as_mapping_mut().expect("a mapping");
        return mapping.get_mut(key).expect("the key is there");
    }
    let index = index_of(node, step);
    &mut items(node)[index]
}

fn descend<'a>(root: &'a mut Node, steps: &[Step]) -> &'a mut Node {
    let mut node = root;
    for step in steps {
        node = child(node, step);
    }
    node
}

fn reorder(list: &mut Node, names: &[String]) {
    let position = |item: &Node| {
        let name = item.get("name").and_then(Node::as_text);
        names.iter().position(|other| Some(other.as_str()) == name)
    };
    items(list).sort_by_key(|item| position(item).expect("every item is named"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn nothing_makes_a_tree_itself(tree in tree()) {
        prop_assert!(changes(&tree, &tree).is_empty());
        // Written and read again, with other places and keys in another order.
        let text = write_yaml(&tree);
        let again = read(text.as_bytes(), SourceId(1), &Limits::DOCUMENT).value.expect("ours");
        prop_assert!(changes(&tree, &again).is_empty(), "{text}");
    }

    #[test]
    fn changes_make_one_tree_the_other(before in tree(), after in tree()) {
        let found = changes(&before, &after);
        prop_assert_eq!(found.is_empty(), before.means_the_same(&after));
        let mut tree = before.clone();
        for change in &found {
            apply(&mut tree, change);
        }
        prop_assert!(
            tree.means_the_same(&after),
            "{}---\n{}---\n{}---\n{found:?}", write_yaml(&before), write_yaml(&after), write_yaml(&tree)
        );
    }
}

fn described(before: &str, after: &str) -> Vec<String> {
    let tree = |text: &str| {
        let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        outcome.value.expect("the test's YAML is valid")
    };
    let found = changes(&tree(before), &tree(after));
    let lines = found
        .iter()
        .map(|change| format!("{} {}", change.kind.name(), change.path));
    lines.collect()
}

#[test]
fn changes_are_as_small_as_they_can_be_said() {
    for (before, after, expected) in [
        ("{a: 1, b: 2}", "{b: 2, a: 1}", &[][..]),
        ("{a: 1.0}", "{a: '1.0'}", &["changed a"][..]),
        ("{a: yes}", "{a: \"yes\"}", &[]),
        (
            "{a: {b: 1}}",
            "{a: {b: 2, c: 3}}",
            &["changed a.b", "added a.c"],
        ),
        ("{a: null}", "{}", &["removed a"]),
        ("{a: [1, 2, 3]}", "{a: [0, 1, 2, 3]}", &["added a[0]"]),
        ("{a: [1, 2, 3]}", "{a: [1, 3]}", &["removed a[1]"]),
        (
            "{a: [1, 2, 3, 4]}",
            "{a: [1, 4]}",
            &["removed a[2]", "removed a[1]"],
        ),
        ("{a: [1, 2, 3]}", "{a: [1, 9, 3]}", &["changed a[1]"]),
        (
            "{e: [{name: x, value: 1}, {name: y}]}",
            "{e: [{name: z}, {name: x, value: 2}]}",
            &[
                "changed e[name=x].value",
                "removed e[name=y]",
                "added e[name=z]",
                "reordered e",
            ],
        ),
        (
            "{e: [{name: x}, {name: y}]}",
            "{e: [{name: y}, {name: x}]}",
            &["reordered e"],
        ),
        // Names that are not each its own do not identify.
        (
            "{e: [{name: x}, {name: x}]}",
            "{e: [{name: x}]}",
            &["removed e[1]"],
        ),
        (
            "{\"a.b\": {c: 1}}",
            "{\"a.b\": {c: 2}}",
            &["changed \"a.b\".c"],
        ),
        ("[]", "{}", &["changed "]),
    ] {
        assert_eq!(described(before, after), expected, "{before} {after}");
    }
}
