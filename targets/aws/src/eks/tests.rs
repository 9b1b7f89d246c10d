//! Clusters with everything on them, on every way of having one.

use klo_intent::{Access, AttrValue, Field, GPU_TYPES, IntentGraph, Network, Size};
use klo_plan::kubernetes::{Kubernetes, NodePool};
use proptest::prelude::*;

use super::nodes::ami_type;
use crate::testing::{
    TestGraph, attr, binding, dump, has, messages, phases, resource, url_binding, verify,
};

fn gpu(name: &str, count: i64) -> (&'static str, AttrValue) {
    let entries = [
        ("type".to_owned(), AttrValue::from(name)),
        ("count".to_owned(), AttrValue::Int(count)),
    ];
    ("gpu", AttrValue::Map(entries.into()))
}

const EKS: (&str, &str) = ("run_on", "eks");

fn on_eks() -> (&'static str, AttrValue) {
    (EKS.0, EKS.1.into())
}

fn memory(gibibytes: u64) -> (&'static str, AttrValue) {
    ("memory", AttrValue::Size(Size(gibibytes << 30)))
}

/// A model that an API calls, a worker, a job by the clock, with a database, a volume and a queue.
fn shop(graph: TestGraph) -> TestGraph {
    graph
        .intent_with("service.model", &[gpu("l4", 1), memory(8)])
        .intent_with("service.api", &[on_eks()])
        .intent_with("function.embed", &[gpu("a10g", 1), ("spot", true.into())])
        .intent_with(
            "job.nightly",
            &[on_eks(), ("schedule", "rate(6 hours)".into())],
        )
        .intent("database.orders")
        .intent("volume.weights")
        .intent("queue.texts")
        .edge("internet", "service.api", &[Access::Expose])
        .edge_with("service.api", "service.model", &[Access::Invoke], |edge| {
            edge.bindings.push(binding("MODEL_URL", Field::Url));
        })
        .edge_with(
            "service.api",
            "database.orders",
            &[Access::Connect],
            |edge| {
                let url = url_binding("DATABASE_URL", "postgresql", &[]);
                edge.bindings.push(url);
            },
        )
        .edge("job.nightly", "database.orders", &[Access::Connect])
        .edge("service.model", "volume.weights", &[Access::Read])
        .edge_with("service.api", "queue.texts", &[Access::Write], |edge| {
            edge.bindings.push(binding("TEXTS_URL", Field::Url));
        })
        .trigger("queue.texts", "function.embed", &[])
        .change("function.embed", |intent| {
            let code = intent.code.as_mut().expect("a unit");
            code.entry.call = klo_intent::EntryCall::Handler;
        })
}

