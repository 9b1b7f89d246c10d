//! Facts as text that people can read in a snapshot.

use std::fmt::Write;

use klo_parse::facts::{
    Argument, BindTarget, ExprId, ExprKind, FileFacts, Import, ImportNames, ItemKind, Parameter,
    ParameterKind, ScopeId, ScopeKind, Step,
};
use klo_source::TextRange;

/// The facts of a file, one line for each thing.
pub(crate) fn dump(text: &str, facts: &FileFacts) -> String {
    let dump = Dump { text, facts };
    let mut out = String::new();
    for id in 0..facts.scopes.len() {
        dump.scope(ScopeId(id as u32), &mut out);
    }
    for attached in &facts.annotations {
        let (annotation, item) = (&attached.annotation, &attached.item);
        let arguments: Vec<&str> = annotation
            .arguments
            .iter()
            .map(|(key, _, _)| key.as_str())
            .collect();
        let kind = match item.kind {
            ItemKind::Assignment(id) => format!("assignment of {}", dump.expr(id)),
            ItemKind::Function(id) => format!("function s{}", id.0),
            ItemKind::Class(id) => format!("class s{}", id.0),
            ItemKind::Call(id) => format!("call {}", dump.expr(id)),
            ItemKind::Return(id) => format!("return of {}", dump.expr(id)),
            ItemKind::Declaration => "declaration".to_owned(),
        };
        let _ = writeln!(
            out,
            "@{}({}) on {} in s{}: {kind}",
            annotation.capability,
            arguments.join(", "),
            item.qualified,
            item.scope.0
        );
    }
    for problem in &facts.problems {
        let level = if problem.error { "error" } else { "warning" };
        let _ = writeln!(
            out,
            "{level} {} {}: {} at {:?}; {}",
            problem.code,
            dump.line(problem.range),
            problem.message,
            dump.slice(problem.range),
            problem.help
        );
        for (range, message) in &problem.related {
            let _ = writeln!(
                out,
                "  {}: {message} {:?}",
                dump.line(*range),
                dump.slice(*range)
            );
        }
    }
    out
}

struct Dump<'a> {
    text: &'a str,
    facts: &'a FileFacts,
}

