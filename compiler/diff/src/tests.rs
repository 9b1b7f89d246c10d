use serde_json::{Value, json};

use crate::render::{markdown, text};
use crate::{AppChanges, Base, Comparison, RiskKind, Sides, Snapshot, Status, compare, stores};

fn resource(address: &str, file: &str, intent: &str, attributes: Value) -> Value {
    let kind = address.split_once('.').map_or("", |(kind, _)| kind);
    json!({
        "root": "terraform", "address": address, "mode": "managed", "type": kind, "file": file,
        "attributes": attributes, "lifecycle": { "prevent_destroy": false }, "purpose": "",
        "intents": [intent],
    })
}

fn intent(id: &str, attributes: Value) -> Value {
    let (kind, name) = id.split_once('.').expect("an id");
    json!({
        "id": id, "kind": kind, "name": name, "attributes": attributes,
        "at": { "file": "app.py", "item": name },
    })
}

/// An environment of these intents and resources.
fn snapshot(intents: Value, resources: Value, moved: Value) -> Snapshot {
    let graph = json!({
        "version": 1, "app": "shop", "environment": "prod", "intents": intents, "edges": [],
        "decisions": [],
    });
    let plan = json!({
        "version": 1, "app": "shop", "environment": "prod", "resources": resources, "modules": [],
        "moved": moved, "released": [],
    });
    Snapshot::read(&graph.to_string(), &plan.to_string(), &[]).expect("documents")
}

fn table(name: &str, attributes: Value) -> Snapshot {
    let id = format!("table.{name}");
    let address = format!("aws_dynamodb_table.{name}");
    let file = format!("terraform/table-{name}.tf");
    snapshot(
        json!([intent(&id, json!({ "region": "eu-west-1" }))]),
        json!([resource(&address, &file, &id, attributes)]),
        json!([]),
    )
}

fn base() -> Base {
    Base::Folder {
        path: "old".to_owned(),
    }
}

fn kinds(changes: &AppChanges) -> Vec<RiskKind> {
    changes.at_risk.iter().map(|risk| risk.kind).collect()
}

#[test]
fn the_table_of_stores_reads_and_names_its_sources() {
    for store in stores() {
        assert!(
            store.source.starts_with("https://registry.terraform.io/"),
            "{}",
            store.kind
        );
        assert_eq!(store.read, "2026-11-29", "{}", store.kind);
        assert!(
            store.replaced_by.is_sorted() && !store.noun.is_empty(),
            "{}",
            store.kind
        );
    }
    let mut kinds: Vec<&str> = stores().iter().map(|store| store.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), stores().len());
}

#[test]
fn the_same_is_no_change() {
    let one = table("orders", json!({ "name": "orders", "hash_key": "id" }));
    let changes = compare(Sides::Both(&one, &one));
    assert_eq!(changes.status, Status::Unchanged);
    assert_eq!(changes.stores.untouched, ["table.orders"]);
    let page = text(&Comparison::new(base(), true, vec![changes]), true);
    assert_eq!(page, "Compared with old.\n\nNo change.\n");
}

#[test]
fn another_key_replaces_a_table_and_nothing_else_does() {
    let old = table("orders", json!({ "name": "orders", "hash_key": "id" }));
    let new = table("orders", json!({ "name": "orders", "hash_key": "number" }));
    let changes = compare(Sides::Both(&old, &new));
    assert_eq!(kinds(&changes), [RiskKind::Replaced]);
    assert_eq!(changes.resources.changed[0].replaced_by, ["hash_key"]);
    assert_eq!(changes.stores.at_risk, ["table.orders"]);
    let new = table(
        "orders",
        json!({ "name": "orders", "hash_key": "id", "stream_enabled": true }),
    );
    let changes = compare(Sides::Both(&old, &new));
    assert_eq!(kinds(&changes), []);
    assert_eq!(changes.stores.kept, ["table.orders"]);
}

