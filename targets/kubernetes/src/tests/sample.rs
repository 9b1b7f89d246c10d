//! An app with one of everything that runs on Kubernetes.

use std::collections::BTreeMap;

use klo_intent::{Deployment, Intent, IntentGraph, Kind, Place, Tier};
use klo_plan::kubernetes::{
    Cluster, Composed, Direction, Entrance, Flow, GpuShare, Kubernetes, Mesh, NodePool, Nodes,
    Peer, Piece, Scaling, Secret, SecretStore, Server, Text, Told, ToldBy, Volume, VolumeSource,
    Workload, WorkloadKind,
};
use klo_plan::{Plan, Why};
use klo_source::{FileId, TextRange};

/// Text that is known.
pub(super) fn known(text: &str) -> Text {
    Text::Known(text.to_owned())
}

/// Text that Terraform tells.
pub(super) fn output(name: &str) -> Text {
    Text::Output(name.to_owned())
}

/// A plan of what runs on Kubernetes.
pub(super) fn plan(kube: Kubernetes) -> Plan {
    let units = [
        (Kind::Service, "orders-api", "orders/main.py", "app"),
        (Kind::Service, "mailer", "mail/worker.py", "main"),
        (Kind::Service, "inference", "inference/main.py", "app"),
        (Kind::Job, "nightly-report", "report/job.py", "run"),
        (Kind::Job, "migrate", "orders/migrate.py", "main"),
        (Kind::Job, "backfill", "report/backfill.py", "run"),
        (Kind::Volume, "models", "inference/main.py", "MODELS"),
    ];
    let intents = units.map(|(kind, name, file, item)| {
        Intent::new(
            kind,
            name.to_owned(),
            TextRange::new(0, 0).in_file(FileId(0)),
            Place::new(file, item),
        )
    });
    let mut plan = Plan::new(IntentGraph {
        app: "shop".to_owned(),
        deployment: Some(Deployment {
            region: "eu-west-1".to_owned(),
            ..Deployment::new("shop", "prod", Tier::Prod)
        }),
        intents: intents.into(),
        edges: Vec::new(),
    });
    plan.kubernetes = Some(kube);
    plan
}

/// Everything, on a cluster of EKS.
pub(super) fn eks(cluster: Cluster, nodes: Nodes, mesh: Mesh) -> Kubernetes {
    Kubernetes {
        namespace: "shop-prod".to_owned(),
        cluster,
        cluster_name: Some("shop-prod".to_owned()),
        store: Some(SecretStore {
            role: Some(output("SECRET_STORE_ROLE")),
        }),
        nodes,
        mesh,
        workloads: vec![
            backfill(),
            migrate(),
            nightly_report(),
            inference(),
            mailer(),
            orders_api(),
        ],
        pools: vec![NodePool {
            name: "gpu-l4".to_owned(),
            gpu: "l4".to_owned(),
            instances: vec!["g6.xlarge".to_owned(), "g6.2xlarge".to_owned()],
            gpus_per_node: 1,
            most_nodes: 4,
            limit: (32, 131_072),
            spot: true,
            architecture: "amd64",
            why: Why::intent("service.inference", "nodes"),
        }],
        told: Vec::new(),
    }
}

/// Units on a cluster that klo knows nothing of.
pub(super) fn plain() -> Kubernetes {
    let mut api = orders_api();
    api.env = BTreeMap::from([("GREETING".to_owned(), output("CONFIG_GREETING"))]);
    api.secrets = BTreeMap::from([(
        "STRIPE_KEY".to_owned(),
        Secret {
            name: known("shop/stripe"),
            key: Some("key".to_owned()),
            version: None,
        },
    )]);
    let text = |text: &str| Piece::Text(text.to_owned());
    let url = Composed {
        name: known("shop/orders"),
        parts: vec![
            text("postgresql://"),
            Piece::Encoded("username"),
            text(":"),
            Piece::Encoded("password"),
            text("@10.1.2.3:5432/{{orders}}?sslmode=require"),
        ],
    };
    api.composed = BTreeMap::from([("DATABASE_URL".to_owned(), url)]);
    if let Some(server) = &mut api.server {
        server.target_groups.clear();
        server.entrances.push(Entrance {
            host: "orders.example.com".to_owned(),
            path: "/api".to_owned(),
        });
    }
    api.flows = vec![
        flow(
            Direction::In,
            Peer::Workload("nightly-report".to_owned()),
            8000,
        ),
        flow(Direction::In, Peer::Cluster, 8000),
        flow(Direction::Out, Peer::Anywhere, 5432),
        flow(Direction::Out, Peer::Namespace("data".to_owned()), 6379),
    ];
    let mut report = nightly_report();
    report.gpu = Some(GpuShare {
        pool: "t4".to_owned(),
        count: 1,
        products: vec!["Tesla-T4"],
    });
    report.flows = vec![flow(
        Direction::Out,
        Peer::Workload("orders-api".to_owned()),
        8000,
    )];
    let image = |line: &str, target: &str| Told {
        name: line.to_owned(),
        by: ToldBy::Image {
            target: target.to_owned(),
            repository: format!("shop-prod-{target}"),
        },
    };
    let greeting = Told {
        name: "CONFIG_GREETING".to_owned(),
        by: ToldBy::Person("the value of config.greeting".to_owned()),
    };
    Kubernetes {
        cluster_name: None,
        store: None,
        workloads: vec![report, api],
        pools: Vec::new(),
        told: vec![
            greeting,
            image("NIGHTLY_REPORT_IMAGE", "job-nightly-report"),
            image("ORDERS_API_IMAGE", "service-orders-api"),
        ],
        ..eks(Cluster::Plain, Nodes::Managed, Mesh::None)
    }
}