impl Dump<'_> {
    fn slice(&self, range: TextRange) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    fn line(&self, range: TextRange) -> usize {
        1 + self.text[..range.start as usize].matches('\n').count()
    }

    fn scope(&self, id: ScopeId, out: &mut String) {
        let scope = self.facts.scope(id);
        let parent = scope
            .parent
            .map_or(String::new(), |p| format!(" in s{}", p.0));
        let what = match &scope.kind {
            ScopeKind::Module => "module".to_owned(),
            ScopeKind::Namespace => "namespace".to_owned(),
            ScopeKind::Main => "main".to_owned(),
            ScopeKind::Function {
                parameters,
                returns,
                is_async,
                is_generator,
            } => {
                let parameters: Vec<String> =
                    parameters.iter().map(|p| self.parameter(p)).collect();
                format!(
                    "{}{} {}({}){}",
                    if *is_async { "async " } else { "" },
                    if *is_generator {
                        "generator"
                    } else {
                        "function"
                    },
                    scope.qualified,
                    parameters.join(", "),
                    returns.map_or(String::new(), |r| format!(" -> {}", self.expr(r)))
                )
            }
            ScopeKind::Class { bases, keywords } => {
                let mut arguments: Vec<String> = bases.iter().map(|b| self.expr(*b)).collect();
                arguments.extend(
                    keywords
                        .iter()
                        .map(|(k, v)| format!("{k}={}", self.expr(*v))),
                );
                format!("class {}({})", scope.qualified, arguments.join(", "))
            }
        };
        let _ = writeln!(
            out,
            "s{}{parent}: {what} {:?}",
            id.0,
            self.slice(scope.head)
        );
        for decorator in &scope.decorators {
            let _ = writeln!(out, "  @{}", self.expr(*decorator));
        }
        if !scope.outer_names.is_empty() {
            let _ = writeln!(out, "  outer {}", scope.outer_names.join(", "));
        }
        for step in &scope.steps {
            let _ = writeln!(out, "  {}", self.step(step));
        }
    }

    fn step(&self, step: &Step) -> String {
        match step {
            Step::Bind {
                target,
                value,
                annotation,
                ..
            } => format!(
                "{}{}{}",
                self.target(target),
                annotation.map_or(String::new(), |a| format!(": {}", self.expr(a))),
                value.map_or(String::new(), |v| format!(" = {}", self.expr(v)))
            ),
            Step::Do(id) => format!("do {}", self.expr(*id)),
            Step::Return(id) => format!("return {}", self.expr(*id)),
            Step::Yield(id) => format!("yield {}", self.expr(*id)),
            Step::Import(import) => self.import(import),
            Step::Define(id) => format!("define s{}", id.0),
            Step::Extend { target, scope } => {
                format!("extend {} with s{}", self.expr(*target), scope.0)
            }
            Step::Main(id) => format!("main s{}", id.0),
        }
    }

    fn import(&self, import: &Import) -> String {
        let from = format!(
            "{}{}",
            ".".repeat(import.level as usize),
            import.module.join(".")
        );
        let names = match &import.names {
            ImportNames::Module { alias: None } => String::new(),
            ImportNames::Module { alias: Some(alias) } => format!(" as {alias}"),
            ImportNames::Names(names) => {
                let names: Vec<String> = names
                    .iter()
                    .map(|(name, bound)| format!("{name} as {bound}"))
                    .collect();
                format!(": {}", names.join(", "))
            }
            ImportNames::Star => ": *".to_owned(),
        };
        let types = if import.types_only {
            " (types only)"
        } else {
            ""
        };
        format!("import {from}{names}{types}")
    }

    fn parameter(&self, parameter: &Parameter) -> String {
        let mark = match parameter.kind {
            ParameterKind::Plain => "",
            ParameterKind::KeywordOnly => "kw ",
            ParameterKind::Rest => "*",
            ParameterKind::KeywordRest => "**",
        };
        format!(
            "{mark}{}{}{}",
            parameter.name,
            parameter
                .annotation
                .map_or(String::new(), |a| format!(": {}", self.expr(a))),
            parameter
                .default
                .map_or(String::new(), |d| format!(" = {}", self.expr(d)))
        )
    }

    fn target(&self, target: &BindTarget) -> String {
        match target {
            BindTarget::Name(name) => name.clone(),
            BindTarget::Attribute(base, name) => format!("{}.{name}", self.expr(*base)),
            BindTarget::Index(base, index) => {
                format!("{}[{}]", self.expr(*base), self.expr(*index))
            }
            BindTarget::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.target(part)).collect();
                format!("({})", parts.join(", "))
            }
            BindTarget::Ignored => "_".to_owned(),
        }
    }

    fn list(&self, parts: &[ExprId]) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.expr(*part)).collect();
        parts.join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.facts.expr(id).kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::Attribute(base, name) => format!("{}.{name}", self.expr(*base)),
            ExprKind::Index(base, index) => format!("{}[{}]", self.expr(*base), self.expr(*index)),
            ExprKind::Call { callee, arguments } => {
                let arguments: Vec<String> = arguments
                    .iter()
                    .map(|argument| match argument {
                        Argument::Positional(value) => self.expr(*value),
                        Argument::Keyword(name, value) => format!("{name}={}", self.expr(*value)),
                        Argument::Spread(value) => format!("*{}", self.expr(*value)),
                        Argument::KeywordSpread(value) => format!("**{}", self.expr(*value)),
                    })
                    .collect();
                format!("{}({})", self.expr(*callee), arguments.join(", "))
            }
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Concat(parts) => format!("concat<{}>", self.list(parts)),
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Float(number) => format!("{number:?}"),
            ExprKind::Bool(flag) => flag.to_string(),
            ExprKind::None => "None".to_owned(),
            ExprKind::Sequence(parts) => format!("[{}]", self.list(parts)),
            ExprKind::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| match key {
                        Some(key) => format!("{}: {}", self.expr(*key), self.expr(*value)),
                        None => format!("**{}", self.expr(*value)),
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            ExprKind::Either(parts) => format!("either<{}>", self.list(parts)),
            ExprKind::Await(inner) => format!("await<{}>", self.expr(*inner)),
            ExprKind::Element(inner) => format!("element<{}>", self.expr(*inner)),
            ExprKind::Entered(inner) => format!("entered<{}>", self.expr(*inner)),
            ExprKind::Lambda(scope) => format!("lambda s{}", scope.0),
            ExprKind::Opaque(parts) => format!("opaque<{}>", self.list(parts)),
        }
    }
}
