use klo_intent::{Access, Kind};
use proptest::prelude::*;

use super::{Layout, Point, Rect, layout};
use crate::model::{NodeKind, View};
use crate::testing::{areas, edge, node};

/// Boxes apart, edges from box to box, everything on the picture.
fn assert_sound(view: &View, layout: &Layout) {
    assert_eq!(layout.boxes.len(), view.nodes.len());
    assert_eq!(layout.curves.len(), view.edges.len());
    for (number, a) in layout.boxes.iter().enumerate() {
        assert!(a.x >= 0.0 && a.right() <= layout.width, "{number}: {a:?}");
        assert!(a.y >= 0.0 && a.bottom() <= layout.height, "{number}: {a:?}");
        for (other, b) in layout.boxes.iter().enumerate().skip(number + 1) {
            assert!(!a.meets(*b), "{number} and {other}: {a:?} {b:?}");
        }
    }
    for (edge, curve) in view.edges.iter().zip(&layout.curves) {
        let (first, last) = (&curve.pieces[0], &curve.pieces[curve.pieces.len() - 1]);
        assert!(on_side(layout.boxes[edge.from], first.from), "{edge:?}");
        assert!(on_side(layout.boxes[edge.to], last.to), "{edge:?}");
        for pair in curve.pieces.windows(2) {
            assert_eq!(pair[0].to, pair[1].from);
        }
    }
    for (a, b) in layout.bands.iter().zip(layout.bands.iter().skip(1)) {
        assert!(a.frame.bottom() < b.frame.y, "{a:?} {b:?}");
    }
}

fn on_side(rect: Rect, point: Point) -> bool {
    (point.x == rect.x || point.x == rect.right()) && point.y > rect.y && point.y < rect.bottom()
}

/// Points of every curve, also of the straight parts, but for its ends.
fn passed(layout: &Layout, curve: usize) -> Vec<Point> {
    let pieces = &layout.curves[curve].pieces;
    let shares = (1..40).map(|step| f64::from(step) / 40.0);
    let all = shares.flat_map(|share| {
        pieces
            .iter()
            .map(move |piece| super::curves::along(piece, share))
    });
    all.collect()
}

fn assert_no_edge_runs_through_a_box(view: &View, layout: &Layout) {
    for (number, edge) in view.edges.iter().enumerate() {
        for point in passed(layout, number) {
            for (other, rect) in layout.boxes.iter().enumerate() {
                let inside = point.x > rect.x + 0.5
                    && point.x < rect.right() - 0.5
                    && point.y > rect.y + 0.5
                    && point.y < rect.bottom() - 0.5;
                assert!(!inside, "edge {edge:?} runs through {other}: {point:?}");
            }
        }
    }
}

#[test]
fn twelve_areas_are_twelve_bands() {
    let view = areas(12);
    let found = layout(&view);
    assert_sound(&view, &found);
    assert_no_edge_runs_through_a_box(&view, &found);
    let mut names: Vec<&str> = found.bands.iter().map(|band| band.name.as_str()).collect();
    names.sort_unstable();
    let wanted: Vec<String> = (0..12).map(|area| format!("area{area:02}")).collect();
    assert_eq!(names, wanted);
    for (node, rect) in view.nodes.iter().zip(&found.boxes) {
        let Some(place) = &node.place else { continue };
        let own = found
            .bands
            .iter()
            .find(|band| place.file.contains(&band.name));
        let frame = own.expect("its band").frame;
        assert!(
            rect.y > frame.y && rect.bottom() < frame.bottom(),
            "{node:?}"
        );
    }
}

#[test]
fn neighbours_in_the_flow_are_neighbours_in_the_picture() {
    let view = areas(12);
    let names: Vec<String> = layout(&view)
        .bands
        .into_iter()
        .map(|band| band.name)
        .collect();
    let far = names.windows(2).filter(|pair| {
        let number = |name: &str| name[4..].parse::<usize>().expect("a number");
        number(&pair[0]).abs_diff(number(&pair[1])) > 1
    });
    assert_eq!(far.count(), 0, "{names:?}");
}

#[test]
fn the_same_view_has_the_same_layout() {
    assert_eq!(layout(&areas(12)), layout(&areas(12)));
}

#[test]
fn a_small_graph_goes_from_left_to_right() {
    let view = areas(1);
    let found = layout(&view);
    assert_sound(&view, &found);
    assert_no_edge_runs_through_a_box(&view, &found);
    assert!(found.bands.is_empty());
    let titles: Vec<&str> = found.headings.iter().map(|h| h.stage.title()).collect();
    assert_eq!(
        titles,
        [
            "Ways in",
            "Services and jobs",
            "Queues and topics",
            "Started by events",
            "Data and secrets"
        ]
    );
    let x = |node: usize| found.boxes[node].x;
    assert!(x(0) < x(10), "the internet before the admin service");
    assert!(x(10) < x(1), "the caller before what it calls");
    assert!(x(1) < x(2) && x(2) < x(3) && x(3) < x(4));
}

#[test]
fn calls_in_a_circle_are_laid_out_too() {
    let unit = |name: &str| node(NodeKind::Intent(Kind::Service), name, "a/b.py");
    let mut view = View::default();
    view.nodes.extend(["a", "b", "c"].map(unit));
    for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 0)] {
        view.edges.push(edge(from, to, Access::Invoke));
    }
    let found = layout(&view);
    assert_sound(&view, &found);
}

#[test]
fn nothing_is_a_picture_of_nothing() {
    let found = layout(&View::default());
    assert!(found.width > 0.0 && found.height > 0.0);
    assert!(found.width.is_finite() && found.height.is_finite());
}

const KINDS: [NodeKind; 9] = [
    NodeKind::Internet,
    NodeKind::Schedule,
    NodeKind::OtherApp,
    NodeKind::Intent(Kind::Service),
    NodeKind::Intent(Kind::Function),
    NodeKind::Intent(Kind::Queue),
    NodeKind::Intent(Kind::Database),
    NodeKind::Intent(Kind::Secret),
    NodeKind::Intent(Kind::Site),
];

fn view() -> impl Strategy<Value = View> {
    let nodes = prop::collection::vec((0..KINDS.len(), 0..6_usize, "\\PC{0,30}"), 1..70);
    nodes.prop_flat_map(|nodes| {
        let count = nodes.len();
        let edges = prop::collection::vec((0..count, 0..count, 0..Access::ALL.len()), 0..120);
        edges.prop_map(move |edges| {
            let mut view = View::default();
            let made = nodes.iter().map(|(kind, folder, name)| {
                node(KINDS[*kind], name, &format!("f{folder}/main.py"))
            });
            view.nodes.extend(made);
            let made = edges
                .into_iter()
                .map(|(from, to, access)| edge(from, to, Access::ALL[access]));
            view.edges.extend(made);
            view
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_graph_boxes_stand_apart_and_edges_end_at_them(view in view()) {
        let found = layout(&view);
        assert_sound(&view, &found);
        assert_no_edge_runs_through_a_box(&view, &found);
        prop_assert_eq!(&found, &layout(&view));
    }
}