/// A flow.
pub(super) fn flow(direction: Direction, peer: Peer, port: u16) -> Flow {
    Flow {
        direction,
        peer,
        port,
    }
}

fn unit(unit: &str, kind: WorkloadKind) -> Workload {
    let (_, name) = unit.split_once('.').expect("an id");
    let image = format!("{}_IMAGE", name.replace('-', "_").to_uppercase());
    Workload {
        unit: unit.to_owned(),
        name: name.to_owned(),
        kind,
        image: output(&image),
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        composed: BTreeMap::new(),
        cpu: 500,
        memory: 1024,
        gpu: None,
        spot: false,
        architecture: "amd64",
        server: None,
        volumes: Vec::new(),
        role: None,
        flows: Vec::new(),
        why: Why::intent(unit, "pods"),
    }
}

fn job(schedule: Option<&str>, before_deploy: bool) -> WorkloadKind {
    WorkloadKind::Job {
        schedule: schedule.map(str::to_owned),
        before_deploy,
        timeout: Some(3600),
        retries: 2,
        most: 1,
    }
}

/// The URL of the database, in a version that rotation changes.
fn database() -> Secret {
    Secret {
        name: output("ORDERS_URL_SECRET"),
        key: Some("orders-api".to_owned()),
        version: Some(output("ORDERS_URL_VERSION")),
    }
}

/// A server with everything that one can have.
pub(super) fn orders_api() -> Workload {
    let kind = WorkloadKind::Service {
        replicas: (2, 6),
        scaling: Scaling::Cpu(60),
        grace: 30,
    };
    Workload {
        env: BTreeMap::from([
            (
                "LOG_FORMAT".to_owned(),
                known("$(level) costs $$5: \"yes\""),
            ),
            ("RECEIPTS_BUCKET".to_owned(), output("RECEIPTS_BUCKET")),
            ("receipts.bucket]".to_owned(), output("RECEIPTS_BUCKET")),
            ("MODEL_URL".to_owned(), known("http://inference:8080")),
        ]),
        secrets: BTreeMap::from([
            ("DATABASE_URL".to_owned(), database()),
            (
                "STRIPE_KEY".to_owned(),
                Secret {
                    name: output("STRIPE_KEY_SECRET"),
                    key: None,
                    version: None,
                },
            ),
        ]),
        server: Some(Server {
            port: 8000,
            health: Some("/healthz".to_owned()),
            start: 60,
            target_groups: vec![output("ORDERS_API_TARGET_GROUP")],
            entrances: Vec::new(),
        }),
        flows: vec![
            flow(Direction::In, Peer::Network(output("VPC_CIDR")), 8000),
            flow(Direction::Out, Peer::Workload("inference".to_owned()), 8080),
            flow(Direction::Out, Peer::Network(output("VPC_CIDR")), 5432),
            flow(Direction::Out, Peer::Internet, 443),
        ],
        ..unit("service.orders-api", kind)
    }
}

fn mailer() -> Workload {
    let kind = WorkloadKind::Service {
        replicas: (0, 10),
        scaling: Scaling::Queue {
            urls: vec![output("MAILS_QUEUE_URL")],
            per_pod: 20,
            region: "eu-west-1".to_owned(),
        },
        grace: 60,
    };
    Workload {
        architecture: "arm64",
        spot: true,
        env: BTreeMap::from([("MAILS_QUEUE".to_owned(), output("MAILS_QUEUE_URL"))]),
        flows: vec![flow(Direction::Out, Peer::Internet, 443)],
        ..unit("service.mailer", kind)
    }
}

fn inference() -> Workload {
    let kind = WorkloadKind::Service {
        replicas: (0, 3),
        scaling: Scaling::Fixed,
        grace: 30,
    };
    Workload {
        cpu: 3000,
        memory: 12_288,
        gpu: Some(GpuShare {
            pool: "gpu-l4".to_owned(),
            count: 1,
            products: Vec::new(),
        }),
        spot: true,
        server: Some(Server {
            port: 8080,
            health: None,
            start: 902,
            target_groups: Vec::new(),
            entrances: Vec::new(),
        }),
        volumes: vec![Volume {
            intent: "volume.models".to_owned(),
            name: "models".to_owned(),
            path: "/models".to_owned(),
            read_only: true,
            source: VolumeSource::Efs {
                file_system: output("MODELS_FILE_SYSTEM"),
                access_point: output("MODELS_ACCESS_POINT"),
            },
        }],
        role: Some(output("INFERENCE_ROLE")),
        flows: vec![flow(
            Direction::In,
            Peer::Workload("orders-api".to_owned()),
            8080,
        )],
        ..unit("service.inference", kind)
    }
}

fn nightly_report() -> Workload {
    unit("job.nightly-report", job(Some("15 2 * * *"), false))
}

fn migrate() -> Workload {
    Workload {
        secrets: BTreeMap::from([("DATABASE_URL".to_owned(), database())]),
        flows: vec![flow(
            Direction::Out,
            Peer::Network(output("VPC_CIDR")),
            5432,
        )],
        ..unit("job.migrate", job(None, true))
    }
}

fn backfill() -> Workload {
    unit("job.backfill", job(None, false))
}
