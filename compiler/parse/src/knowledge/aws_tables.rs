//! The generated tables of AWS operations and of boto3's objects; each file names its sources.
//! Operations have the name that every SDK writes in snake case, so front ends share them.

use std::collections::HashMap;
use std::sync::LazyLock;

use klo_intent::Access;

const OPERATIONS: &str = include_str!("../../data/aws_operations.tsv");
const METHODS: &str = include_str!("../../data/aws_methods.tsv");

/// An API operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// What it does to the thing that it is called on.
    pub(crate) access: Vec<Access>,
    /// Arguments that need more permissions.
    deciding: Vec<Deciding>,
}

/// An argument that needs more permissions than its call alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deciding {
    /// In the API's spelling.
    pub(crate) argument: &'static str,
    /// What it adds to the operation's access.
    pub(crate) access: Vec<Access>,
}

/// How a member of one of boto3's objects is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Calling it asks AWS.
    Call,
    /// Calling it makes another object, and asks nothing.
    Make,
    /// Reading it asks AWS.
    Read,
}

/// An operation that a member calls, with the deciding arguments that it fills in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    pub(crate) given: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// `delete_object:VersionId`.
    pub(crate) fn of(text: &'a str) -> Self {
        let mut words = text.split(':');
        Self {
            operation: words.next().unwrap_or(text),
            given: words.collect(),
        }
    }
}

/// A member of one of boto3's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) how: How,
    pub(crate) asks: Vec<Asked<'static>>,
    /// The type of what it makes.
    pub(crate) makes: Option<&'static str>,
}

/// By service and name.
type Table<T> = HashMap<&'static str, HashMap<&'static str, T>>;

static OPERATION_TABLE: LazyLock<Table<Operation>> =
    LazyLock::new(|| table(OPERATIONS, operation_row));
static METHOD_TABLE: LazyLock<Table<Member>> = LazyLock::new(|| table(METHODS, method_row));

/// An operation by the SDK's service and its snake-case name.
pub(crate) fn operation(service: &str, name: &str) -> Option<&'static Operation> {
    OPERATION_TABLE.get(service)?.get(name)
}

/// Whether the table covers a service at all.
pub(crate) fn knows(service: &str) -> bool {
    OPERATION_TABLE.contains_key(service)
}

/// A member by service and path: `Bucket.put_object`, `waiter.object_exists`.
pub(crate) fn member(service: &str, path: &str) -> Option<&'static Member> {
    METHOD_TABLE.get(service)?.get(path)
}

impl Operation {
    /// The argument whose entries decide all that the operation does, where it does nothing else.
    pub(crate) fn entries(&self) -> Option<&'static str> {
        let first = self.deciding.first().filter(|_| self.access.is_empty())?;
        first.argument.split_once('.').map(|(argument, _)| argument)
    }

    /// Every argument that needs more permissions, in the API's spelling.
    pub(crate) fn all_deciding(&self) -> impl Iterator<Item = &'static str> {
        self.deciding.iter().map(|deciding| deciding.argument)
    }

    /// An argument that needs more permissions, however an SDK writes it: `VersionId`, `version_id`.
    pub(crate) fn deciding(&self, argument: &str) -> Option<&Deciding> {
        let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
        let wanted = plain(argument);
        self.deciding
            .iter()
            .find(|known| plain(known.argument) == wanted)
    }
}

fn table<T>(text: &'static str, read: impl Fn(&[&'static str]) -> Option<T>) -> Table<T> {
    let mut table = Table::new();
    for row in rows(text) {
        if let [service, name, columns @ ..] = &row[..] {
            let value = read(columns).map(|value| (*name, value));
            table.entry(*service).or_default().extend(value);
        }
    }
    table
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// The words of a column; `-` is none.
fn words(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(' ').filter(|word| *word != "-")
}

fn operation_row(columns: &[&'static str]) -> Option<Operation> {
    let [access, deciding] = *columns else {
        return None;
    };
    Some(Operation {
        access: words(access).filter_map(Access::from_name).collect(),
        deciding: words(deciding).map(deciding_word).collect(),
    })
}

/// `CopySource=read`.
fn deciding_word(word: &'static str) -> Deciding {
    let (argument, access) = word.split_once('=').unwrap_or((word, ""));
    Deciding {
        argument,
        access: access.split(',').filter_map(Access::from_name).collect(),
    }
}

fn method_row(columns: &[&'static str]) -> Option<Member> {
    let [how, asks, makes] = *columns else {
        return None;
    };
    let how = match how {
        "call" => How::Call,
        "make" => How::Make,
        "read" => How::Read,
        _ => return None,
    };
    Some(Member {
        how,
        asks: words(asks).map(Asked::of).collect(),
        makes: words(makes).next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_reads() {
        let operations: usize = OPERATION_TABLE.values().map(HashMap::len).sum();
        assert_eq!(operations, rows(OPERATIONS).count());
        let members: usize = METHOD_TABLE.values().map(HashMap::len).sum();
        assert_eq!(members, rows(METHODS).count());
        for service in ["dynamodb", "s3", "secretsmanager", "sns", "sqs", "ssm"] {
            assert!(knows(service), "{service}");
        }
        for (name, operation) in OPERATION_TABLE.values().flatten() {
            let by_entries = operation.entries().is_some();
            assert!(by_entries || !operation.access.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_operation_that_a_member_calls_is_in_the_table() {
        for (service, members) in METHOD_TABLE.iter() {
            for (path, member) in members {
                assert_eq!(member.asks.is_empty(), member.how == How::Make, "{path}");
                for asked in &member.asks {
                    let known = operation(service, asked.operation).expect(asked.operation);
                    for argument in &asked.given {
                        assert!(known.deciding(argument).is_some(), "{argument}");
                    }
                }
            }
        }
    }

    #[test]
    fn arguments_are_known_however_they_are_written() {
        let deciding = |service, name, argument| {
            let found = operation(service, name)?.deciding(argument)?;
            Some((found.argument, found.access.clone()))
        };
        for written in ["IndexName", "index_name"] {
            let found = deciding("dynamodb", "query", written);
            assert_eq!(found, Some(("IndexName", vec![])));
        }
        assert_eq!(deciding("dynamodb", "query", "TableName"), None);
        assert_eq!(deciding("s3", "put_object", "acl"), Some(("ACL", vec![])));
        for written in [
            "TransactItems.ConditionCheck",
            "TransactItems.condition_check",
        ] {
            let found = deciding("dynamodb", "transact_write_items", written);
            let expected = ("TransactItems.ConditionCheck", vec![Access::Read]);
            assert_eq!(found, Some(expected));
        }
        let source = deciding("s3", "copy_object", "copy_source");
        assert_eq!(source, Some(("CopySource", vec![Access::Read])));
    }
}