fn printed(graph: &IntentGraph) -> String {
    let phases = phases(graph);
    let lowering = &phases.lowering;
    verify(lowering);
    let kinds = ["aws_eks", "aws_autoscaling", "data.aws_eks"];
    let text = dump(&lowering.plan);
    // Of everything else only what the cluster changes.
    let mut kept = String::new();
    let mut keep = false;
    for line in text.lines() {
        if !line.starts_with(' ') {
            keep = kinds.iter().any(|kind| line.starts_with(kind))
                || line.contains("(cluster:")
                || line.contains("cluster_to_")
                || line.contains("ingress_to_")
                || line.starts_with("output.kubernetes")
                || ["cluster", "general-nodes", "gpu-pool", "compute"]
                    .iter()
                    .any(|code| line.starts_with(&format!("decision {code}")));
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let kube = lowering.plan.kubernetes.as_ref();
    kept + &format!("{kube:#?}\n") + &messages(&lowering.diagnostics)
}

#[test]
fn auto_mode() {
    insta::assert_snapshot!(printed(&shop(TestGraph::dev()).build()));
}

#[test]
fn managed_nodes_in_production() {
    let graph = shop(TestGraph::prod()).deployment(|deployment| {
        deployment.kubernetes.nodes = "managed".to_owned();
        deployment.kubernetes.mesh = "linkerd".to_owned();
    });
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn an_existing_cluster() {
    let graph = shop(TestGraph::dev()).deployment(|deployment| {
        deployment.kubernetes.cluster = Some("platform".to_owned());
        deployment.network = Network::Existing {
            vpc: "vpc-0abc".to_owned(),
            private_subnets: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
            public_subnets: Vec::new(),
        };
    });
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn a_cluster_without_its_network_and_gpus_that_no_instance_has() {
    let graph = TestGraph::dev()
        .intent_with("service.a", &[gpu("t4", 8)])
        .intent_with("service.b", &[gpu("l4", 1), memory(1024)])
        .intent_with("service.c", &[gpu("b200", 8), memory(4096)])
        .intent_with("function.d", &[on_eks()])
        .intent_with("job.e", &[on_eks(), ("schedule", "rate(7 minutes)".into())])
        .edge("internet", "function.d", &[Access::Expose])
        .deployment(|deployment| {
            deployment.kubernetes.cluster = Some("platform".to_owned());
        })
        .build();
    insta::assert_snapshot!(messages(&phases(&graph).lowering.diagnostics));
}

#[test]
fn nothing_starts_a_job_of_the_cluster() {
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent_with("job.train", &[on_eks()])
        .edge("service.api", "job.train", &[Access::Invoke])
        .build();
    let told = messages(&phases(&graph).lowering.diagnostics);
    let expected = "Error KLO0670: `service.api` starts `job.train`, and only a schedule or a \
                    command starts a job on EKS";
    assert!(told.contains(expected), "{told}");
}

/// `gpu = "<type>:<count>"`, the instance, its GPUs and the machine image of a node group.
const ROWS: [(&str, i64, &str, u32, &str); 18] = [
    ("t4", 1, "g4dn.xlarge", 1, "AL2023_x86_64_NVIDIA"),
    ("t4", 4, "g4dn.12xlarge", 4, "AL2023_x86_64_NVIDIA"),
    ("t4g", 1, "g5g.xlarge", 1, "AL2023_ARM_64_NVIDIA"),
    ("t4g", 2, "g5g.16xlarge", 2, "AL2023_ARM_64_NVIDIA"),
    ("a10g", 1, "g5.xlarge", 1, "AL2023_x86_64_NVIDIA"),
    ("a10g", 4, "g5.12xlarge", 4, "AL2023_x86_64_NVIDIA"),
    ("a10g", 8, "g5.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("l4", 1, "g6.xlarge", 1, "AL2023_x86_64_NVIDIA"),
    ("l4", 2, "g6.12xlarge", 4, "AL2023_x86_64_NVIDIA"),
    ("l4", 8, "g6.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("l40s", 1, "g6e.xlarge", 1, "AL2023_x86_64_NVIDIA"),
    ("l40s", 4, "g6e.12xlarge", 4, "AL2023_x86_64_NVIDIA"),
    ("l40s", 8, "g6e.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("a100-40", 8, "p4d.24xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("a100-80", 8, "p4de.24xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("h100", 8, "p5.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("h200", 8, "p5e.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
    ("b200", 8, "p6-b200.48xlarge", 8, "AL2023_x86_64_NVIDIA"),
];

#[test]
fn every_gpu_becomes_a_node_pool_or_a_tainted_node_group() {
    for (name, count, instance, gpus, ami) in ROWS {
        let graph = |nodes: &str| {
            let nodes = nodes.to_owned();
            TestGraph::dev()
                .intent_with("job.train", &[gpu(name, count)])
                .deployment(|deployment| deployment.kubernetes.nodes = nodes)
                .build()
        };
        let auto = graph("auto");
        let auto = phases(&auto).lowering.plan;
        let pools = &auto.kubernetes.as_ref().expect("a cluster").pools;
        let [pool] = pools.as_slice() else {
            panic!("one pool for {name}:{count}");
        };
        assert_eq!(pool.instances[0], instance);
        assert_eq!((pool.gpus_per_node, pool.most_nodes), (gpus, 1));
        assert!(!has(&auto, &format!("aws_eks_node_group.gpu_{name}")));

        let managed = graph("managed");
        let managed = phases(&managed).lowering;
        verify(&managed);
        let group = format!("aws_eks_node_group.gpu_{}", klo_plan::symbol(name));
        assert_eq!(attr(&managed.plan, &group, "ami_type"), format!("{ami:?}"));
        let types = attr(&managed.plan, &group, "instance_types");
        assert!(types.contains(&format!("{instance:?}")), "{types}");
        assert_eq!(
            attr(&managed.plan, &group, "taint"),
            "blocks({key: \"nvidia.com/gpu\", value: \"true\", effect: \"NO_SCHEDULE\"})"
        );
        let tag = format!(
            "aws_autoscaling_group_tag.gpu_{}_gpus",
            klo_plan::symbol(name)
        );
        let tag = attr(&managed.plan, &tag, "tag");
        assert!(tag.contains(&format!("value: \"{gpus}\"")), "{tag}");
    }
}

#[test]
fn machine_images_follow_architecture_and_gpu() {
    assert_eq!(ami_type("amd64", false), "AL2023_x86_64_STANDARD");
    assert_eq!(ami_type("arm64", false), "AL2023_ARM_64_STANDARD");
}

#[test]
fn pods_of_one_cluster_are_one_rule_at_a_store() {
    let graph = shop(TestGraph::dev()).build();
    let plan = phases(&graph).lowering.plan;
    let rule = "aws_vpc_security_group_ingress_rule.cluster_to_database_orders";
    let why = &resource(&plan, rule).why.intents;
    assert!(why.contains("service.api") && why.contains("job.nightly"));
    assert!(!has(&plan, "aws_security_group.service_api"));
}

type Asked = (Option<(&'static str, i64)>, bool, bool);

/// Units by index: a GPU with its count or none, spot, and what kind of unit.
fn units() -> impl Strategy<Value = Vec<Asked>> {
    let gpu = prop::option::of((prop::sample::select(GPU_TYPES), 1_i64..=8));
    prop::collection::vec((gpu, any::<bool>(), any::<bool>()), 1..7)
}

fn gpus_within(kube: &Kubernetes, pool: &NodePool) -> bool {
    let asked: u64 = kube
        .workloads
        .iter()
        .filter_map(|workload| {
            let share = workload.gpu.as_ref().filter(|gpu| gpu.pool == pool.name)?;
            let most = match &workload.kind {
                klo_plan::kubernetes::WorkloadKind::Service { replicas, .. } => replicas.1 + 1,
                klo_plan::kubernetes::WorkloadKind::Job { most, .. } => *most,
            };
            Some(u64::from(share.count) * u64::from(most))
        })
        .sum();
    asked > 0 && asked <= u64::from(pool.gpus_per_node) * u64::from(pool.most_nodes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pools_serve_units_with_gpus_and_no_others(units in units(), managed in any::<bool>()) {
        let mut graph = TestGraph::dev();
        for (index, (asked, spot, is_job)) in units.iter().enumerate() {
            let kind = if *is_job { "job" } else { "service" };
            let mut settings = vec![on_eks(), ("spot", (*spot).into())];
            settings.extend(asked.map(|(name, count)| gpu(name, count)));
            graph = graph.intent_with(&format!("{kind}.u{index}"), &settings);
        }
        let nodes = if managed { "managed" } else { "auto" };
        let graph = graph
            .deployment(|deployment| deployment.kubernetes.nodes = nodes.to_owned())
            .build();
        let phases = phases(&graph);
        let refused: Vec<&str> = phases
            .lowering
            .diagnostics
            .iter()
            .filter_map(|diagnostic| diagnostic.subject.as_deref())
            .collect();
        let kube = phases.lowering.plan.kubernetes.as_ref().expect("a cluster");
        for workload in &kube.workloads {
            let unit = graph.intents.iter().find(|unit| unit.id() == workload.unit);
            let asks = unit.is_some_and(|unit| !unit.value("gpu").is_null());
            let fits = !refused.contains(&workload.unit.as_str());
            prop_assert_eq!(workload.gpu.is_some(), asks && fits);
        }
        for pool in &kube.pools {
            prop_assert!(gpus_within(kube, pool), "{pool:?}");
            let group = format!("aws_eks_node_group.{}", klo_plan::symbol(&pool.name));
            prop_assert_eq!(has(&phases.lowering.plan, &group), managed);
        }
    }
}
