//! What Pulumi calls the AWS provider's types and what is in them: `data/aws.txt`, which
//! `cargo xtask pulumi-types` makes from the package's own declarations.

use klo_plan::Class;
use klo_plan::provider::{Field, Fields, ResourceType};

use crate::rule::{Holds, property};

static TABLE: &str = include_str!("../data/aws.txt");

/// A class or function of the package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mapped {
    /// `rds.Instance`, `getCallerIdentity`.
    pub(crate) path: &'static str,
    /// Its arguments and attributes, as Terraform has them.
    pub(crate) fields: Fields,
    exceptions: &'static str,
}

/// The property of an argument or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property {
    /// Its name.
    pub(crate) name: String,
    /// How it holds what Terraform has in a list.
    pub(crate) holds: Holds,
    /// `string`, `number` or `boolean`, where it is another than Terraform's.
    pub(crate) scalar: Option<&'static str>,
}

impl Mapped {
    /// The class of a managed resource, or the function of a data source.
    pub(crate) fn find(class: Class, kind: &str) -> Option<Self> {
        let prefix = class.prefix();
        let line = TABLE.lines().find_map(|line| {
            let rest = line.strip_prefix(prefix)?.strip_prefix(kind)?;
            rest.strip_prefix(' ')
        })?;
        let (path, exceptions) = line.split_once(' ').unwrap_or((line, ""));
        Some(Self {
            path,
            exceptions,
            fields: ResourceType::of(class, kind)?.fields,
        })
    }

    /// The module, which may be none, and the name in it.
    pub(crate) fn module_and_name(&self) -> (&'static str, &'static str) {
        self.path.split_once('.').unwrap_or(("", self.path))
    }

    /// The property of a field at a path in the type; nothing where the package has none.
    pub(crate) fn property(&self, path: &str, field: &Field) -> Option<Property> {
        let exception = self
            .exceptions
            .split(' ')
            .filter_map(|item| item.split_once('='))
            .find(|(at, _)| *at == path);
        let Some((_, stated)) = exception else {
            let (name, holds) = property(field);
            return Some(Property {
                name,
                holds,
                scalar: None,
            });
        };
        if stated == "-" {
            return None;
        }
        let (stated, scalar) = match stated.split_once(':') {
            Some((stated, scalar)) => (stated, Some(scalar)),
            None => (stated, None),
        };
        let (name, holds) = if let Some(name) = stated.strip_suffix("[]") {
            (name, Holds::Many)
        } else if let Some(name) = stated.strip_suffix("{}") {
            (name, Holds::One)
        } else {
            (stated, Holds::Plain)
        };
        Some(Property {
            name: name.to_owned(),
            holds,
            scalar,
        })
    }
}
