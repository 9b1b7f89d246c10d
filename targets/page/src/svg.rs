//! A view's picture. Every element that the script has to find says which node or edge it is by number.

use std::fmt::Write;

use klo_intent::{Access, Kind};

use crate::escape::text;
use crate::layout::{
    BEFORE_TEXT, Band, Curve, DETAIL_SIZE, FLAG, Heading, Layout, NAME_SIZE, Piece, Rect, fitted,
    label, layout, width_of,
};
use crate::model::{Edge, Node, NodeKind, View};

/// Half the height of a store's lid, by which what is written on it stands lower.
const LID: f64 = 3.5;
/// Graphs with more edges than this show what an edge is only when one of its ends is looked at.
const MOST_LABELS: usize = 32;

/// The picture of a view; `number` keeps its names apart from those of other views.
pub(crate) fn svg(view: &View, number: usize) -> String {
    let layout = layout(view);
    let crowded = if view.edges.len() > MOST_LABELS {
        " crowded"
    } else {
        ""
    };
    let mut out = String::new();
    let title = format!("{}, {}: who uses what", view.app, view.environment);
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<svg class=\"graph{crowded}\" data-view=\"{number}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"group\" tabindex=\"-1\" aria-label=\"{}\">\n<g class=\"scene\">\n",
        text(&title)
    );
    for band in &layout.bands {
        draw_band(&mut out, band);
    }
    out.push_str("<g class=\"edges\" aria-hidden=\"true\">\n");
    for (edge, (data, curve)) in view.edges.iter().zip(&layout.curves).enumerate() {
        draw_edge(&mut out, view, edge, data, curve);
    }
    out.push_str("</g>\n<g class=\"nodes\">\n");
    draw_nodes(&mut out, view, &layout);
    out.push_str("</g>\n<g class=\"labels\" aria-hidden=\"true\">\n");
    for (edge, (data, curve)) in view.edges.iter().zip(&layout.curves).enumerate() {
        draw_label(&mut out, edge, data, curve);
    }
    out.push_str("</g>\n<g class=\"headings\">\n");
    for heading in &layout.headings {
        draw_heading(&mut out, heading);
    }
    out.push_str("</g>\n</g>\n</svg>\n");
    out
}

fn draw_band(out: &mut String, band: &Band) {
    let frame = band.frame;
    let _ = writeln!(
        out,
        "<g class=\"band\"><rect {} rx=\"12\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
        rect(frame),
        coordinate(frame.x + 16.0),
        coordinate(frame.y + 22.0),
        text(&band.name)
    );
}

fn draw_heading(out: &mut String, heading: &Heading) {
    let _ = writeln!(
        out,
        "<text class=\"heading\" x=\"{}\" y=\"30\">{}</text>",
        coordinate(heading.x),
        heading.stage.title()
    );
}

/// How an edge is drawn, beside its colour.
fn manner(access: &[Access]) -> &'static str {
    let has = |one| access.contains(&one);
    if has(Access::Trigger) || has(Access::Publish) || has(Access::Consume) {
        "messages"
    } else if has(Access::Expose) || has(Access::Invoke) {
        "requests"
    } else if has(Access::Write) || has(Access::Connect) {
        "writes"
    } else {
        "reads"
    }
}

fn draw_edge(out: &mut String, view: &View, number: usize, edge: &Edge, curve: &Curve) {
    let manner = manner(&edge.access);
    let [from, to] = [edge.from, edge.to].map(|node| &view.nodes[node].id);
    let title = format!("{from} → {to}: {}", label(&edge.access));
    let _ = writeln!(
        out,
        "<path class=\"edge {manner}\" data-edge=\"{number}\" d=\"{}\" marker-end=\"url(#arrow-{manner})\"><title>{}</title></path>",
        path(&curve.pieces),
        text(&title)
    );
}

