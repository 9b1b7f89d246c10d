//! The AWS provider's schema, as rule packs and klo's own output are checked against it.
//!
//! `cargo xtask provider-schema FILE` takes what `terraform providers schema -json` printed and writes
//! `compiler/plan/schema/aws.txt`: every resource type, data source and ephemeral with all that it has,
//! at every depth, without the descriptions. `compiler/plan/src/provider.rs` reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Where the schema lies.
const OUTPUT: &str = "compiler/plan/schema/aws.txt";
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";
/// The classes of types, and what stands before their names, as in addresses.
const CLASSES: [(&str, &str); 3] = [
    ("resource_schemas", ""),
    ("data_source_schemas", "data."),
    ("ephemeral_resource_schemas", "ephemeral."),
];
/// Lines that sort before all others.
const HEADER: &str = "\
! Types of the provider hashicorp/aws, written by `cargo xtask provider-schema`; sorted by first word.
! Arguments: name=flags.type, with the flags required, optional, computed, write-only, retired (x).
! Nested blocks: name:nesting.min.max{…}, with x after the nesting when retired; max 0 is no limit.
! What stands in more than one place has a line of its own, named by its hash: name:nesting.min.max#hash.
";

/// Writes the schema of the repository at `root` from the file `from`.
pub(crate) fn write(root: &Path, from: &str) -> Result<()> {
    let all: Value = serde_json::from_str(&fs::read_to_string(from)?).map_err(Error::other)?;
    let provider = &all["provider_schemas"][PROVIDER];
    if provider.is_null() {
        return Err(Error::other(format!("{from} has no schema of {PROVIDER}")));
    }
    let mut bodies = Bodies::default();
    let mut types = BTreeMap::new();
    for (class, prefix) in CLASSES {
        for (name, schema) in provider[class].as_object().into_iter().flatten() {
            let body = bodies.block(&schema["block"])?;
            types.insert(format!("{prefix}{name}"), body);
        }
    }
    let mut lines = types
        .iter()
        .map(|(name, body)| (name.clone(), bodies.text(body)))
        .collect::<BTreeMap<_, _>>();
    for (hash, body) in &bodies.by_hash {
        if body.uses > 1 {
            lines.insert(format!("#{hash}"), bodies.text(hash));
        }
    }
    let mut text = HEADER.to_owned();
    for (name, body) in lines {
        let _ = writeln!(text, "{name} {body}");
    }
    let file = root.join(OUTPUT);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, text)?;
    println!("wrote {OUTPUT}: {} types", types.len());
    Ok(())
}

/// One argument or block: what stands before and after the body that it holds, if it holds one.
struct Item {
    before: String,
    /// Hash of the body of a nested block, or of an object.
    body: Option<String>,
    after: String,
}

/// What a block or object holds, and how many others hold it.
struct Body {
    items: Vec<Item>,
    uses: usize,
}

/// All bodies, each once however often the provider repeats it: the statements of web ACLs and the
/// visuals of dashboards nest in each other, and written out they are twenty times everything else.
#[derive(Default)]
struct Bodies {
    by_hash: BTreeMap<String, Body>,
}

impl Bodies {
    /// Takes in a block of the provider's; its hash.
    fn block(&mut self, schema: &Value) -> Result<String> {
        let mut items = BTreeMap::new();
        for (name, attribute) in schema["attributes"].as_object().into_iter().flatten() {
            let mut item = self.of_type(&attribute["type"])?;
            item.before = format!("{name}={}.{}", flags(attribute), item.before);
            items.insert(name, item);
        }
        for (name, nested) in schema["block_types"].as_object().into_iter().flatten() {
            let nesting = nested["nesting_mode"].as_str().unwrap_or_default();
            let retired = nested["block"]["deprecated"].as_bool() == Some(true);
            let retired = if retired { "x" } else { "" };
            let least = nested["min_items"].as_u64().unwrap_or(0);
            let most = nested["max_items"].as_u64().unwrap_or(0);
            let item = Item {
                before: format!("{name}:{nesting}{retired}.{least}.{most}"),
                body: Some(self.block(&nested["block"])?),
                after: String::new(),
            };
            items.insert(name, item);
        }
        self.add(items.into_values().collect())
    }

    /// A type as Terraform writes it, with the body of the object that is at its bottom.
    fn of_type(&mut self, ty: &Value) -> Result<Item> {
        match ty {
            Value::String(word) => Ok(Item {
                before: word.clone(),
                body: None,
                after: String::new(),
            }),
            Value::Array(parts) if parts[0] == "object" => {
                let mut items = BTreeMap::new();
                for (name, ty) in parts[1].as_object().into_iter().flatten() {
                    let mut item = self.of_type(ty)?;
                    item.before = format!("{name}=.{}", item.before);
                    items.insert(name, item);
                }
                Ok(Item {
                    before: "object".to_owned(),
                    body: Some(self.add(items.into_values().collect())?),
                    after: String::new(),
                })
            }
            Value::Array(parts) => {
                let mut item = self.of_type(&parts[1])?;
                let outer = parts[0].as_str().unwrap_or_default();
                item.before = format!("{outer}({}", item.before);
                item.after.push(')');
                Ok(item)
            }
            other => Err(Error::other(format!("no type that is known: {other}"))),
        }
    }

    /// Takes in a body whose inner bodies are in already; its hash.
    fn add(&mut self, items: Vec<Item>) -> Result<String> {
        let canonical = joined(&items, |hash| format!("#{hash}"));
        let digest = Sha256::digest(canonical.as_bytes());
        let hash: String = digest[..4].iter().map(|b| format!("{b:02x}")).collect();
        if let Some(known) = self.by_hash.get(&hash) {
            if joined(&known.items, |hash| format!("#{hash}")) != canonical {
                return Err(Error::other(format!("two bodies have the hash {hash}")));
            }
            return Ok(hash);
        }
        for inner in items.iter().filter_map(|item| item.body.as_ref()) {
            if let Some(body) = self.by_hash.get_mut(inner) {
                body.uses += 1;
            }
        }
        self.by_hash.insert(hash.clone(), Body { items, uses: 0 });
        Ok(hash)
    }

    /// A body as it is written: what is in it alone stands in it, what is elsewhere too is named.
    fn text(&self, hash: &str) -> String {
        let Some(body) = self.by_hash.get(hash) else {
            return String::new();
        };
        joined(&body.items, |inner| match self.by_hash.get(inner) {
            Some(Body { uses: 0 | 1, .. }) => format!("{{{}}}", self.text(inner)),
            _ => format!("#{inner}"),
        })
    }
}

/// Items with one space between them, and their bodies as `inner` has them.
fn joined(items: &[Item], inner: impl Fn(&str) -> String) -> String {
    let written = items.iter().map(|item| {
        let body = item.body.as_deref().map(&inner).unwrap_or_default();
        format!("{}{body}{}", item.before, item.after)
    });
    written.collect::<Vec<_>>().join(" ")
}

/// `ro`, `oc`: required, optional, computed, write-only, retired (`x`).
fn flags(attribute: &Value) -> String {
    let flags = [
        ("required", 'r'),
        ("optional", 'o'),
        ("computed", 'c'),
        ("write_only", 'w'),
        ("deprecated", 'x'),
    ];
    flags
        .into_iter()
        .filter(|(flag, _)| attribute[flag].as_bool() == Some(true))
        .map(|(_, letter)| letter)
        .collect()
}
