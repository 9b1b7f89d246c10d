//! Units at random: what holds for all of them.

use std::collections::{BTreeMap, BTreeSet};

use klo_plan::kubernetes::{
    Cluster, Direction, Flow, GPU, GpuShare, Kubernetes, Mesh, Nodes, Peer, Scaling, Secret, Text,
    Workload, WorkloadKind,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::sample::{eks, orders_api};
use super::{documents, written};

const NAMES: [&str; 4] = ["api", "mail", "report", "worker"];

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        any::<String>().prop_map(Text::Known),
        "[A-Z][A-Z0-9_]{0,6}".prop_map(Text::Output),
    ]
}

fn flow() -> impl Strategy<Value = Flow> {
    let direction = select(vec![Direction::In, Direction::Out]);
    let peer = prop_oneof![
        select(NAMES.to_vec()).prop_map(|name| Peer::Workload(name.to_owned())),
        "[A-Z]{1,4}_CIDR".prop_map(|name| Peer::Network(Text::Output(name))),
        Just(Peer::Internet),
    ];
    let port = select(vec![443, 5432, 8000]);
    (direction, peer, port).prop_map(|(direction, peer, port)| Flow {
        direction,
        peer,
        port,
    })
}

fn kind() -> impl Strategy<Value = WorkloadKind> {
    let scaling = prop_oneof![
        Just(Scaling::Fixed),
        Just(Scaling::Cpu(60)),
        vec(text(), 1..3).prop_map(|urls| Scaling::Queue {
            urls,
            per_pod: 5,
            region: "eu-west-1".to_owned(),
        }),
    ];
    prop_oneof![
        (0..3_u32, 0..4_u32, scaling).prop_map(|(least, more, scaling)| WorkloadKind::Service {
            replicas: (least, least + more),
            scaling,
            grace: 30,
        }),
        any::<bool>().prop_map(|before_deploy| WorkloadKind::Job {
            schedule: None,
            before_deploy,
            timeout: None,
            retries: 1,
            most: 1,
        }),
    ]
}

fn workload(name: &'static str) -> impl Strategy<Value = Workload> {
    let secret = (text(), proptest::option::of(text())).prop_map(|(name, version)| Secret {
        name,
        key: None,
        version,
    });
    (
        kind(),
        btree_map("[A-Z][A-Z_.]{0,5}", text(), 0..3),
        btree_map("s[A-Z_.é]{0,5}", secret, 0..3),
        vec(flow(), 0..5),
        (any::<bool>(), any::<bool>()),
    )
        .prop_map(move |(kind, env, secrets, flows, (gpu, spot))| {
            let service = matches!(kind, WorkloadKind::Service { .. });
            Workload {
                unit: format!("{}.{name}", if service { "service" } else { "job" }),
                name: name.to_owned(),
                server: orders_api().server.filter(|_| service),
                kind,
                env,
                secrets,
                flows,
                spot,
                gpu: gpu.then(|| GpuShare {
                    pool: "gpu-l4".to_owned(),
                    count: 1,
                    products: Vec::new(),
                }),
                ..orders_api()
            }
        })
}

fn kube() -> impl Strategy<Value = Kubernetes> {
    let nodes = select(vec![Nodes::Auto, Nodes::Managed]);
    let mesh = select(vec![Mesh::None, Mesh::Istio, Mesh::Linkerd]);
    let workloads: Vec<_> = NAMES.map(workload).into();
    (workloads, nodes, mesh).prop_map(|(workloads, nodes, mesh)| Kubernetes {
        workloads,
        ..eks(Cluster::Created, nodes, mesh)
    })
}

type Objects = BTreeMap<(String, String), Value>;

/// The objects of a kustomization, and the kustomization.
fn built(files: &BTreeMap<String, String>, folder: &str) -> Option<(Objects, Value)> {
    let text = files.get(&format!("{folder}/kustomization.yaml"))?;
    let (_, kustomization) = documents(text).pop_first()?;
    let mut objects = Objects::new();
    for resource in kustomization["resources"].as_array()? {
        let resource = resource.as_str()?;
        let path = match resource.strip_prefix("../") {
            Some(above) => format!("kubernetes/{above}"),
            None => format!("{folder}/{resource}"),
        };
        for (key, object) in documents(&files[&path]) {
            assert_eq!(objects.insert(key, object), None, "{path} has a second one");
        }
    }
    Some((objects, kustomization))
}