#[test]
fn what_moves_is_neither_deleted_nor_made() {
    let attributes = json!({ "name": "orders", "hash_key": "id" });
    let old = table("orders", attributes.clone());
    let new = snapshot(
        json!([intent("table.sales", json!({ "region": "eu-west-1" }))]),
        json!([resource(
            "aws_dynamodb_table.sales",
            "terraform/table-sales.tf",
            "table.sales",
            attributes
        )]),
        json!([{ "root": "terraform", "from": "aws_dynamodb_table.orders", "to": "aws_dynamodb_table.sales" }]),
    );
    let changes = compare(Sides::Both(&old, &new));
    assert_eq!(kinds(&changes), []);
    assert_eq!(
        changes.intents.changed[0].was.as_deref(),
        Some("table.orders")
    );
    assert!(changes.resources.added.is_empty() && changes.resources.removed.is_empty());
    assert_eq!(changes.stores.kept, ["table.sales"]);
}

#[test]
fn without_a_move_it_is_deleted_and_the_way_out_is_was() {
    let old = table("orders", json!({ "name": "orders" }));
    let new = table("sales", json!({ "name": "sales" }));
    let changes = compare(Sides::Both(&old, &new));
    assert_eq!(kinds(&changes), [RiskKind::Deleted]);
    assert!(
        changes.at_risk[0].safe_way[0].contains("`was = \"orders\"`"),
        "{changes:?}"
    );
    assert_eq!(changes.stores.added, ["table.sales"]);
}

#[test]
fn names_from_source_stay_text_in_a_comment_and_on_a_terminal() {
    let evil = "`</details>@everyone<img src=x>|\n# h \u{1b}[31m \u{202e}";
    let old = table("orders", json!({ "name": "orders", "tag": evil }));
    let new = table(
        "orders",
        json!({ "name": "orders", "tag": format!("{evil}``` x") }),
    );
    let comparison = Comparison::new(base(), true, vec![compare(Sides::Both(&old, &new))]);
    let page = markdown(&comparison);
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}') && !page.contains("\n# h"));
    // In a code span whose fence is longer than any run of backticks in it.
    assert!(
        page.contains("```` `</details>@everyone<img src=x>| # h"),
        "{page}"
    );
    let page = text(&comparison, false);
    assert!(
        !page.contains('\u{1b}') && !page.contains('\u{202e}'),
        "{page}"
    );
}

#[test]
fn a_comment_fits_however_much_changes() {
    let many = |value: &str| {
        let all = (0..3000).map(|number| {
            let address = format!("aws_sqs_queue.q{number}");
            resource(
                &address,
                "terraform/x.tf",
                "queue.x",
                json!({ "tag": value.repeat(40) }),
            )
        });
        snapshot(json!([]), all.collect(), json!([]))
    };
    let (old, new) = (many("a"), many("b"));
    let page = markdown(&Comparison::new(
        base(),
        true,
        vec![compare(Sides::Both(&old, &new))],
    ));
    assert!(page.len() < 65_536, "{}", page.len());
    assert!(page.contains("more: `klo diff` shows them"), "{page}");
}

#[test]
fn documents_that_are_none_are_refused_in_words() {
    let plan = r#"{"version":1,"app":"a","environment":"e","resources":[],"modules":[]}"#;
    let graph =
        r#"{"version":2,"app":"a","environment":"e","intents":[],"edges":[],"decisions":[]}"#;
    let refused = |graph: &str, plan: &str, files: &[(String, String)]| {
        Snapshot::read(graph, plan, files)
            .expect_err("no snapshot")
            .to_string()
    };
    assert!(refused("[]", plan, &[]).starts_with("graph.json is not what klo writes there"));
    assert_eq!(
        refused(graph, plan, &[]),
        "graph.json has version 2, and this klo understands 1"
    );
    let graph = graph.replace("\"version\":2", "\"version\":1");
    let other = plan.replace("\"e\"", "\"f\"");
    assert_eq!(
        refused(&graph, &other, &[]),
        "graph.json is of a e and plan.json of a f"
    );
    let manifest = [("kubernetes/x.yaml".to_owned(), "a: [".to_owned())];
    assert!(refused(&graph, plan, &manifest).starts_with("kubernetes/x.yaml is not"));
}
