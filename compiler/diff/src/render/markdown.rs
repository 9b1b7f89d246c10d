//! The comment on a pull request.

use super::words::{
    Change, alike, base, by_file, change, counts, decided, edge, end, intents_alike, moved,
    other_reasons, printable, short, summary,
};
use crate::changes::{AppChanges, Attribute, Comparison, Risk, RiskKind, Status};

/// Characters that a comment may have on GitHub are 65,536 (GitHub's REST API, 2026-11); what stands
/// around it needs some.
const MOST: usize = 60_000;

/// Lines of each section that are tried, until the whole fits.
const LINES: [usize; 4] = [150, 40, 10, 3];

/// The first line, by which whoever posts the comment finds its former one.
const MARK: &str = "<!-- klo diff -->\n";

/// The comparison as Markdown that fits into a comment on a pull request.
pub fn markdown(comparison: &Comparison) -> String {
    let mut shortest = String::new();
    for most in LINES {
        shortest = page(comparison, most);
        if shortest.len() <= MOST {
            break;
        }
    }
    shortest
}

fn page(comparison: &Comparison, most: usize) -> String {
    let mut out = String::from(MARK);
    let changed = alike(comparison);
    let headline = match (comparison.loses_data, changed.is_empty()) {
        (true, _) => "Infrastructure: data is at risk",
        (false, true) if comparison.complete => "Infrastructure: no change",
        (false, _) if !comparison.complete => "Infrastructure: not everything could be compared",
        (false, _) => "Infrastructure: what changes",
    };
    out.push_str(&format!(
        "## {headline}\n\n{}\n",
        prose(&base(&comparison.base))
    ));
    for (name, one) in &changed {
        environment(&mut out, name, one, most);
    }
    if let Some(end) = end(comparison) {
        out.push_str(&format!("\n{}\n", prose(&end)));
    }
    out
}

/// Bytes of a section of a page that says more than what changed.
const SECTION: usize = 20_000;

/// What changed in one environment since a revision, as a section of a page about it.
pub fn section(one: &AppChanges, revision: &str) -> String {
    let mut shortest = String::new();
    for most in LINES {
        shortest = format!("## What changed since {}\n", code(revision));
        match one.status {
            Status::Unchanged => shortest.push_str("\nNothing.\n"),
            _ => body(&mut shortest, one, most),
        }
        if shortest.len() <= SECTION {
            break;
        }
    }
    shortest
}

fn environment(out: &mut String, name: &str, one: &AppChanges, most: usize) {
    out.push_str(&format!("\n### {}\n", prose(name)));
    body(out, one, most);
}

fn body(out: &mut String, one: &AppChanges, most: usize) {
    let state = match one.status {
        Status::Added => "New. ",
        Status::Removed => "No longer there. ",
        Status::Changed | Status::Unchanged => "",
    };
    let sum = summary(one);
    out.push_str(&format!("\n{state}**{}.**\n", capital(&sum)));
    risks(out, &one.at_risk, most);
    stores(out, one, most);
    if one.status == Status::Removed {
        return;
    }
    details(
        out,
        "Intents",
        &intents(one),
        most,
        &counts(&[
            (one.intents.added.len(), "added"),
            (one.intents.changed.len(), "changed"),
            (one.intents.removed.len(), "removed"),
        ]),
    );
    details(
        out,
        "Edges",
        &edges(one),
        most,
        &counts(&[
            (one.edges.added.len(), "added"),
            (one.edges.changed.len(), "changed"),
            (one.edges.removed.len(), "removed"),
        ]),
    );
    if one.status == Status::Added {
        return;
    }
    details(
        out,
        "Decisions",
        &decisions(one),
        most,
        &counts(&[
            (one.decisions.added.len(), "added"),
            (one.decisions.changed.len(), "changed"),
            (one.decisions.removed.len(), "removed"),
        ]),
    );
    details(
        out,
        "Resources",
        &resources(one),
        most,
        &counts(&[
            (one.resources.added.len(), "added"),
            (
                one.resources.changed.len() - moved(&one.resources),
                "changed",
            ),
            (moved(&one.resources), "moved"),
            (one.resources.removed.len(), "removed"),
            (one.resources.released.len(), "released"),
        ]),
    );
    details(
        out,
        "On Kubernetes",
        &manifests(one),
        most,
        &counts(&[
            (one.manifests.added.len(), "added"),
            (one.manifests.changed.len(), "changed"),
            (one.manifests.removed.len(), "removed"),
        ]),
    );
}

