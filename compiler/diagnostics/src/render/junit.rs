//! JUnit's XML as Jenkins reads it, the form that other CI systems follow: a suite for each app and a
//! test for each diagnostic.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use klo_source::SourceMap;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::details::{details, headline, waived};
use super::place::{in_repository, shown};
use super::{Judged, Style, id, name, one_line};
use crate::{Diagnostic, Level};

type Xml = Writer<Vec<u8>>;

/// A test, before it is written.
struct Case<'a> {
    name: String,
    diagnostic: Option<&'a Diagnostic>,
    text: String,
}

/// The document.
pub(super) fn render(
    diagnostics: &[Diagnostic],
    judged: &[Judged],
    sources: &SourceMap,
    style: &Style,
) -> String {
    let mut suites: BTreeMap<&str, Vec<Case<'_>>> = judged
        .iter()
        .map(|judged| (judged.app.as_str(), Vec::new()))
        .collect();
    for diagnostic in diagnostics {
        let app = match diagnostic.app.as_str() {
            "" => "klo",
            app => app,
        };
        suites.entry(app).or_default().push(Case {
            name: case_name(diagnostic, sources, style),
            diagnostic: Some(diagnostic),
            text: body(diagnostic, sources, style),
        });
    }
    for cases in suites.values_mut() {
        finish(cases);
    }
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail.
    let _ = document(&mut xml, &suites);
    let mut text = String::from_utf8(xml.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

/// Services take the first of several tests of one name, so each has its own; and a suite without
/// tests for a mistake.
fn finish(cases: &mut Vec<Case<'_>>) {
    let mut taken = BTreeSet::new();
    for case in cases.iter_mut() {
        let mut name = case.name.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{} ({number})", case.name);
        }
        case.name = name;
    }
    if cases.is_empty() {
        cases.push(Case {
            name: "no findings".to_owned(),
            diagnostic: None,
            text: String::new(),
        });
    }
}

/// `ACME-DB-001 short-backup-retention: database.orders`, without lines and values: it is the same
/// test as long as it is about the same.
fn case_name(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let file = || in_repository(&diagnostic.at, sources, style).map(|place| place.path);
    let about = diagnostic.subject.clone().or_else(file);
    let about = about.map_or(String::new(), |about| format!(": {about}"));
    text(&one_line(&format!(
        "{} {}{about}",
        id(diagnostic),
        name(diagnostic)
    )))
}

/// Message, place and details, a line each.
fn body(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let mut lines = vec![headline(diagnostic)];
    let related = diagnostic
        .related
        .iter()
        .map(|related| (one_line(&related.message), &related.at));
    let places = std::iter::once(("at".to_owned(), &diagnostic.at)).chain(related);
    for (what, at) in places {
        match shown(at, sources, style) {
            Some(place) => lines.push(format!("{what}: {place}")),
            None if what != "at" => lines.push(what),
            None => {}
        }
    }
    lines.extend(
        details(diagnostic)
            .iter()
            .map(|(label, text)| format!("{label}: {text}")),
    );
    text(&lines.join("\n"))
}

fn document(xml: &mut Xml, suites: &BTreeMap<&str, Vec<Case<'_>>>) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = || suites.values().flatten();
    let counts = [
        ("name", "klo".to_owned()),
        ("tests", all().count().to_string()),
        (
            "failures",
            all().filter(|case| failed(case)).count().to_string(),
        ),
        ("errors", "0".to_owned()),
    ];
    let counts = counts.iter().map(|(key, value)| (*key, value.as_str()));
    xml.create_element("testsuites")
        .with_attributes(counts)
        .write_inner_content(|xml| {
            for (app, cases) in suites {
                suite(xml, app, cases)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn suite(xml: &mut Xml, app: &str, cases: &[Case<'_>]) -> io::Result<()> {
    let app = text(&one_line(app));
    let count = |test: fn(&Case<'_>) -> bool| cases.iter().filter(|case| test(case)).count();
    let attributes = [
        ("name", app.clone()),
        ("tests", cases.len().to_string()),
        ("failures", count(failed).to_string()),
        ("errors", "0".to_owned()),
        ("skipped", count(skipped).to_string()),
    ];
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
    xml.create_element("testsuite")
        .with_attributes(attributes)
        .write_inner_content(|xml| {
            for case in cases {
                write_case(xml, &app, case)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn write_case(xml: &mut Xml, app: &str, case: &Case<'_>) -> io::Result<()> {
    let class = format!("klo.{app}");
    let element = xml
        .create_element("testcase")
        .with_attributes([("name", case.name.as_str()), ("classname", class.as_str())]);
    let Some(diagnostic) = case.diagnostic else {
        element.write_empty()?;
        return Ok(());
    };
    element.write_inner_content(|xml| {
        if let Some(waiver) = &diagnostic.waiver {
            let reason = text(&format!("waived {}", waived(waiver)));
            xml.create_element("skipped")
                .write_text_content(BytesText::new(&reason))?;
        }
        if failed(case) {
            xml.create_element("failure")
                .with_attributes([
                    ("message", text(&headline(diagnostic)).as_str()),
                    ("type", kind(diagnostic)),
                ])
                .write_text_content(BytesText::new(&case.text))?;
        } else {
            xml.create_element("system-out")
                .write_text_content(BytesText::new(&case.text))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn failed(case: &Case<'_>) -> bool {
    case.diagnostic.is_some_and(Diagnostic::blocks)
}

fn skipped(case: &Case<'_>) -> bool {
    case.diagnostic.is_some_and(Diagnostic::waived)
}

/// What a failure is called: the rule's level, or that it is an error.
fn kind(diagnostic: &Diagnostic) -> &str {
    match (&diagnostic.rule, diagnostic.level) {
        (Some(rule), Level::Error) if rule.level == "forbid" => "forbid",
        (Some(_), Level::Error) => "deny",
        _ => "error",
    }
}

/// Text without the characters that XML 1.0 can't hold in any form.
fn text(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => c,
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}
