//! `choose` and `defaults`: what a kind means here, and what fills what is left open.

use indexmap::IndexMap;
use klo_config::table::configurable;
use klo_diagnostics::did_you_mean;
use klo_intent::{
    AttrValue, Kind, Literal, LiteralKind, Module, ModuleInput, ModuleOutput, Tier,
    decode_attribute, output_path, unknown_key,
};
use klo_source::TextRange;

use super::reader::Reader;
use crate::layers::{PackModule, PackValue};

impl Reader<'_> {
    /// `choose: { service: { run_on: eks }, bucket: { module: { … } } }`.
    pub(crate) fn choose(
        &mut self,
        pack: &str,
        literal: &Literal,
    ) -> (Vec<PackValue>, Vec<PackModule>) {
        let mut values = Vec::new();
        let mut modules = Vec::new();
        for (word, range, entry) in self.map("`choose`", literal).unwrap_or_default() {
            let Some(kinds) = self.kinds(word, *range) else {
                continue;
            };
            for (key, range, value) in self
                .map(&format!("`choose.{word}`"), entry)
                .unwrap_or_default()
            {
                if key == "module" {
                    for kind in &kinds {
                        modules.extend(self.module(pack, *kind, *range, value));
                    }
                } else {
                    values.extend(self.fill(pack, &kinds, None, (key, *range, value), &["module"]));
                }
            }
        }
        (values, modules)
    }

    /// `defaults: [{ on: database, tier: prod, set: { … } }]`.
    pub(crate) fn defaults(&mut self, pack: &str, literal: &Literal) -> Vec<PackValue> {
        let mut values = Vec::new();
        for item in self.list("`defaults`", literal) {
            let keys = ["on", "tier", "set"];
            let Some(fields) = self.fields("a default", item, &keys, &["on", "set"]) else {
                continue;
            };
            let (Some(on), Some(set)) = (fields.get("on"), fields.get("set")) else {
                continue;
            };
            let tier = match fields.get("tier") {
                Some(tier) => match self.tier(tier) {
                    Some(tier) => Some(tier),
                    None => continue,
                },
                None => None,
            };
            let Some(kinds) = self.default_kinds(on) else {
                continue;
            };
            for (key, range, value) in self.map("`set`", set).unwrap_or_default() {
                values.extend(self.fill(pack, &kinds, tier, (key, *range, value), &[]));
            }
        }
        values
    }

    fn default_kinds(&mut self, on: &Literal) -> Option<Vec<Kind>> {
        let text = self.text("on", on)?;
        if text.contains('(') || text.starts_with("aws_") || text == "graph" {
            let message = format!("a default is on kinds, not on `{}`", text.escape_debug());
            self.wrong(
                on.range,
                message,
                "write a kind, `unit`, `data`, `*` or several with `|`",
            );
            return None;
        }
        let words = text
            .split('|')
            .map(|word| self.kinds(word.trim(), on.range));
        let kinds: Vec<Option<Vec<Kind>>> = words.collect();
        let kinds: Option<Vec<Vec<Kind>>> = kinds.into_iter().collect();
        Some(kinds?.concat())
    }

    /// A value for an attribute of some kinds; `more` are keys that stand beside attributes.
    fn fill(
        &mut self,
        pack: &str,
        kinds: &[Kind],
        tier: Option<Tier>,
        (key, range, literal): (&str, TextRange, &Literal),
        more: &[&str],
    ) -> Vec<PackValue> {
        let mut values = Vec::new();
        let Some(literal) = self.resolved(literal) else {
            return values;
        };
        for kind in kinds {
            let settable = || configurable(*kind).filter(|found| !is_identity(found.name));
            let Some(attribute) = settable().find(|found| found.name == key) else {
                let known = settable()
                    .map(|found| found.name)
                    .chain(more.iter().copied());
                let known: Vec<&str> = known.collect();
                let mistake = unknown_key(&format!("a {kind}"), key, range, known.iter().copied());
                self.mistakes([mistake]);
                break;
            };
            match decode_attribute(attribute, &literal, "") {
                Ok(value) => values.push(PackValue {
                    pack: pack.to_owned(),
                    kind: *kind,
                    tier,
                    attribute: attribute.name,
                    value,
                    at: literal.range.in_file(self.file),
                }),
                Err(mistakes) => {
                    self.mistakes(mistakes);
                    break;
                }
            }
        }
        values
    }

    /// `{ source, version, inputs: { name: $name }, outputs: { name: id } }`.
    fn module(
        &mut self,
        pack: &str,
        kind: Kind,
        range: TextRange,
        literal: &Literal,
    ) -> Option<PackModule> {
        if !Module::is_for(kind) {
            let message = format!("a {kind} is not made by a module");
            let help = "modules stand in for data stores, queues, topics and secrets; choose `run_on` and the like for units";
            self.wrong(range, message, help);
            return None;
        }
        let keys = ["source", "version", "inputs", "outputs"];
        let fields = self.fields("a module", literal, &keys, &["source", "outputs"])?;
        let text = |reader: &mut Self, key: &str| {
            let literal = reader.resolved(fields.get(key)?)?;
            reader.text(key, &literal).map(str::to_owned)
        };
        let source = text(self, "source")?;
        let version = text(self, "version");
        let mut inputs = IndexMap::new();
        if let Some(entries) = fields
            .get("inputs")
            .and_then(|inputs| self.map("`inputs`", inputs))
        {
            for (name, _, value) in entries {
                inputs.insert(name.clone(), self.input(kind, value)?);
            }
        }
        let outputs = self.outputs(kind, fields.get("outputs")?);
        let module = Module {
            source,
            version,
            inputs,
            outputs,
            pack: pack.to_owned(),
            at: Some(range.in_file(self.file)),
        };
        let missing: Vec<&str> = module.missing(kind).map(ModuleOutput::name).collect();
        if !missing.is_empty() {
            let message = format!(
                "a module for a {kind} has to give {}",
                klo_diagnostics::list_of(missing.iter().copied())
            );
            let help = "name the module's output of each, such as `arn: bucket_arn`";
            self.wrong(fields.get("outputs")?.range, message, help);
            return None;
        }
        Some(PackModule { kind, module })
    }

    fn input(&mut self, kind: Kind, literal: &Literal) -> Option<ModuleInput> {
        match &literal.kind {
            LiteralKind::List(items) => {
                let items: Vec<Option<ModuleInput>> =
                    items.iter().map(|item| self.input(kind, item)).collect();
                items
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(ModuleInput::List)
            }
            LiteralKind::Map(entries) => {
                let entries: Vec<Option<_>> = entries
                    .iter()
                    .map(|(key, _, value)| Some((key.clone(), self.input(kind, value)?)))
                    .collect();
                entries
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(ModuleInput::Map)
            }
            LiteralKind::Str(text) => self.word_input(kind, text, literal),
            LiteralKind::Null => Some(ModuleInput::Value(AttrValue::Null)),
            LiteralKind::Bool(flag) => Some(ModuleInput::Value(AttrValue::Bool(*flag))),
            LiteralKind::Int(number) => Some(ModuleInput::Value(AttrValue::Int(*number))),
            LiteralKind::Float(number) => Some(ModuleInput::Value(AttrValue::Float(*number))),
        }
    }

    /// `$name` is what klo tells or an attribute, else a parameter; anything else is itself.
    fn word_input(&mut self, kind: Kind, text: &str, literal: &Literal) -> Option<ModuleInput> {
        let Some(word) = text.strip_prefix('$').filter(|word| !word.starts_with('$')) else {
            let text = text.strip_prefix('$').unwrap_or(text);
            return Some(ModuleInput::Value(AttrValue::from(text)));
        };
        if let Some(input) = ModuleInput::of_word(kind, word) {
            return Some(input);
        }
        if self.params.contains_key(word) {
            let value = self.resolved(literal)?;
            return self.input(kind, &value);
        }
        let known: Vec<String> = ModuleInput::words(kind)
            .map(str::to_owned)
            .chain(self.params.keys().cloned())
            .collect();
        let known = || known.iter().map(String::as_str);
        let help = match did_you_mean(word, known()) {
            Some(nearest) => format!("did you mean `${nearest}`?"),
            None => format!("there is {}", klo_diagnostics::list_of(known())),
        };
        let message = format!(
            "a {kind} has no `${}` to hand to a module",
            word.escape_debug()
        );
        self.unknown(literal.range, message, help);
        None
    }

    fn outputs(&mut self, kind: Kind, literal: &Literal) -> IndexMap<ModuleOutput, String> {
        let mut outputs = IndexMap::new();
        for (name, range, value) in self.map("`outputs`", literal).unwrap_or_default() {
            let Some(output) = ModuleOutput::of(kind).find(|output| output.name() == name) else {
                let known: Vec<&str> = ModuleOutput::of(kind).map(ModuleOutput::name).collect();
                let owner = format!("a module for a {kind}");
                let mistake = unknown_key(&owner, name, *range, known.iter().copied());
                self.mistakes([mistake]);
                continue;
            };
            let Some(path) = self.text(name, value) else {
                continue;
            };
            if output_path(path).is_none() {
                let message = format!("`{}` is no output of a module", path.escape_debug());
                self.wrong(
                    value.range,
                    message,
                    "write the output's name, or a path into it such as `bucket.arn`",
                );
                continue;
            }
            outputs.insert(output, path.to_owned());
        }
        outputs
    }
}

/// Attributes that tell one intent from another; no rule for all of a kind can set them.
fn is_identity(attribute: &str) -> bool {
    matches!(attribute, "existing" | "import")
}