fn risks(out: &mut String, risks: &[Risk], most: usize) {
    for (title, loses) in [("Data at risk", true), ("Wants a look", false)] {
        let all: Vec<&Risk> = risks
            .iter()
            .filter(|risk| risk.loses_data == loses)
            .collect();
        if all.is_empty() {
            continue;
        }
        let alert = if loses { "CAUTION" } else { "WARNING" };
        out.push_str(&format!("\n> [!{alert}]\n> **{title}**\n>\n"));
        for risk in all.iter().take(most) {
            let address = match &risk.address {
                Some(address) if *address != risk.subject => format!(" ({})", code(address)),
                _ => String::new(),
            };
            let label = risk.kind.label();
            let what = prose(&risk.what);
            out.push_str(&format!(
                "> - **{label}** {}{address}: {what}.\n",
                code(&risk.subject)
            ));
            // What a role may do more is in the sentence.
            let told = risk.kind == RiskKind::Widened;
            for attribute in risk.forced_by.iter().filter(|_| !told) {
                out.push_str(&format!(">   - {}\n", attribute_line(attribute)));
            }
            match risk.safe_way.as_slice() {
                [] => {}
                [one] => out.push_str(&format!(">   - Safe way: {}\n", prose(one))),
                steps => {
                    out.push_str(">   - Safe way:\n");
                    for (number, step) in steps.iter().enumerate() {
                        out.push_str(&format!(">     {}. {}\n", number + 1, prose(step)));
                    }
                }
            }
        }
        if all.len() > most {
            out.push_str(&format!(
                "> - and {} more: `klo diff` shows them\n",
                all.len() - most
            ));
        }
    }
}

fn stores(out: &mut String, one: &AppChanges, most: usize) {
    let all = [
        ("Data stores untouched", &one.stores.untouched),
        ("Changed in place, data stays", &one.stores.kept),
        ("New data stores", &one.stores.added),
    ];
    for (title, ids) in all {
        if !ids.is_empty() {
            let mut shown: Vec<String> = ids.iter().take(most).map(|id| code(id)).collect();
            if ids.len() > most {
                shown.push(format!("and {} more", ids.len() - most));
            }
            out.push_str(&format!("\n{title}: {}\n", shown.join(", ")));
        }
    }
}

/// A section that opens on a click; left out where there is nothing to show.
fn details(out: &mut String, title: &str, lines: &[String], most: usize, count: &str) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!(
        "\n<details><summary>{title}: {count}</summary>\n\n"
    ));
    for line in lines.iter().take(most) {
        out.push_str(line);
    }
    if lines.len() > most {
        out.push_str(&format!(
            "- and {} more: `klo diff` shows them\n",
            lines.len() - most
        ));
    }
    out.push_str("\n</details>\n");
}

fn intents(one: &AppChanges) -> Vec<String> {
    let mut lines = Vec::new();
    for intent in &one.intents.removed {
        lines.push(format!(
            "- gone: {} (was at {})\n",
            code(&intent.id),
            code(&intent.at)
        ));
    }
    for intent in &one.intents.added {
        lines.push(format!(
            "- new: {} ({})\n",
            code(&intent.id),
            code(&intent.at)
        ));
    }
    for (all, attributes) in intents_alike(&one.intents.changed) {
        let names: Vec<String> = all
            .iter()
            .map(|one| match &one.was {
                Some(was) => format!("{} (was {})", code(&one.id), code(was)),
                None => code(&one.id),
            })
            .collect();
        lines.push(format!(
            "- {}\n{}",
            names.join(", "),
            attribute_lines(attributes)
        ));
    }
    lines
}

