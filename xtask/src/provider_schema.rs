//! The part of the AWS provider's schema that klo's own output is checked against.
//!
//! `cargo xtask provider-schema FILE` takes what `terraform providers schema -json` printed and writes
//! `targets/aws/schema/aws.json`: of each resource type that the sources of `targets/aws` name, its
//! arguments and blocks, one word of letters and a type each. Tests then find a misspelled, retired or
//! missing argument without Terraform.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use serde_json::{Map, Value, json};

/// Where the trimmed schema lies.
const OUTPUT: &str = "targets/aws/schema/aws.json";
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";
const CLASSES: [(&str, &str); 3] = [
    ("resource_schemas", "managed"),
    ("data_source_schemas", "data"),
    ("ephemeral_resource_schemas", "ephemeral"),
];

/// Writes the trimmed schema of the repository at `root` from the file `from`.
pub(crate) fn write(root: &Path, from: &str) -> Result<()> {
    let all: Value = serde_json::from_str(&fs::read_to_string(from)?).map_err(Error::other)?;
    let provider = &all["provider_schemas"][PROVIDER];
    if provider.is_null() {
        return Err(Error::other(format!("{from} has no schema of {PROVIDER}")));
    }
    let mut words = BTreeSet::new();
    collect(&root.join("targets/aws/src"), &mut words)?;
    let named: Vec<&String> = words.iter().filter(|w| w.starts_with("aws_")).collect();
    let mut out = Map::new();
    for (theirs, ours) in CLASSES {
        let known = &provider[theirs];
        let kept: BTreeMap<&String, Value> = named
            .iter()
            .filter(|name| known.get(name.as_str()).is_some())
            .map(|name| (*name, block(&known[name.as_str()]["block"], &words, 0)))
            .collect();
        out.insert(ours.to_owned(), json!(kept));
    }
    let file = root.join(OUTPUT);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, lines(&out))?;
    println!("wrote {OUTPUT}: {} types named", named.len());
    Ok(())
}

/// One type a line, so that a change of it is one line of a diff.
fn lines(classes: &Map<String, Value>) -> String {
    let mut out = String::from("{");
    for (index, (class, types)) in classes.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.push_str(&format!("{comma}\n\"{class}\": {{"));
        let types = types.as_object().into_iter().flatten();
        for (index, (name, schema)) in types.enumerate() {
            let comma = if index == 0 { "" } else { "," };
            out.push_str(&format!("{comma}\n\"{name}\": {schema}"));
        }
        out.push_str("\n}");
    }
    out.push_str("\n}\n");
    out
}

/// Every string of the Rust sources below a folder that could name a type, argument or block.
fn collect(folder: &Path, words: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, words)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path)?;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let found = text
                .split('"')
                .filter(|word| !word.is_empty() && word.chars().all(plain));
            words.extend(found.map(str::to_owned));
        }
    }
    Ok(())
}

/// Blocks from this depth on are kept only where the sources name them: a web ACL's statements nest
/// in each other, and whole they would be a hundred times everything else.
const DEEP: usize = 2;

/// `a`: arguments and what is computed; `b`: nested blocks.
fn block(schema: &Value, words: &BTreeSet<String>, depth: usize) -> Value {
    let arguments: BTreeMap<&String, String> = schema["attributes"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, attribute)| (name, argument(attribute)))
        .collect();
    let blocks: BTreeMap<&String, Value> = schema["block_types"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "timeouts" && (depth < DEEP || words.contains(*name)))
        .map(|(name, nested)| {
            let of = json!({
                "nesting": nested["nesting_mode"],
                "min": nested["min_items"].as_u64().unwrap_or(0),
                "max": nested["max_items"].as_u64().unwrap_or(0),
                "retired": nested["block"]["deprecated"].as_bool().unwrap_or(false),
                "block": block(&nested["block"], words, depth + 1),
            });
            (name, of)
        })
        .collect();
    json!({ "a": arguments, "b": blocks })
}

/// `ro`, `oc string`: required, optional, computed, write-only, retired (`x`), and the type.
fn argument(attribute: &Value) -> String {
    let flags = [
        ("required", 'r'),
        ("optional", 'o'),
        ("computed", 'c'),
        ("write_only", 'w'),
        ("deprecated", 'x'),
    ];
    let letters: String = flags
        .into_iter()
        .filter(|(flag, _)| attribute[flag].as_bool() == Some(true))
        .map(|(_, letter)| letter)
        .collect();
    let ty = match &attribute["type"] {
        Value::String(name) => name.clone(),
        Value::Array(parts) => parts[0].as_str().unwrap_or("any").to_owned(),
        _ => "nested".to_owned(),
    };
    format!("{letters} {ty}")
}
