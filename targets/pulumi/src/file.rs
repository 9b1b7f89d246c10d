//! One file in the making: what it imports follows from what is printed into it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use klo_plan::Group;

use crate::escape::{comment_text, quoted};
use crate::form::assigned;
use crate::layout::Doc;
use crate::problem::Problem;
use crate::program::{Program, file_constant, rank};

/// The width of comments, like that of code.
const WIDTH: usize = 80;

/// A file of a program, or part of it.
pub(crate) struct File<'a> {
    pub(crate) program: &'a Program<'a>,
    /// The group whose file it is; none for those that stand after all others.
    group: Option<&'a Group>,
    imports: RefCell<Imports>,
    problems: RefCell<BTreeSet<Problem>>,
}

#[derive(Default)]
struct Imports {
    packages: BTreeSet<Package>,
    files: BTreeSet<(u8, String, String)>,
    later: BTreeSet<(u8, String, String)>,
    functions: BTreeSet<&'static str>,
    providers: BTreeSet<&'static str>,
    config: bool,
}

/// A package that programs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Package {
    Aws,
    Pulumi,
    Random,
}

impl Package {
    /// Its constant and its name.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Aws => ("aws", "@pulumi/aws"),
            Self::Pulumi => ("pulumi", "@pulumi/pulumi"),
            Self::Random => ("random", "@pulumi/random"),
        }
    }
}

/// How a file comes by what another has.
pub(crate) enum Reach {
    /// It is the same file.
    Own,
    /// By the constant of the file, which is loaded before.
    Loaded(String),
    /// By the constant of the promise of a file that is loaded later.
    Later(String),
}

impl<'a> File<'a> {
    pub(crate) fn new(program: &'a Program<'a>, group: Option<&'a Group>) -> Self {
        Self {
            program,
            group,
            imports: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// Notes what cannot be said in a Pulumi program.
    pub(crate) fn problem(&self, what: impl Into<String>) {
        self.problems.borrow_mut().insert(Problem::Gap(what.into()));
    }

    /// What could not be said.
    pub(crate) fn problems(&self) -> BTreeSet<Problem> {
        self.problems.borrow().clone()
    }

    /// The program's own functions that are used in it.
    pub(crate) fn functions(&self) -> BTreeSet<&'static str> {
        self.imports.borrow().functions.clone()
    }

    /// Whether it takes something from a group's file.
    pub(crate) fn imports_file(&self, group: &Group) -> bool {
        let constant = file_constant(group);
        let imports = self.imports.borrow();
        imports.files.iter().any(|(_, _, other)| *other == constant)
    }

    /// A name in a package.
    pub(crate) fn package(&self, package: Package, name: &str) -> String {
        self.imports.borrow_mut().packages.insert(package);
        format!("{}.{name}", package.names().0)
    }

    /// One of the program's own functions.
    pub(crate) fn function(&self, name: &'static str) -> &'static str {
        self.imports.borrow_mut().functions.insert(name);
        name
    }

    /// A provider's constant.
    pub(crate) fn provider(&self, name: &'static str) -> &'static str {
        self.imports.borrow_mut().providers.insert(name);
        name
    }

    /// A value of the stack's configuration.
    pub(crate) fn config(&self, name: &str) -> String {
        self.imports.borrow_mut().config = true;
        format!("config.{name}")
    }

    /// How this file comes by what a group's file has.
    pub(crate) fn reach(&self, group: &Group) -> Reach {
        if self.group == Some(group) {
            return Reach::Own;
        }
        let constant = file_constant(group);
        let (theirs, stem) = rank(group);
        let entry = (theirs, stem.clone(), constant.clone());
        let earlier = self.group.is_none_or(|own| (theirs, stem) < rank(own));
        let mut imports = self.imports.borrow_mut();
        if earlier {
            imports.files.insert(entry);
            Reach::Loaded(constant)
        } else {
            imports.later.insert(entry);
            Reach::Later(constant)
        }
    }

    /// The imports as lines, with an empty one behind them; nothing where nothing is imported.
    pub(crate) fn imports(&self) -> String {
        let imports = self.imports.borrow();
        let mut out = String::new();
        for package in [Package::Pulumi, Package::Aws, Package::Random] {
            if imports.packages.contains(&package) {
                let (constant, name) = package.names();
                out.push_str(&star(constant, name));
            }
        }
        if imports.config {
            out.push_str(&star("config", "./config"));
        }
        out.push_str(&named(&imports.functions, "./functions"));
        out.push_str(&named(&imports.providers, "./providers"));
        for (_, stem, constant) in &imports.files {
            out.push_str(&star(constant, &format!("./{stem}")));
        }
        if !imports.later.is_empty() {
            out.push_str("\n// These files need this one too, so they are loaded after it.\n");
        }
        for (_, stem, constant) in &imports.later {
            let call = Doc::text(format!("import({})", quoted(&format!("./{stem}"))));
            let head = format!("const {constant} =");
            let line = Doc::all([assigned(head, call, true), Doc::text(";")]);
            out.push_str(&line.print());
            out.push('\n');
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

fn star(constant: &str, from: &str) -> String {
    format!("import * as {constant} from {};\n", quoted(from))
}

fn named(names: &BTreeSet<&'static str>, from: &str) -> String {
    if names.is_empty() {
        return String::new();
    }
    let mut parts = vec![Doc::Line];
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            parts.extend([Doc::text(","), Doc::Line]);
        }
        parts.push(Doc::text(*name));
    }
    parts.push(Doc::Broken(","));
    let list = Doc::all([
        Doc::text("import {"),
        Doc::All(parts).indent(),
        Doc::Line,
        Doc::text(format!("}} from {};", quoted(from))),
    ]);
    format!("{}\n", list.group().print())
}

/// A comment as lines that begin with `//`, wrapped at the width of code.
pub(crate) fn comment(text: &str, indent: usize) -> Vec<String> {
    let room = WIDTH.saturating_sub(indent + 3).max(20);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in comment_text(paragraph).split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(format!("// {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(format!("// {line}").trim_end().to_owned());
    }
    lines
}