fn edges(one: &AppChanges) -> Vec<String> {
    let edges = &one.edges;
    let mut lines = Vec::new();
    for (word, all) in [
        ("gone", &edges.removed),
        ("new", &edges.added),
        ("changed", &edges.changed),
    ] {
        for one in all {
            let verb = match word {
                "changed" if one.loses.is_empty() => "also ",
                "changed" if one.gains.is_empty() => "no longer ",
                _ => "",
            };
            let ends = format!("{} → {}", code(&one.from), code(&one.to));
            lines.push(format!("- {word}: {ends}: {verb}{}\n", edge(one)));
        }
    }
    lines
}

fn decisions(one: &AppChanges) -> Vec<String> {
    let all = &one.decisions;
    let mut lines = Vec::new();
    let other_reasons = other_reasons(all);
    if !other_reasons.is_empty() {
        let names: Vec<String> = other_reasons.iter().map(|name| code(name)).collect();
        lines.push(format!(
            "- as before, for other reasons: {}\n",
            names.join(", ")
        ));
    }
    for (word, all) in [
        ("gone", &all.removed),
        ("new", &all.added),
        ("changed", &all.changed),
    ] {
        for one in all.iter().filter(|one| one.old != one.new) {
            let because = match word {
                "gone" => String::new(),
                _ => format!(", because {}", prose(&one.because)),
            };
            let about = format!("{} of {}", code(&one.code), code(&one.subject));
            lines.push(format!(
                "- {word}: {about}: {}{because}\n",
                prose(&decided(one))
            ));
        }
    }
    lines
}

fn resources(one: &AppChanges) -> Vec<String> {
    let all = &one.resources;
    let mut lines = Vec::new();
    for (word, all) in [
        ("gone", &all.removed),
        ("let go, not destroyed", &all.released),
        ("new", &all.added),
    ] {
        for (file, addresses) in by_file(all) {
            let addresses: Vec<String> = addresses.into_iter().map(code).collect();
            lines.push(format!(
                "- {word}, in {}: {}\n",
                code(file),
                addresses.join(", ")
            ));
        }
    }
    for one in &all.changed {
        let was = one
            .was
            .as_ref()
            .map_or(String::new(), |was| format!(" (was {})", code(was)));
        let replaced = if one.replaced_by.is_empty() {
            ""
        } else {
            ", **replaced**"
        };
        lines.push(format!(
            "- {}{was}{replaced}\n{}",
            code(&one.address),
            attribute_lines(&one.attributes)
        ));
    }
    lines
}

fn manifests(one: &AppChanges) -> Vec<String> {
    let all = &one.manifests;
    let mut lines = Vec::new();
    for (word, all) in [("gone", &all.removed), ("new", &all.added)] {
        for one in all {
            lines.push(format!(
                "- {word}: {} in {}\n",
                code(&one.object),
                code(&one.file)
            ));
        }
    }
    for one in &all.changed {
        lines.push(format!(
            "- {}\n{}",
            code(&one.object),
            attribute_lines(&one.attributes)
        ));
    }
    lines
}

fn attribute_lines(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .map(|one| format!("  - {}\n", attribute_line(one)));
    lines.collect()
}

fn attribute_line(attribute: &Attribute) -> String {
    let path = code(&attribute.path);
    match change(attribute) {
        Change::Value(old, new) => format!("{path}: {} → {}", code(&old), code(&new)),
        Change::List(gone, come) => {
            let mut parts = Vec::new();
            for (word, all) in [("without", gone), ("with", come)] {
                if !all.is_empty() {
                    let all: Vec<String> = all.iter().map(|one| code(one)).collect();
                    parts.push(format!("{word} {}", all.join(", ")));
                }
            }
            format!("{path}: {}", parts.join(", "))
        }
    }
}

/// Text as a code span that nothing in it ends.
fn code(text: &str) -> String {
    let text = short(text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    match longest {
        0 if text.trim() == text && !text.is_empty() => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

/// A sentence in which only code spans are markup: names from source are in those.
fn prose(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('`').peekable();
    let mut in_code = false;
    while let Some(part) = parts.next() {
        let closed = in_code && parts.peek().is_some();
        match (in_code, closed) {
            (true, true) => out.push_str(&code(part)),
            (true, false) => out.push_str(&escaped(&format!("`{part}"))),
            (false, _) => out.push_str(&escaped(part)),
        }
        in_code = !in_code;
    }
    out
}

/// Every character that Markdown or HTML would interpret, and `@`, which would notify somebody.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
