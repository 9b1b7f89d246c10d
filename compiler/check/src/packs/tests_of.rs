//! `tests`: what a pack says that its rules find.

use indexmap::IndexMap;
use klo_diagnostics::did_you_mean;
use klo_intent::{AttrValue, Literal, LiteralKind};
use klo_source::normalize;

use super::level::Level;
use super::model::{PackTest, TestResource};
use super::path::Path;
use super::reader::Reader;

/// Most tests of one pack.
const MOST_TESTS: usize = 1000;

impl Reader<'_> {
    /// The tests of a pack whose own and inherited rules are `rules`.
    pub(crate) fn pack_tests(&mut self, literal: &Literal, rules: &[&str]) -> Vec<PackTest> {
        let items = self.list("`tests`", literal);
        if items.len() > MOST_TESTS {
            let message = format!(
                "this pack has {} tests, more than {MOST_TESTS}",
                items.len()
            );
            self.wrong(literal.range, message, "split the pack");
            return Vec::new();
        }
        let tests = items.iter().filter_map(|item| self.pack_test(item, rules));
        tests.collect()
    }

    fn pack_test(&mut self, literal: &Literal, rules: &[&str]) -> Option<PackTest> {
        let keys = [
            "name",
            "environment",
            "source",
            "resources",
            "today",
            "expect",
        ];
        let needed = ["name", "expect"];
        let fields = self.fields("a test", literal, &keys, &needed)?;
        let name = self.text("name", fields.get("name")?)?.to_owned();
        let environment = match fields.get("environment") {
            Some(environment) => self.text("environment", environment)?.to_owned(),
            None => "dev".to_owned(),
        };
        let today = match fields.get("today") {
            Some(today) => Some(self.date("today", today)?),
            None => None,
        };
        let source = match fields.get("source") {
            Some(files) => self.test_source(files)?,
            None => IndexMap::new(),
        };
        let resources = match fields.get("resources") {
            Some(resources) => self.test_resources(resources)?,
            None => Vec::new(),
        };
        if source.is_empty() && resources.is_empty() {
            let range = fields.get("name")?.range;
            self.wrong(
                range,
                "this test has nothing to judge",
                "add `source: { app.py: … }` or `resources: { aws_db_instance.x: { … } }`",
            );
            return None;
        }
        let expect = self.expectations(fields.get("expect")?, rules)?;
        let at = self.at(fields.get("name")?.range);
        Some(PackTest {
            name,
            environment,
            source,
            resources,
            today,
            expect,
            at,
        })
    }

    /// Files by path.
    fn test_source(&mut self, literal: &Literal) -> Option<IndexMap<String, String>> {
        let mut source = IndexMap::new();
        for (path, range, text) in self.map("`source`", literal)? {
            let Some(normal) = normalize("", path).filter(|normal| !normal.is_empty()) else {
                let message = format!("`{}` is no path of a file", path.escape_debug());
                self.wrong(*range, message, "paths are relative and stay inside");
                continue;
            };
            let Some(content) = text.as_str() else {
                let message = format!(
                    "the content of `{}` is a string, not {}",
                    path.escape_debug(),
                    text.noun()
                );
                self.wrong(
                    text.range,
                    message,
                    "write it in quotes, or with `|` as a block",
                );
                continue;
            };
            source.insert(normal, content.to_owned());
        }
        Some(source)
    }

    /// Cloud resources by address, with the arguments that matter: for rules on resource types, which
    /// source that klo lowers would hardly break.
    fn test_resources(&mut self, literal: &Literal) -> Option<Vec<TestResource>> {
        let mut resources = Vec::new();
        for (address, range, arguments) in self.map("`resources`", literal)? {
            let (kind, name) = address.split_once('.').unwrap_or((address, ""));
            let kind = self.resource(kind, *range)?;
            if !is_symbol(name) {
                let message = format!("`{}` is no address of a resource", address.escape_debug());
                self.wrong(
                    *range,
                    message,
                    "write its type and a name: `aws_db_instance.orders`",
                );
                return None;
            }
            let mut decoded = IndexMap::new();
            for (argument, range, value) in self.map(address, arguments)? {
                if let Err((message, help)) = Path::of_resources(argument, &[kind]) {
                    self.unknown(*range, message, help);
                    continue;
                }
                decoded.insert(argument.clone(), plain(value));
            }
            resources.push(TestResource {
                kind: kind.name,
                name: name.to_owned(),
                arguments: decoded,
            });
        }
        Some(resources)
    }

    /// `exceptions: { checkov: { CKV_AWS_18: nobody asked for access logs } }`: findings of other tools
    /// that the pack's authors let stand, each with its reason. klo only keeps them with the rules.
    pub(crate) fn exceptions(&mut self, literal: &Literal) {
        for (tool, range, checks) in self.map("`exceptions`", literal).unwrap_or_default() {
            if tool != "checkov" {
                let message = format!("klo knows no exceptions of `{}`", tool.escape_debug());
                self.unknown(*range, message, "the one tool is `checkov`");
                continue;
            }
            for (check, _, reason) in self.map("`exceptions.checkov`", checks).unwrap_or_default() {
                self.text(check, reason);
            }
        }
    }

    fn expectations(
        &mut self,
        literal: &Literal,
        rules: &[&str],
    ) -> Option<IndexMap<String, (Option<Level>, klo_diagnostics::At)>> {
        let entries = self.map("`expect`", literal)?;
        if entries.is_empty() {
            let message = "this test expects nothing, so it cannot fail";
            self.wrong(
                literal.range,
                message,
                "write `RULE-ID: deny`, or `RULE-ID: none` where it finds nothing",
            );
            return None;
        }
        let mut expect = IndexMap::new();
        for (id, range, value) in entries {
            if !rules.contains(&id.as_str()) {
                let help = match did_you_mean(id, rules.iter().copied()) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "name a rule of the pack, or of one that it extends".to_owned(),
                };
                self.unknown(
                    *range,
                    format!("the pack has no rule `{}`", id.escape_debug()),
                    help,
                );
                continue;
            }
            let text = value.as_str().unwrap_or_default();
            let level = match text {
                "none" => None,
                text => match Level::from_name(text) {
                    Some(level) => Some(level),
                    None => {
                        let names = Level::ALL.map(Level::name).into_iter().chain(["none"]);
                        let help = match did_you_mean(text, names) {
                            Some(nearest) => format!("did you mean `{nearest}`?"),
                            None => "write `warn`, `deny`, `forbid` or `none`".to_owned(),
                        };
                        self.unknown(
                            value.range,
                            format!("there is no level `{}`", text.escape_debug()),
                            help,
                        );
                        continue;
                    }
                },
            };
            expect.insert(id.clone(), (level, self.at(value.range)));
        }
        Some(expect)
    }
}

fn is_symbol(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A value as it is written.
fn plain(literal: &Literal) -> AttrValue {
    match &literal.kind {
        LiteralKind::Null => AttrValue::Null,
        LiteralKind::Bool(flag) => AttrValue::Bool(*flag),
        LiteralKind::Int(number) => AttrValue::Int(*number),
        LiteralKind::Float(number) => AttrValue::Float(*number),
        LiteralKind::Str(text) => AttrValue::from(text.as_str()),
        LiteralKind::List(items) => AttrValue::List(items.iter().map(plain).collect()),
        LiteralKind::Map(entries) => {
            let entries = entries.iter();
            AttrValue::Map(
                entries
                    .map(|(key, _, value)| (key.clone(), plain(value)))
                    .collect(),
            )
        }
    }
}