fn draw_label(out: &mut String, number: usize, edge: &Edge, curve: &Curve) {
    let _ = writeln!(
        out,
        "<text class=\"label\" data-edge=\"{number}\" x=\"{}\" y=\"{}\">{}</text>",
        coordinate(curve.label.x),
        coordinate(curve.label.y + 4.0),
        text(&label(&edge.access))
    );
}

fn draw_nodes(out: &mut String, view: &View, layout: &Layout) {
    let mut degrees = vec![0_usize; view.nodes.len()];
    for edge in &view.edges {
        degrees[edge.from] += 1;
        degrees[edge.to] += 1;
    }
    for number in reading_order(view, layout) {
        draw_node(
            out,
            number,
            &view.nodes[number],
            layout.boxes[number],
            degrees[number],
        );
    }
}

/// The order in which a reader goes through the picture: band by band, column by column, downwards.
fn reading_order(view: &View, layout: &Layout) -> Vec<usize> {
    let mut order: Vec<(usize, Rect, usize)> = (0..view.nodes.len())
        .map(|node| {
            let at = layout.boxes[node];
            let bands = layout.bands.iter();
            let above = bands.filter(|band| band.frame.bottom() < at.middle());
            (above.count(), at, node)
        })
        .collect();
    order.sort_by(|(a_band, a, _), (b_band, b, _)| {
        let bands = a_band.cmp(b_band);
        bands.then(a.x.total_cmp(&b.x)).then(a.y.total_cmp(&b.y))
    });
    order.into_iter().map(|(_, _, node)| node).collect()
}

fn draw_node(out: &mut String, number: usize, node: &Node, at: Rect, degree: usize) {
    let kind = node.kind.name();
    let family = family(node.kind);
    let lower = if family == "store" { LID } else { 0.0 };
    let middle = at.middle() + lower;
    let open = node.findings.iter().filter(|found| found.waived.is_none());
    let open = open.count();
    let _ = writeln!(
        out,
        "<g class=\"node {family} k-{kind}\" data-node=\"{number}\" role=\"button\" tabindex=\"-1\" aria-label=\"{}\">\
         <title>{}</title>{}<use class=\"icon\" href=\"#icon-{kind}\" x=\"{}\" y=\"{}\" width=\"20\" height=\"20\"/>",
        text(&said(node, degree, open)),
        text(&node.id),
        shape(family, at),
        coordinate(at.x + 12.0),
        coordinate(middle - 10.0),
    );
    draw_words(out, node, at, middle, open > 0);
    out.push_str("</g>\n");
}

/// A node in words, for those who hear the page.
fn said(node: &Node, degree: usize, open: usize) -> String {
    let mut said = format!("{} {}", node.kind.name().replace('-', " "), node.name);
    if !node.detail.is_empty() {
        said.push_str(&format!(", {}", node.detail));
    }
    said.push_str(&match degree {
        1 => ", 1 edge".to_owned(),
        several => format!(", {several} edges"),
    });
    if open > 0 {
        said.push_str(&format!(", rules found {open}"));
    }
    said
}

/// The name, what is said below it, and a flag where rules found something.
fn draw_words(out: &mut String, node: &Node, at: Rect, middle: f64, flagged: bool) {
    let left = coordinate(at.x + BEFORE_TEXT);
    let room = at.width - if flagged { FLAG } else { 0.0 };
    let name = fitted(&node.name, NAME_SIZE, true, room);
    let line = if node.detail.is_empty() { 4.5 } else { -3.0 };
    let _ = write!(
        out,
        "<text class=\"name\" x=\"{left}\" y=\"{}\">{}</text>",
        coordinate(middle + line),
        text(&name)
    );
    if !node.detail.is_empty() {
        let detail = fitted(&node.detail, DETAIL_SIZE, false, at.width);
        let _ = write!(
            out,
            "<text class=\"detail\" x=\"{left}\" y=\"{}\">{}</text>",
            coordinate(middle + 13.0),
            text(&detail)
        );
    }
    if flagged {
        let after = at.x + BEFORE_TEXT + width_of(&name, NAME_SIZE, true) + 4.0;
        let _ = write!(
            out,
            "<use class=\"flag\" href=\"#icon-finding\" x=\"{}\" y=\"{}\" width=\"14\" height=\"14\"/>",
            coordinate(after.min(at.right() - 20.0)),
            coordinate(middle + line - 12.0),
        );
    }
}

