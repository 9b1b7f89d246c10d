//! The page for a terminal.

use textwrap::Options;

use super::words::{
    Change, alike, base, by_file, change, counts, decided, edge, end, intents_alike, moved,
    other_reasons, printable, summary,
};
use crate::changes::{
    AppChanges, Attribute, Comparison, Decided, DecisionChanges, EdgeChanges, IntentChanges,
    ManifestChanges, ResourceChanges, Risk, RiskKind, Status, StoreStates,
};

/// Columns that sentences are wrapped at.
const WIDTH: usize = 100;

/// The comparison as a page for people, with colours where they are wanted.
pub fn text(comparison: &Comparison, color: bool) -> String {
    let mut page = Page {
        out: String::new(),
        color,
    };
    page.line(0, &base(&comparison.base));
    for (name, one) in alike(comparison) {
        page.environment(&name, one);
    }
    if let Some(end) = end(comparison) {
        page.out.push('\n');
        page.line(0, &end);
    }
    page.out
}

/// What a line tells of.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Added,
    Changed,
    Removed,
}

impl Sign {
    const fn mark(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Changed => "~",
            Self::Removed => "-",
        }
    }

    const fn color(self) -> u8 {
        match self {
            Self::Added => 32,
            Self::Changed => 33,
            Self::Removed => 31,
        }
    }
}

struct Page {
    out: String,
    color: bool,
}