/// What kustomize finds at a path.
fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']')?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        rest = after.strip_prefix('.').unwrap_or(after);
        value = match (step.strip_prefix("name="), step.parse::<usize>()) {
            (Some(name), _) => value.as_array()?.iter().find(|one| one["name"] == name)?,
            (None, Ok(index)) if value.is_array() => value.get(index)?,
            _ => value.get(step)?,
        };
    }
    Some(value)
}

fn outputs<'a>(texts: impl IntoIterator<Item = &'a Text>) -> impl Iterator<Item = String> {
    texts.into_iter().filter_map(|text| match text {
        Text::Output(name) => Some(name.clone()),
        Text::Known(_) => None,
    })
}

/// The outputs that a unit is made of.
fn wanted(workload: &Workload) -> BTreeSet<String> {
    let mut texts: Vec<&Text> = vec![&workload.image];
    texts.extend(workload.env.values());
    for secret in workload.secrets.values() {
        texts.push(&secret.name);
        texts.extend(&secret.version);
    }
    for flow in &workload.flows {
        if let Peer::Network(range) = &flow.peer {
            texts.push(range);
        }
    }
    if let WorkloadKind::Service {
        scaling: Scaling::Queue { urls, .. },
        ..
    } = &workload.kind
    {
        texts.extend(urls);
    }
    texts.extend(
        workload
            .server
            .iter()
            .flat_map(|server| &server.target_groups),
    );
    outputs(texts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn outputs_flows_and_gpus(kube in kube()) {
        let files = written(kube.clone());
        let mut filled = BTreeSet::new();
        let mut all = Objects::new();
        for folder in ["kubernetes", "kubernetes/before-deploy"] {
            let Some((objects, kustomization)) = built(&files, folder) else {
                continue;
            };
            for replacement in kustomization["replacements"].as_array().unwrap_or(&vec![]) {
                let source = replacement["source"]["fieldPath"].as_str().unwrap_or_default();
                let name = source.trim_start_matches("data.");
                filled.insert(name.to_owned());
                for target in replacement["targets"].as_array().unwrap_or(&vec![]) {
                    let select = |of: &str| target["select"][of].as_str().unwrap_or_default().to_owned();
                    let object = &objects[&(select("kind"), select("name"))];
                    for path in target["fieldPaths"].as_array().unwrap_or(&vec![]) {
                        let path = path.as_str().unwrap_or_default();
                        let placed = at(object, path).and_then(Value::as_str).unwrap_or_default();
                        let part = match target["options"]["delimiter"].as_str() {
                            Some(by) => {
                                let index = target["options"]["index"].as_u64().unwrap_or(99) as usize;
                                placed.split(by).nth(index).unwrap_or_default()
                            }
                            None => placed,
                        };
                        prop_assert_eq!(part, format!("<{name}>"), "{}", path);
                    }
                }
            }
            all.extend(objects);
        }
        for workload in &kube.workloads {
            prop_assert!(wanted(workload).is_subset(&filled));
            let flows: BTreeSet<&Flow> = workload.flows.iter().collect();
            let of = |direction| flows.iter().filter(|flow| flow.direction == direction).count();
            let policy = &all[&("NetworkPolicy".to_owned(), workload.name.clone())]["spec"];
            let rules = |which: &str| policy[which].as_array().map_or(0, Vec::len);
            prop_assert_eq!(rules("ingress"), of(Direction::In));
            // Names and the identity's agent are asked by everyone.
            prop_assert_eq!(rules("egress"), of(Direction::Out) + 2);
        }
        for ((_, name), object) in &all {
            let templates = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];
            let pod = templates.iter().find_map(|path| object.pointer(path));
            let workload = kube.workloads.iter().find(|one| one.name == *name);
            if let (Some(pod), Some(workload)) = (pod.filter(|pod| pod["containers"].is_array()), workload) {
                let tolerated = pod["tolerations"][0]["key"] == GPU;
                prop_assert_eq!(tolerated, workload.gpu.is_some());
            }
        }
    }
}