/// Nodes of a family have one shape and one colour.
fn family(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Internet | NodeKind::Internal | NodeKind::Schedule => "way-in",
        NodeKind::OtherApp => "elsewhere",
        NodeKind::Intent(kind) => match kind {
            Kind::Service | Kind::Function | Kind::Job | Kind::Site => "unit",
            Kind::Queue | Kind::Topic => "channel",
            Kind::Database | Kind::Cache | Kind::Bucket | Kind::Table | Kind::Volume => "store",
            Kind::Secret | Kind::Config => "given",
        },
    }
}

/// The outline of a node, by its family: boxes for units, pills for ways in, cylinders for stores, boxes
/// with pointed sides for channels, notes for what is given.
fn shape(family: &str, at: Rect) -> String {
    let n = coordinate;
    let (x, y, right, bottom) = (at.x, at.y, at.right(), at.bottom());
    match family {
        "way-in" => format!("<rect class=\"shape\" {} rx=\"23\"/>", rect(at)),
        "store" => {
            let (lid, half) = (LID, at.width / 2.0);
            format!(
                "<path class=\"shape\" d=\"M{} {}a{half} {lid} 0 0 1 {} 0V{}a{half} {lid} 0 0 1 {} 0Z\"/>\
                 <path class=\"lid\" d=\"M{} {}a{half} {lid} 0 0 0 {} 0\"/>",
                n(x),
                n(y + lid),
                n(at.width),
                n(bottom - lid),
                n(-at.width),
                n(x),
                n(y + lid),
                n(at.width),
            )
        }
        "channel" => {
            let tip = 8.0;
            format!(
                "<path class=\"shape\" d=\"M{} {}H{}L{} {}L{} {}H{}L{} {}Z\"/>",
                n(x),
                n(y),
                n(right - tip),
                n(right),
                n(at.middle()),
                n(right - tip),
                n(bottom),
                n(x),
                n(x + tip),
                n(at.middle()),
            )
        }
        "given" => {
            let fold = 10.0;
            format!(
                "<path class=\"shape\" d=\"M{} {}H{}L{} {}V{}H{}Z\"/><path class=\"lid\" d=\"M{} {}V{}H{}\"/>",
                n(x),
                n(y),
                n(right - fold),
                n(right),
                n(y + fold),
                n(bottom),
                n(x),
                n(right - fold),
                n(y),
                n(y + fold),
                n(right),
            )
        }
        _ => format!("<rect class=\"shape\" {} rx=\"8\"/>", rect(at)),
    }
}

fn rect(at: Rect) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        coordinate(at.x),
        coordinate(at.y),
        coordinate(at.width),
        coordinate(at.height)
    )
}

fn path(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for (number, piece) in pieces.iter().enumerate() {
        if number == 0 {
            let _ = write!(
                out,
                "M{} {}",
                coordinate(piece.from.x),
                coordinate(piece.from.y)
            );
        }
        match piece.handles {
            None => {
                let _ = write!(out, "H{}", coordinate(piece.to.x));
            }
            Some((a, b)) => {
                let _ = write!(
                    out,
                    "C{} {} {} {} {} {}",
                    coordinate(a.x),
                    coordinate(a.y),
                    coordinate(b.x),
                    coordinate(b.y),
                    coordinate(piece.to.x),
                    coordinate(piece.to.y)
                );
            }
        }
    }
    out
}

/// A coordinate with one decimal, which is finer than any screen shows.
fn coordinate(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // There is no negative zero in print.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}
