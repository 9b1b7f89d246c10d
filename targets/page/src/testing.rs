//! Views to try the layout on.

use klo_intent::{Access, Kind};

use crate::model::{Edge, Node, NodeKind, Place, View};

/// A node of a kind in a file.
pub(crate) fn node(kind: NodeKind, name: &str, file: &str) -> Node {
    let stated = matches!(kind, NodeKind::Intent(_));
    let id = format!("{}.{name}", kind.name());
    let mut node = Node::new(id, kind, name, kind.name().to_owned());
    node.place = stated.then(|| Place {
        file: file.to_owned(),
        at: format!("{file}:1:1"),
        item: name.to_owned(),
    });
    node
}

/// An edge with one access.
pub(crate) fn edge(from: usize, to: usize, access: Access) -> Edge {
    Edge {
        from,
        to,
        access: vec![access],
        methods: Vec::new(),
        places: Vec::new(),
        variables: Vec::new(),
    }
}

/// Areas of five units each in folders of their own, chained by topics, all behind one way in.
pub(crate) fn areas(count: usize) -> View {
    let mut view = View {
        app: "market".to_owned(),
        environment: "dev".to_owned(),
        ..View::default()
    };
    view.nodes.push(node(NodeKind::Internet, "internet", ""));
    for area in 0..count {
        let file = format!("src/area{area:02}/main.py");
        let first = view.nodes.len();
        let made = [
            (NodeKind::Intent(Kind::Service), "api"),
            (NodeKind::Intent(Kind::Queue), "tasks"),
            (NodeKind::Intent(Kind::Function), "worker"),
            (NodeKind::Intent(Kind::Database), "records"),
            (NodeKind::Intent(Kind::Topic), "events"),
            (NodeKind::Intent(Kind::Function), "follower"),
            (NodeKind::Intent(Kind::Job), "report"),
            (NodeKind::Schedule, "report"),
            (NodeKind::Intent(Kind::Function), "audit"),
            (NodeKind::Intent(Kind::Service), "admin"),
        ];
        for (kind, name) in made {
            view.nodes
                .push(node(kind, &format!("area{area:02}-{name}"), &file));
        }
        let at = |offset: usize| first + offset;
        view.edges.extend([
            edge(0, at(0), Access::Expose),
            edge(at(0), at(1), Access::Publish),
            edge(at(1), at(2), Access::Trigger),
            edge(at(2), at(3), Access::Connect),
            edge(at(0), at(3), Access::Connect),
            edge(at(0), at(4), Access::Publish),
            edge(at(5), at(3), Access::Write),
            edge(at(7), at(6), Access::Trigger),
            edge(at(6), at(3), Access::Read),
            edge(at(3), at(8), Access::Trigger),
            edge(at(8), at(4), Access::Publish),
            edge(at(9), at(0), Access::Invoke),
        ]);
        if area > 0 {
            view.edges.push(edge(first - 6, at(5), Access::Trigger));
        }
    }
    view
}
