//! Edges hold the operations that calls of AWS's SDK come to, which permissions are made from.

use std::collections::BTreeSet;
use std::path::Path;

use klo_source::{DiskTree, SourceMap};

/// Every edge of a fixture with its operations, and the arguments that need more.
fn calls(fixture: &str) -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/python");
    let tree = DiskTree::new(&dir.join(fixture)).expect("the fixture is a folder");
    let mut sources = SourceMap::new();
    let (apps, _) = klo_config::discover(&tree, fixture, "", None, &mut sources);
    let app = apps.first().expect("a folder is an app");
    let (graph, _) = klo_parse::parse(&tree, app, &[], &mut sources);
    let mut lines: Vec<String> = graph
        .edges
        .iter()
        .map(|edge| {
            let calls: BTreeSet<String> = edge
                .methods
                .iter()
                .map(|call| call.method.clone())
                .chain(edge.arguments.iter().map(|found| {
                    let call = &found.call.method;
                    format!("{call}({})", found.argument)
                }))
                .collect();
            let calls: Vec<String> = calls.into_iter().collect();
            let (from, to) = (graph.node_id(&edge.from), graph.node_id(&edge.to));
            format!("{from} {to}: {}", calls.join(" "))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn operations_and_the_arguments_that_need_more() {
    assert_eq!(
        calls("boto3_operations"),
        [
            "function.late table.loans: scan",
            "function.prune bucket.published: delete_object delete_object(VersionId) delete_objects \
             head_object list_object_versions list_objects",
            "function.publish bucket.drafts: abort_multipart_upload complete_multipart_upload \
             create_multipart_upload create_multipart_upload(ACL) get_object put_object \
             put_object(ACL) upload_part",
            "function.publish bucket.published: abort_multipart_upload complete_multipart_upload \
             copy_object create_multipart_upload upload_part_copy",
            "function.search table.books: query query(IndexName)",
            "function.search table.loans: query",
        ]
    );
}
