//! Pictures in Mermaid's language, with nothing in it that came after version 10 and no colour that
//! one of a page's themes would swallow.

use std::collections::BTreeSet;

use super::net::{Look, Net};
use super::overview::overview;
use super::parts::parts;
use super::sheet::{Line, Sheet};
use crate::edge::Access;
use crate::graph::IntentGraph;

/// Parts and lines of an overview; with more of them it shows nothing.
const PARTS: usize = 24;
const LINES: usize = 60;

/// Characters of one line in a box; what is longer is cut.
const LONGEST: usize = 60;

/// The width of a picture that a page shows without shrinking its letters much, in pixels, and what
/// one box with its line takes of it, one behind the other and beside each other; as Mermaid 11 and
/// 12 lay pictures out.
const WIDTH: usize = 1100;
const BEHIND: usize = 250;
const BESIDE: usize = 180;

/// What the frame of a group adds to the former.
const FRAME: usize = 200;

/// Everything that there is to see of a graph, and in words what there is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    /// One, or an overview and one for each part.
    pub diagrams: Vec<Diagram>,
    /// What lines and borders mean, of what occurs: sentences.
    pub legend: Vec<String>,
    /// Ids of secrets and settings that are counted in the units that read them.
    pub counted: Vec<String>,
    /// Ids of secrets and settings that nothing reads.
    pub unread: Vec<String>,
    /// Ids of what has no edge and, for want of an overview, no picture.
    pub loose: Vec<String>,
    /// Ids of what a box stands for and does not name.
    pub unnamed: Vec<String>,
    /// Whether there are too many parts for an overview.
    pub lacks_overview: bool,
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    /// Its number among the parts; none for an overview and for the only picture.
    pub part: Option<usize>,
    /// Ids of the units that it is about.
    pub units: Vec<String>,
    /// Its text.
    pub mermaid: String,
}

/// The graph as pictures that stay readable, however much there is; the same graph gives the same
/// bytes. Every intent is in one or in the lists beside them.
pub fn graph_pictures(graph: &IntentGraph) -> Pictures {
    let net = Net::of(graph);
    let touching = net.touching();
    let parts = parts(&net, &touching);
    let mut seen = Seen::default();
    let mut diagrams = Vec::new();
    let mut lacks_overview = false;
    if parts.len() > 1 {
        let sheet = overview(&net, &touching, &parts);
        lacks_overview = parts.len() > PARTS || sheet.lines.len() > LINES;
        if !lacks_overview {
            diagrams.push(seen.diagram(&net, sheet, None, &BTreeSet::new()));
        }
    }
    for (number, units) in parts.iter().enumerate() {
        let part = (parts.len() > 1).then_some(number + 1);
        let sheet = Sheet::of(&net, &touching, units);
        diagrams.push(seen.diagram(&net, sheet, part, units));
    }
    let legend = seen.legend(&net);
    let loose = net.loose.iter().filter(|_| lacks_overview);
    let loose = loose.map(|node| net.nodes[*node].id.clone()).collect();
    Pictures {
        loose,
        diagrams,
        legend,
        counted: net.counted,
        unread: net.unread,
        unnamed: seen.unnamed.into_iter().collect(),
        lacks_overview,
    }
}

/// The graph as Mermaid flow charts, one after the other, each under comments that say what it is.
pub fn graph_mermaid(graph: &IntentGraph) -> String {
    let pictures = graph_pictures(graph);
    let parts = pictures
        .diagrams
        .iter()
        .filter(|one| one.part.is_some())
        .count();
    let mut out = String::new();
    // Mermaid takes `%%{` for a directive wherever it stands.
    let idle = |c: char| is_unseen(c) || matches!(c, '%' | '{' | '}');
    let comment = |out: &mut String, text: &str| {
        let text: String = text
            .chars()
            .map(|c| if idle(c) { ' ' } else { c })
            .collect();
        out.push_str(&format!("%% {text}\n"));
    };
    for sentence in &pictures.legend {
        comment(&mut out, sentence);
    }
    let lists = [
        ("Counted in the units that read them", &pictures.counted),
        ("Read by no unit", &pictures.unread),
        ("Without an edge", &pictures.loose),
        ("In boxes that name others", &pictures.unnamed),
    ];
    for (title, ids) in lists.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        comment(&mut out, &format!("{title}: {}.", ids.join(", ")));
    }
    if pictures.lacks_overview {
        comment(&mut out, "There are too many parts for an overview.");
    }
    for diagram in &pictures.diagrams {
        match diagram.part {
            Some(part) => {
                let units = diagram.units.join(", ");
                comment(&mut out, &format!("Part {part} of {parts}: {units}"));
            }
            None if parts > 0 => comment(&mut out, &format!("Overview of {parts} parts")),
            None => {}
        }
        out.push_str(&diagram.mermaid);
    }
    out
}

