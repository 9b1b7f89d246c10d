//! `terraform fmt`, Terraform's own evaluation, and hcl-edit read what the printer wrote.
#![allow(
    clippy::disallowed_methods,
    reason = "a test hands files to the real terraform"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::template::Element;
use klo_plan::{Address, Block, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use super::plan;
use crate::layout::BlockText;

/// Runs Terraform, or says loudly that it is not there; in CI that is a failure.
fn terraform(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let run = Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .output();
    match run {
        Ok(output) => Some(output),
        Err(_) => {
            let ci = std::env::var_os("CI").is_some();
            assert!(!ci, "terraform is missing, and CI needs it");
            #[expect(clippy::print_stderr, reason = "a skipped judge must be seen")]
            {
                eprintln!("SKIPPED: terraform is not installed");
            }
            None
        }
    }
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch folder")
}

fn write(folder: &Path, files: &[(String, String)]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

fn assert_formatted(files: &[(String, String)]) {
    let folder = scratch();
    write(folder.path(), files);
    let Some(output) = terraform(folder.path(), &["fmt", "-check", "-diff", "-recursive"]) else {
        return;
    };
    assert!(
        output.status.success(),
        "terraform fmt would change this:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn terraform_fmt_changes_nothing_in_one_of_everything() {
    assert_formatted(&crate::files(&plan()));
}

/// Text with everything in it that HCL gives a meaning to.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${"),
        Just("%{"),
        Just("$"),
        Just("%"),
        Just("{"),
        Just("}"),
        Just("\""),
        Just("\\"),
        Just("\n"),
        Just("\r"),
        Just("\t"),
        Just("\u{1}"),
        Just("\u{2028}"),
        Just("\u{202e}"),
        Just("é"),
        Just("😀"),
        Just("~"),
        Just("EOT"),
        Just("#"),
        Just("//"),
        Just("word"),
        Just(" "),
        Just("u0024"),
        Just("if true"),
        Just("="),
    ];
    prop_oneof![
        vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

/// What hcl-edit reads in a printed string: literals as themselves, values by their path.
fn read_back(printed: &str) -> Vec<String> {
    let expression: Expression = printed.parse().expect("an expression");
    let traversal = |expr: &Expression| {
        let traversal = expr.as_traversal().expect("a reference");
        let mut path = vec![traversal.expr.as_variable().expect("a name").to_string()];
        for step in &traversal.operators {
            match step.value() {
                TraversalOperator::GetAttr(name) => path.push(name.to_string()),
                other => panic!("{other:?}"),
            }
        }
        format!("<{}>", path.join("."))
    };
    match &expression {
        Expression::String(text) => vec![text.value().clone()],
        Expression::StringTemplate(template) => template
            .iter()
            .map(|element| match element {
                Element::Literal(text) => text.value().clone(),
                Element::Interpolation(inner) => traversal(&inner.expr),
                Element::Directive(_) => panic!("a directive in {printed}"),
            })
            .collect(),
        other => vec![traversal(other)],
    }
}

proptest! {
    #[test]
    fn text_is_read_back_as_itself(text in nasty()) {
        let printed = crate::escape::quoted(&text);
        prop_assert_eq!(read_back(&printed).concat(), text.clone());
        prop_assert_eq!(read_back(&crate::escape::quoted_key(&text)).concat(), text);
    }

    #[test]
    fn templates_are_read_back_as_their_parts(before in nasty(), between in nasty(), after in nasty()) {
        let reference = Address::managed("aws_vpc", "network").attr("id");
        let parts = [
            before.clone().into(), reference.clone(), between.clone().into(), reference, after.clone().into(),
        ];
        let printed = crate::expression::expression(&Value::concat(parts), 0);
        let path = "<aws_vpc.network.id>";
        prop_assert_eq!(read_back(&printed).concat(), format!("{before}{path}{between}{path}{after}"));
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000i32..1000).prop_map(|n| Value::Float(f64::from(n) / 8.0)),
        nasty().prop_map(Value::from),
        Just(Value::Null),
        Just(Address::managed("aws_vpc", "network").attr("id")),
        Just(
            Address::managed("aws_vpc", "network")
                .attr("ids")
                .index(0)
                .key("a ${b}")
        ),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::List),
            vec((nasty(), inner.clone()), 0..5).prop_map(Value::map),
            vec(("[a-z_]{1,12}", inner.clone()), 0..5).prop_map(Value::map),
            vec(inner.clone(), 1..4).prop_map(Value::Concat),
            inner.clone().prop_map(Value::json),
            (nasty(), inner.clone()).prop_map(|(comment, value)| value.commented(comment)),
            vec(inner, 1..3)
                .prop_map(|arguments| Value::call(klo_plan::Function::Concat, arguments)),
        ]
    })
}

