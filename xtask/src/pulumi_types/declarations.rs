//! The type declarations of a Pulumi package, which one program wrote in one form: a property on a line,
//! with its comment above it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// A package's declarations; those of classes are read when they are asked for.
pub(crate) struct Declarations {
    folder: PathBuf,
    /// The package's version.
    pub(crate) version: String,
    inputs: BTreeMap<String, Interface>,
    outputs: BTreeMap<String, Interface>,
}

/// The properties of an interface or class.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interface {
    /// By name.
    pub(crate) properties: BTreeMap<String, Property>,
}

/// What a property holds.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    /// Whether it is a list.
    pub(crate) many: bool,
    /// `string`, `number` or `boolean` at the bottom of it.
    pub(crate) scalar: Option<&'static str>,
    /// The interface at the bottom of it: `rds.InstanceS3Import`.
    pub(crate) interface: Option<String>,
}

/// A resource's class.
pub(crate) struct ClassType {
    /// What it is made from.
    pub(crate) arguments: Interface,
    /// What it has.
    pub(crate) outputs: Interface,
}

impl Declarations {
    /// Reads the package in a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let package = fs::read_to_string(folder.join("package.json"))?;
        let package: serde_json::Value = serde_json::from_str(&package).map_err(Error::other)?;
        let shared = |name: &str| -> Result<_> {
            let file = folder.join("types").join(name);
            Ok(interfaces(&fs::read_to_string(file)?))
        };
        Ok(Self {
            folder: folder.to_owned(),
            version: package["version"].as_str().unwrap_or_default().to_owned(),
            inputs: shared("input.d.ts")?,
            outputs: shared("output.d.ts")?,
        })
    }

    /// Whether there is a module of the name.
    pub(crate) fn has_module(&self, name: &str) -> bool {
        self.folder.join(name).join("index.d.ts").is_file()
    }

    /// A class of a module.
    pub(crate) fn class(&self, module: &str, name: &str) -> Option<ClassType> {
        let mut found = self.file(module, name)?;
        Some(ClassType {
            arguments: found.remove(&format!("{name}Args"))?,
            outputs: found.remove(name)?,
        })
    }

    /// What a function of a module takes and gives back.
    pub(crate) fn function(&self, module: &str, name: &str) -> Option<(Interface, Interface)> {
        let mut found = self.file(module, name)?;
        let name = format!("G{}", &name[1..]);
        let arguments = found.remove(&format!("{name}OutputArgs"));
        let results = found.remove(&format!("{name}Result"))?;
        Some((arguments.unwrap_or_default(), results))
    }

    /// An interface of what is given or of what comes back.
    pub(crate) fn interface(&self, name: &str, back: bool) -> Option<&Interface> {
        if back {
            self.outputs.get(name)
        } else {
            self.inputs.get(name)
        }
    }

    fn file(&self, module: &str, name: &str) -> Option<BTreeMap<String, Interface>> {
        let (first, rest) = name.split_at(1);
        let stem = format!("{}{rest}", first.to_ascii_lowercase());
        // A file that would be called as a word of the language has another letter behind it.
        let names = [format!("{stem}.d.ts"), format!("{stem}_.d.ts")];
        let files = names.iter().map(|file| self.folder.join(module).join(file));
        let text = files.map(fs::read_to_string).find_map(|text| text.ok())?;
        Some(interfaces(&text))
    }
}

/// The interfaces and classes of a file, by name; in a namespace, with its name before theirs.
fn interfaces(text: &str) -> BTreeMap<String, Interface> {
    let mut found: BTreeMap<String, Interface> = BTreeMap::new();
    let mut namespace: Vec<&str> = Vec::new();
    let mut current: Option<(String, usize)> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim();
        if let Some((name, depth)) = &current {
            if indent == *depth && words == "}" {
                current = None;
            } else if indent == depth + 4
                && let Some((property, ty)) = property(words, &mut lines)
            {
                let interface = found.entry(name.clone()).or_default();
                interface.properties.insert(property, ty);
            }
            continue;
        }
        let words = words
            .trim_start_matches("export ")
            .trim_start_matches("declare ");
        if let Some(name) = words.strip_prefix("namespace ") {
            namespace.push(name.trim_end_matches([' ', '{']));
        } else if words == "}" {
            namespace.pop();
        } else if let Some(name) = ["interface ", "class "]
            .iter()
            .find_map(|keyword| words.strip_prefix(keyword))
        {
            let name = name.split([' ', '<']).next().unwrap_or_default();
            let name = [namespace.join("."), name.to_owned()];
            let name = name.join(".").trim_start_matches('.').to_owned();
            found.entry(name.clone()).or_default();
            // An interface with nothing in it ends on its own line.
            if !words.ends_with('}') {
                current = Some((name, indent));
            }
        }
    }
    found
}

/// A property that begins on a line; a map's type goes on over the next ones.
fn property<'a>(
    line: &str,
    lines: &mut impl Iterator<Item = &'a str>,
) -> Option<(String, Property)> {
    let line = line.strip_prefix("readonly ").unwrap_or(line);
    let (name, ty) = line.split_once(": ")?;
    let name = name.trim_end_matches('?');
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let mut ty = ty.to_owned();
    while !ty.ends_with(';') {
        ty.push_str(lines.next()?.trim());
    }
    let map = ty.contains("[key: string]");
    let value = ty.replace("[key: string]", "");
    let interface = ["inputs.", "outputs."].iter().find_map(|kind| {
        let rest = value.split_once(kind)?.1;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    });
    let scalar = if interface.is_some() {
        None
    } else {
        ["string", "number", "boolean"]
            .into_iter()
            .find(|scalar| value.contains(scalar))
    };
    let property = Property {
        many: !map && value.contains("[]"),
        scalar,
        interface,
    };
    Some((name.to_owned(), property))
}
