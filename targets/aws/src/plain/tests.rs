//! What an app on any cluster becomes, and what is refused.

use std::collections::BTreeMap;

use klo_intent::{Access, AttrValue, EntryCall, Field};
use klo_plan::kubernetes::{Direction, Kubernetes, Peer, Piece, Text, ToldBy, VolumeSource};

use crate::Lowered;
use crate::testing::TestGraph;

fn graph() -> TestGraph {
    TestGraph::dev().deployment(|deployment| "kubernetes".clone_into(&mut deployment.platform))
}

fn existing(entries: &[(&str, &str)]) -> AttrValue {
    let entries = entries.iter();
    let entries: BTreeMap<_, _> = entries
        .map(|&(key, value)| (key.to_owned(), AttrValue::from(value)))
        .collect();
    AttrValue::Map(entries.into_iter().collect())
}

fn lowered(graph: TestGraph) -> Lowered {
    crate::lower_all(&graph.build())
}

fn kube(lowered: &Lowered) -> &Kubernetes {
    assert_eq!(said(lowered), Vec::<String>::new());
    assert_eq!(lowered.plan.resources.len(), 0, "nothing of AWS is made");
    assert_eq!(
        (lowered.plan.outputs.len(), lowered.plan.variables.len()),
        (0, 0)
    );
    lowered.plan.kubernetes.as_ref().expect("pods")
}

fn said(lowered: &Lowered) -> Vec<String> {
    let found = lowered.diagnostics.iter();
    found
        .map(|one| format!("{}: {}", one.code.id(), one.message))
        .collect()
}

#[test]
fn a_password_is_in_no_url_that_klo_writes() {
    let lowered = lowered(
        graph()
            .intent("service.api")
            .intent_with(
                "database.notes",
                &[
                    ("engine", "postgres".into()),
                    (
                        "existing",
                        existing(&[
                            ("endpoint", "pg.data.svc:6432/notes"),
                            ("secret", "data/notes"),
                        ]),
                    ),
                ],
            )
            .edge_with(
                "service.api",
                "database.notes",
                &[Access::Connect],
                |edge| {
                    edge.extra.insert("DATABASE_URL".to_owned(), Field::Url);
                    edge.extra.insert("PGPASSWORD".to_owned(), Field::Password);
                },
            ),
    );
    let kube = kube(&lowered);
    let api = &kube.workloads[0];
    let url = &api.composed["DATABASE_URL"];
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(url.name, Text::Known("data/notes".to_owned()));
    assert_eq!(
        url.parts,
        [
            text("postgresql://"),
            Piece::Encoded("username"),
            text(":"),
            Piece::Encoded("password"),
            text("@pg.data.svc:6432/notes?sslmode=prefer"),
        ]
    );
    assert_eq!(api.secrets["PGPASSWORD"].key.as_deref(), Some("password"));
    let out: Vec<_> = api
        .flows
        .iter()
        .filter(|flow| flow.direction == Direction::Out)
        .map(|flow| (flow.peer.clone(), flow.port))
        .collect();
    assert_eq!(out, [(Peer::Namespace("data".to_owned()), 6432)]);
}

#[test]
fn what_calls_aws_has_an_access_key_by_reference() {
    let lowered = lowered(
        graph()
            .intent("service.api")
            .intent("service.idle")
            .intent_with(
                "bucket.files",
                &[("existing", existing(&[("id", "acme-files")]))],
            )
            .edge("service.api", "bucket.files", &[Access::Read]),
    );
    let kube = kube(&lowered);
    let [api, idle] = kube.workloads.as_slice() else {
        panic!("two units");
    };
    let entry = Text::Known("shop-dev-api-aws".to_owned());
    assert_eq!(api.secrets["AWS_ACCESS_KEY_ID"].name, entry);
    assert_eq!(
        api.secrets["AWS_SECRET_ACCESS_KEY"].key.as_deref(),
        Some("secret_access_key")
    );
    assert!(api.env.contains_key("AWS_REGION"));
    assert!(idle.secrets.is_empty() && !idle.env.contains_key("AWS_REGION"));
}