/// What occurs in pictures, for the legend.
#[derive(Default)]
struct Seen {
    styles: BTreeSet<Style>,
    data: bool,
    channels: bool,
    shared: bool,
    continued: bool,
    groups: bool,
    unnamed: BTreeSet<String>,
}

impl Seen {
    fn diagram(
        &mut self,
        net: &Net,
        sheet: Sheet,
        part: Option<usize>,
        units: &BTreeSet<usize>,
    ) -> Diagram {
        self.styles.extend(sheet.lines.iter().map(Style::of));
        self.unnamed.extend(sheet.unnamed.iter().cloned());
        for drawn in &sheet.boxes {
            self.data |= drawn.look == Look::Data;
            self.channels |= drawn.look == Look::Channel;
            self.shared |= drawn.is_shared;
            self.continued |= drawn.continues;
            self.groups |= drawn.group.is_some();
        }
        Diagram {
            part,
            units: units
                .iter()
                .map(|unit| net.nodes[*unit].id.clone())
                .collect(),
            mermaid: print(&sheet),
        }
    }

    fn legend(&self, net: &Net) -> Vec<String> {
        let lines: Vec<&str> = self.styles.iter().map(|style| style.meaning()).collect();
        let mut out = Vec::new();
        if !lines.is_empty() {
            out.push(format!(
                "Lines go from who acts to what it acts on: {}.",
                lines.join("; ")
            ));
        }
        let shapes = [
            (self.data, "cylinders keep data"),
            (self.channels, "boxes with double sides carry messages"),
            (self.shared, "a thick border is shared by several units"),
            (self.groups, "a frame holds a unit and what it alone uses"),
            (
                self.continued,
                "a dashed border has more lines in another part",
            ),
        ];
        let shapes: Vec<&str> = shapes
            .iter()
            .filter(|shape| shape.0)
            .map(|shape| shape.1)
            .collect();
        if !shapes.is_empty() {
            let mut text = shapes.join("; ");
            text[..1].make_ascii_uppercase();
            out.push(format!("{text}."));
        }
        let inside = match (net.counted.is_empty(), net.has_schedules) {
            (false, true) => {
                "Secrets and settings are counted in the units that read them, and schedules stand in the units that they start."
            }
            (false, false) => "Secrets and settings are counted in the units that read them.",
            (true, true) => "Schedules stand in the units that they start.",
            (true, false) => return out,
        };
        out.push(inside.to_owned());
        out
    }
}

/// How a line is drawn: told apart without colour, and coloured where that adds something. The
/// colours stand out from white and from GitHub's dark grey by three to one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Writes,
    Reads,
    Messages,
    Requests,
}

impl Style {
    const ALL: [Self; 4] = [Self::Writes, Self::Reads, Self::Messages, Self::Requests];

    fn of(line: &Line) -> Self {
        let any = |all: &[Access]| all.iter().any(|access| line.access.contains(access));
        if any(&[Access::Write]) {
            Self::Writes
        } else if any(&[Access::Publish, Access::Consume, Access::Trigger]) {
            Self::Messages
        } else if any(&[Access::Connect, Access::Invoke, Access::Expose]) {
            Self::Requests
        } else {
            Self::Reads
        }
    }

    const fn arrow(self) -> &'static str {
        match self {
            Self::Writes => "==>",
            Self::Reads => "-.->",
            Self::Messages => "--o",
            Self::Requests => "-->",
        }
    }

    const fn colour(self) -> Option<&'static str> {
        match self {
            Self::Writes => Some("#c2570c"),
            Self::Reads => Some("#3b82f6"),
            Self::Messages => Some("#2da44e"),
            Self::Requests => None,
        }
    }

    /// Its width in pixels: those that are dotted or thin would be lost on a dark page.
    const fn width(self) -> u32 {
        match self {
            Self::Writes => 4,
            Self::Reads | Self::Messages | Self::Requests => 2,
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Writes => "thick ones write",
            Self::Reads => "dotted ones only read",
            Self::Messages => "those that end in a dot carry messages or start a unit",
            Self::Requests => "plain ones connect, call or let requests in",
        }
    }
}