impl Page {
    fn painted(&self, text: &str, color: &str) -> String {
        match self.color {
            true => format!("\u{1b}[{color}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    /// A sentence, wrapped; lines after its first are indented as far.
    fn line(&mut self, indent: usize, text: &str) {
        self.hanging(indent, "", text);
    }

    /// A sentence behind a mark; lines after its first stand below the sentence.
    fn hanging(&mut self, indent: usize, mark: &str, text: &str) {
        let first = format!("{}{mark}", " ".repeat(indent));
        let next = " ".repeat(first.chars().count());
        let options = Options::new(WIDTH)
            .initial_indent(&first)
            .subsequent_indent(&next)
            .break_words(false)
            // What is copied into a shell is broken at spaces alone.
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        self.out
            .push_str(&textwrap::fill(&printable(text), options));
        self.out.push('\n');
    }

    fn signed(&mut self, sign: Sign, text: &str) {
        let at = self.out.len();
        self.hanging(2, &format!("{} ", sign.mark()), text);
        if self.color {
            let line = self.out.split_off(at);
            let color = sign.color().to_string();
            let painted: Vec<String> = line.lines().map(|one| self.painted(one, &color)).collect();
            self.out.push_str(&painted.join("\n"));
            self.out.push('\n');
        }
    }

    fn heading(&mut self, text: &str, color: &str) {
        let text = self.painted(text, color);
        self.out.push('\n');
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn environment(&mut self, name: &str, one: &AppChanges) {
        self.heading(&format!("# {}", printable(name)), "1");
        let summary = summary(one);
        let summary = match one.status {
            Status::Added => format!("New here. {} intents; {summary}", one.intents.added.len()),
            Status::Removed => format!("No longer here. {summary}"),
            Status::Changed | Status::Unchanged => summary,
        };
        self.line(0, &format!("{summary}."));
        self.risks(&one.at_risk);
        self.stores(&one.stores);
        if one.status == Status::Removed {
            return;
        }
        self.intents(&one.intents);
        self.edges(&one.edges);
        if one.status == Status::Added {
            return;
        }
        self.decisions(&one.decisions);
        self.resources(&one.resources);
        self.manifests(&one.manifests);
    }

    fn risks(&mut self, risks: &[Risk]) {
        let (lossy, others): (Vec<&Risk>, Vec<&Risk>) =
            risks.iter().partition(|risk| risk.loses_data);
        for (title, color, risks) in [
            ("Data at risk", "1;31", lossy),
            ("Wants a look", "1;33", others),
        ] {
            if risks.is_empty() {
                continue;
            }
            self.heading(title, color);
            for risk in risks {
                self.risk(risk, color);
            }
        }
    }

    fn risk(&mut self, risk: &Risk, color: &str) {
        let address = match &risk.address {
            Some(address) if *address != risk.subject => format!(" ({address})"),
            _ => String::new(),
        };
        let head = format!(
            "{}: {}{address}",
            risk.kind.label(),
            printable(&risk.subject)
        );
        let head = self.painted(&head, color);
        self.out.push_str(&format!("  {head}\n"));
        self.line(4, &format!("{}.", risk.what));
        // What a role may do more is in the sentence.
        if risk.kind != RiskKind::Widened {
            self.attributes(6, &risk.forced_by);
        }
        match risk.safe_way.as_slice() {
            [] => {}
            [one] => self.hanging(4, "safe way: ", one),
            steps => {
                self.line(4, "safe way:");
                for (number, step) in steps.iter().enumerate() {
                    self.hanging(6, &format!("{}. ", number + 1), step);
                }
            }
        }
    }

    fn attributes(&mut self, indent: usize, attributes: &[Attribute]) {
        for one in attributes {
            match change(one) {
                Change::Value(old, new) => {
                    self.hanging(indent, "", &format!("{}: {old} → {new}", one.path));
                }
                Change::List(gone, come) => {
                    let gone = gone.iter().map(|value| format!("-{value}"));
                    let come = come.iter().map(|value| format!("+{value}"));
                    let all: Vec<String> = gone.chain(come).collect();
                    self.hanging(indent, "", &format!("{}: {}", one.path, all.join(", ")));
                }
            }
        }
    }

    fn stores(&mut self, stores: &StoreStates) {
        let all = [
            ("Data stores untouched", &stores.untouched),
            ("Changed in place, data stays", &stores.kept),
            ("New data stores", &stores.added),
        ];
        if all.iter().any(|(_, ids)| !ids.is_empty()) {
            self.out.push('\n');
        }
        for (title, ids) in all {
            if !ids.is_empty() {
                self.line(0, &format!("{title}: {}", ids.join(", ")));
            }
        }
    }

    fn intents(&mut self, intents: &IntentChanges) {
        let count = counts(&[
            (intents.added.len(), "added"),
            (intents.changed.len(), "changed"),
            (intents.removed.len(), "removed"),
        ]);
        if count.is_empty() {
            return;
        }
        self.heading(&format!("Intents: {count}"), "1");
        for one in &intents.removed {
            self.signed(Sign::Removed, &format!("{} (was at {})", one.id, one.at));
        }
        for one in &intents.added {
            self.signed(Sign::Added, &format!("{} ({})", one.id, one.at));
        }
        for (all, attributes) in intents_alike(&intents.changed) {
            let names: Vec<String> = all
                .iter()
                .map(|one| match &one.was {
                    Some(was) => format!("{} (was {was})", one.id),
                    None => one.id.clone(),
                })
                .collect();
            self.signed(Sign::Changed, &names.join(", "));
            self.attributes(6, attributes);
        }
    }

    fn edges(&mut self, edges: &EdgeChanges) {
        let count = counts(&[
            (edges.added.len(), "added"),
            (edges.changed.len(), "changed"),
            (edges.removed.len(), "removed"),
        ]);
        if count.is_empty() {
            return;
        }
        self.heading(&format!("Edges: {count}"), "1");
        for (sign, all) in [
            (Sign::Removed, &edges.removed),
            (Sign::Added, &edges.added),
            (Sign::Changed, &edges.changed),
        ] {
            for one in all {
                let verb = match sign {
                    Sign::Changed if one.loses.is_empty() => "also ",
                    Sign::Changed if one.gains.is_empty() => "no longer ",
                    _ => "",
                };
                let text = format!("{} → {}: {verb}{}", one.from, one.to, edge(one));
                self.signed(sign, &text);
            }
        }
    }

    fn decisions(&mut self, decisions: &DecisionChanges) {
        let all: [(Sign, &Vec<Decided>); 3] = [
            (Sign::Removed, &decisions.removed),
            (Sign::Added, &decisions.added),
            (Sign::Changed, &decisions.changed),
        ];
        let count = counts(&[
            (decisions.added.len(), "added"),
            (decisions.changed.len(), "changed"),
            (decisions.removed.len(), "removed"),
        ]);
        if count.is_empty() {
            return;
        }
        self.heading(&format!("Decisions: {count}"), "1");
        let other_reasons = other_reasons(decisions);
        if !other_reasons.is_empty() {
            let text = format!("as before, for other reasons: {}", other_reasons.join(", "));
            self.signed(Sign::Changed, &text);
        }
        for (sign, all) in all {
            for one in all.iter().filter(|one| one.old != one.new) {
                self.signed(
                    sign,
                    &format!("{} ({}): {}", one.code, one.subject, decided(one)),
                );
                if !matches!(sign, Sign::Removed) {
                    self.hanging(6, "because ", &one.because);
                }
            }
        }
    }

    fn resources(&mut self, resources: &ResourceChanges) {
        let moved = moved(resources);
        let count = counts(&[
            (resources.added.len(), "added"),
            (resources.changed.len() - moved, "changed"),
            (moved, "moved"),
            (resources.removed.len(), "removed"),
            (resources.released.len(), "released"),
        ]);
        if count.is_empty() {
            return;
        }
        self.heading(&format!("Resources: {count}"), "1");
        for (file, addresses) in by_file(&resources.removed) {
            self.signed(Sign::Removed, &format!("{file}: {}", addresses.join(", ")));
        }
        for (file, addresses) in by_file(&resources.released) {
            let text = format!(
                "{file}: {}, which is let go and not destroyed",
                addresses.join(", ")
            );
            self.signed(Sign::Removed, &text);
        }
        for (file, addresses) in by_file(&resources.added) {
            self.signed(Sign::Added, &format!("{file}: {}", addresses.join(", ")));
        }
        let (moved, changed): (Vec<_>, Vec<_>) = resources
            .changed
            .iter()
            .partition(|one| one.attributes.is_empty());
        if let [first, ..] = moved.as_slice() {
            let was = first.was.as_deref().unwrap_or_default();
            let text = format!(
                "{} moved and otherwise as before, such as {was} → {}",
                moved.len(),
                first.address
            );
            self.signed(Sign::Changed, &text);
        }
        for one in changed {
            let was = one
                .was
                .as_ref()
                .map_or(String::new(), |was| format!(" (was {was})"));
            let replaced = match one.replaced_by.as_slice() {
                [] => "",
                _ => ", replaced",
            };
            self.signed(Sign::Changed, &format!("{}{was}{replaced}", one.address));
            self.attributes(6, &one.attributes);
        }
    }

    fn manifests(&mut self, manifests: &ManifestChanges) {
        let count = counts(&[
            (manifests.added.len(), "added"),
            (manifests.changed.len(), "changed"),
            (manifests.removed.len(), "removed"),
        ]);
        if count.is_empty() {
            return;
        }
        self.heading(&format!("On Kubernetes: {count}"), "1");
        for (sign, all) in [
            (Sign::Removed, &manifests.removed),
            (Sign::Added, &manifests.added),
        ] {
            let mut files: Vec<&str> = all.iter().map(|one| one.file.as_str()).collect();
            files.sort_unstable();
            files.dedup();
            for file in files {
                let own = all.iter().filter(|one| one.file == file);
                let names: Vec<&str> = own.map(|one| one.object.as_str()).collect();
                self.signed(sign, &format!("{file}: {}", names.join(", ")));
            }
        }
        for one in &manifests.changed {
            self.signed(Sign::Changed, &one.object);
            self.attributes(6, &one.attributes);
        }
    }
}