fn body() -> impl Strategy<Value = Block> {
    let attributes = vec(("[a-z]{1,16}", value()), 0..8);
    let blocks = vec(
        ("[a-z]{1,8}_block", vec(("[a-z]{1,16}", value()), 0..3)),
        0..3,
    );
    (attributes, blocks).prop_map(|(attributes, blocks)| {
        let fill = |entries: Vec<(String, Value)>| {
            let mut block = Block::new();
            entries
                .into_iter()
                .for_each(|(name, value)| block.set(&name, value));
            block
        };
        blocks
            .into_iter()
            .fold(fill(attributes), |body, (name, nested)| {
                body.block(&name, fill(nested))
            })
    })
}

/// Samples of a strategy, the same in every run.
fn samples<T>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("a sample").current())
        .collect()
}

#[test]
fn terraform_fmt_changes_nothing_in_generated_bodies() {
    let files: Vec<(String, String)> = samples(body(), 400)
        .into_iter()
        .enumerate()
        .map(|(index, body)| {
            let text = BlockText::new(&format!("resource \"a\" \"r{index}\"")).body(&body);
            (format!("{index}.tf"), text.finish())
        })
        .collect();
    for (name, text) in &files {
        let parsed: Result<hcl_edit::structure::Body, _> = text.parse();
        assert!(parsed.is_ok(), "{name}: {parsed:?}\n{text}");
    }
    assert_formatted(&files);
}

/// Terraform itself evaluates printed strings; its JSON says what it read.
#[test]
fn terraform_reads_text_back_as_itself() {
    let texts = samples(nasty(), 500);
    // Terraform normalizes text to NFC and has no form for NUL in its JSON state; both are its own.
    let texts: Vec<String> = texts
        .into_iter()
        .filter(|text| {
            !text.contains('\0')
                && text
                    .chars()
                    .all(|c| c < '\u{300}' || "😀\u{2028}\u{202e}".contains(c))
        })
        .collect();
    let value = Value::list(texts.iter().cloned());
    let joined = Value::list(
        texts
            .iter()
            .map(|text| Value::concat([Value::text(text), Value::local("x"), Value::text(text)])),
    );
    let main = format!(
        "{}\n{}\n{}",
        BlockText::new("locals")
            .body(&Block::new().with("x", "-"))
            .finish(),
        BlockText::new("output \"plain\"")
            .body(&Block::new().with("value", value))
            .finish(),
        BlockText::new("output \"joined\"")
            .body(&Block::new().with("value", joined))
            .finish(),
    );
    let folder = scratch();
    write(folder.path(), &[("main.tf".to_owned(), main)]);
    let Some(applied) = terraform(folder.path(), &["apply", "-auto-approve", "-no-color"]) else {
        return;
    };
    assert!(
        applied.status.success(),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    let read = terraform(folder.path(), &["output", "-json"]).expect("terraform");
    let read: serde_json::Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let expected: Vec<String> = texts.iter().map(|text| format!("{text}-{text}")).collect();
    assert_eq!(read["plain"]["value"], serde_json::json!(texts));
    assert_eq!(read["joined"]["value"], serde_json::json!(expected));
}
