//! What a property is called, and how it holds what it holds, where the table does not say otherwise.
//! `cargo xtask pulumi-types` goes by the same rules and puts down where they fail.

use klo_plan::provider::{Field, FieldType, NestedBlock, Nesting};

/// How a property holds what Terraform keeps as a list or a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// As it is: text, numbers, maps.
    Plain,
    /// A list.
    Many,
    /// The only one there can be, without a list around it.
    One,
}

/// The name and form of the property of an argument or block: in camel case, in the plural for
/// lists and sets, without a list around what there is at most one of.
pub fn property(field: &Field) -> (String, Holds) {
    let name = camel(field.name);
    match &field.ty {
        FieldType::Block(NestedBlock {
            nesting: Nesting::Single,
            ..
        })
        | FieldType::Block(NestedBlock { most: 1, .. }) => (name, Holds::One),
        FieldType::Block(_) | FieldType::List(_) | FieldType::Set(_) => {
            (plural(&name), Holds::Many)
        }
        _ => (name, Holds::Plain),
    }
}

/// `kms_key_id` as `kmsKeyId`.
pub fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (index, part) in name.split('_').enumerate() {
        if index == 0 {
            out.push_str(part);
        } else {
            out.push_str(&capital(part));
        }
    }
    out
}

/// `rds_instance` as `RdsInstance`.
pub fn pascal(name: &str) -> String {
    name.split('_').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}

/// The plural of an English noun in camel case.
pub fn plural(name: &str) -> String {
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    if let Some(stem) = name.strip_suffix('y')
        && !stem.ends_with(vowel)
    {
        return format!("{stem}ies");
    }
    if name.ends_with("ss") || name.ends_with('x') || name.ends_with("ch") || name.ends_with("sh") {
        return format!("{name}es");
    }
    if name.ends_with('s') {
        return name.to_owned();
    }
    format!("{name}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(camel("ipv6_cidr_block"), "ipv6CidrBlock");
        assert_eq!(pascal("db_instance"), "DbInstance");
        assert_eq!(plural("policy"), "policies");
        assert_eq!(plural("gateway"), "gateways");
        assert_eq!(plural("subnetIds"), "subnetIds");
        assert_eq!(plural("prefix"), "prefixes");
    }
}