fn print(sheet: &Sheet) -> String {
    let symbols = symbols(sheet);
    let (behind, beside) = sheet.extent();
    let groups = sheet.boxes.iter().enumerate();
    let groups = groups
        .filter(|(index, drawn)| drawn.group == Some(*index))
        .count();
    let across = behind * BEHIND + groups.min(behind / 2) * FRAME;
    let direction = if across <= WIDTH || across <= beside * BESIDE {
        "LR"
    } else {
        "TB"
    };
    let mut out = format!("flowchart {direction}\n");
    let mut groups = Vec::new();
    for (index, drawn) in sheet.boxes.iter().enumerate() {
        if drawn.group.is_none_or(|group| group == index) {
            let members =
                (0..sheet.boxes.len()).filter(|one| sheet.boxes[*one].group == Some(index));
            let members: Vec<usize> = members.collect();
            if members.is_empty() {
                out.push_str(&format!("  {}\n", node(sheet, &symbols, index)));
                continue;
            }
            let group = format!("g_{}", &symbols[index][2..]);
            out.push_str(&format!("  subgraph {group}[\" \"]\n"));
            for member in members {
                out.push_str(&format!("    {}\n", node(sheet, &symbols, member)));
            }
            out.push_str("  end\n");
            groups.push(group);
        }
    }
    for line in &sheet.lines {
        let access: Vec<&str> = line.access.iter().map(|access| access.name()).collect();
        let label = line.label.as_deref().map(escaped);
        out.push_str(&format!(
            "  {} {}|{}| {}\n",
            symbols[line.from],
            Style::of(line).arrow(),
            label.unwrap_or_else(|| access.join(", ")),
            symbols[line.to]
        ));
    }
    styles(&mut out, sheet, &symbols, &groups);
    out
}

fn styles(out: &mut String, sheet: &Sheet, symbols: &[String], groups: &[String]) {
    for style in Style::ALL {
        let Some(colour) = style.colour() else {
            continue;
        };
        let lines = sheet.lines.iter().enumerate();
        let lines = lines.filter(|(_, line)| Style::of(line) == style);
        let lines: Vec<String> = lines.map(|(index, _)| index.to_string()).collect();
        if !lines.is_empty() {
            out.push_str(&format!(
                "  linkStyle {} stroke:{colour},stroke-width:{}px\n",
                lines.join(","),
                style.width()
            ));
        }
    }
    let marked = |mark: fn(&super::sheet::Drawn) -> bool| {
        let boxes = sheet.boxes.iter().zip(symbols);
        let boxes = boxes.filter(|(drawn, _)| mark(drawn));
        boxes.map(|(_, symbol)| symbol.as_str()).collect::<Vec<_>>()
    };
    let classes = [
        (
            "shared",
            "stroke-width:3px",
            marked(|drawn| drawn.is_shared),
        ),
        (
            "continued",
            "stroke-dasharray:6 4",
            marked(|drawn| drawn.continues),
        ),
        (
            "group",
            "fill:none",
            groups.iter().map(String::as_str).collect(),
        ),
    ];
    for (name, style, members) in classes {
        if !members.is_empty() {
            out.push_str(&format!("  classDef {name} {style}\n"));
            out.push_str(&format!("  class {} {name}\n", members.join(",")));
        }
    }
}

fn node(sheet: &Sheet, symbols: &[String], index: usize) -> String {
    let drawn = &sheet.boxes[index];
    let (open, close) = match drawn.look {
        Look::Unit => ("[", "]"),
        Look::Data => ("[(", ")]"),
        Look::Channel => ("[[", "]]"),
        Look::Value => ("{{", "}}"),
        Look::Outside => ("([", "])"),
    };
    let text: Vec<String> = drawn.text.iter().map(|line| escaped(line)).collect();
    // Mermaid's own sign for a new line, in all of its versions.
    format!("{}{open}\"{}\"{close}", symbols[index], text.join("<br/>"))
}

/// A name for each box in letters, digits and underscores. The prefix keeps words that mean something to
/// Mermaid (`end`) from standing alone.
fn symbols(sheet: &Sheet) -> Vec<String> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let boxes = sheet.boxes.iter();
    boxes
        .map(|drawn| {
            let name: String = drawn.symbol.chars().take(LONGEST).map(plain).collect();
            let mut symbol = format!("n_{name}");
            let mut again = 1;
            while !used.insert(symbol.clone()) {
                again += 1;
                symbol = format!("n_{name}_{again}");
            }
            symbol
        })
        .collect()
}

/// Text that means nothing but itself, to Mermaid and to the Markdown in its labels.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (index, c) in text.chars().enumerate() {
        match c {
            _ if index == LONGEST => {
                out.push('…');
                break;
            }
            ' ' | '-' | '.' | ',' | '/' => out.push(c),
            c if is_unseen(c) => out.push(' '),
            c if c.is_ascii_punctuation() => out.push_str(&format!("#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character shows nothing and changes how its neighbours are shown: control characters, and
/// those that turn the direction of text.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