#[test]
fn images_settings_claims_and_gpus() {
    let gpu = AttrValue::Map(
        [
            ("type".to_owned(), AttrValue::from("a100-80")),
            ("count".to_owned(), AttrValue::Int(2)),
        ]
        .into(),
    );
    let lowered = lowered(
        graph()
            .intent_with("service.api", &[("gpu", gpu)])
            .intent_with(
                "volume.models",
                &[
                    ("path", "/models".into()),
                    ("existing", existing(&[("id", "weights")])),
                ],
            )
            .intent("config.greeting")
            .edge("service.api", "volume.models", &[Access::Read])
            .edge_with("service.api", "config.greeting", &[Access::Read], |edge| {
                edge.extra.insert("GREETING".to_owned(), Field::Value);
            }),
    );
    let kube = kube(&lowered);
    let api = &kube.workloads[0];
    assert_eq!(
        api.volumes[0].source,
        VolumeSource::Claim("weights".to_owned())
    );
    let share = api.gpu.as_ref().expect("a GPU");
    assert_eq!(share.count, 2);
    assert!(share.products.contains(&"NVIDIA-A100-SXM4-80GB"));
    assert_eq!(kube.pools.len(), 0);
    assert_eq!(
        api.env["GREETING"],
        Text::Output("CONFIG_GREETING".to_owned())
    );
    let told: Vec<_> = kube
        .told
        .iter()
        .map(|told| (told.name.as_str(), &told.by))
        .collect();
    let image = ToldBy::Image {
        target: "service-api".to_owned(),
        repository: "shop-dev-api".to_owned(),
    };
    assert_eq!(api.image, Text::Output("SERVICE_API_IMAGE".to_owned()));
    assert_eq!(told[1], ("SERVICE_API_IMAGE", &image));
    assert_eq!(told[0].0, "CONFIG_GREETING");
}

#[test]
fn what_aws_alone_has_is_refused() {
    let lowered = lowered(
        graph()
            .deployment(|deployment| deployment.alarm_email = Some("ops@acme.dev".to_owned()))
            .intent("service.api")
            .intent("service.front")
            .intent("function.worker")
            .change("function.worker", |worker| {
                let code = worker.code.as_mut().expect("code");
                code.entry.call = EntryCall::Handler;
            })
            .intent("site.web")
            .intent_with(
                "topic.news",
                &[(
                    "existing",
                    existing(&[("arn", "arn:aws:sns:eu-west-1:123456789012:news")]),
                )],
            )
            .edge_with("internet", "service.api", &[Access::Expose], |edge| {
                edge.options.insert("waf", AttrValue::Bool(true));
            })
            .edge_with("internal", "service.front", &[Access::Expose], |edge| {
                edge.options.insert("domain", "front.acme.dev".into());
            })
            .edge("topic.news", "function.worker", &[Access::Trigger])
            .edge("service.api", "shop:topic.orders", &[Access::Publish]),
    );
    insta::assert_snapshot!(said(&lowered).join("\n"));
}

#[test]
fn what_existing_leaves_out_is_asked_for() {
    let lowered = lowered(
        graph()
            .intent("service.api")
            .intent_with(
                "database.notes",
                &[
                    ("engine", "postgres".into()),
                    ("existing", existing(&[("id", "notes")])),
                ],
            )
            .intent_with(
                "database.orders",
                &[
                    ("engine", "postgres".into()),
                    ("existing", existing(&[("endpoint", "pg:5432/orders")])),
                ],
            )
            .edge_with(
                "service.api",
                "database.orders",
                &[Access::Connect],
                |edge| {
                    edge.extra.insert("DATABASE_URL".to_owned(), Field::Url);
                },
            ),
    );
    insta::assert_snapshot!(said(&lowered).join("\n"));
}
