//! Pods that wait for a GPU which no node can be launched for: the type is sold out, the account's
//! quota is used up, or the pool is at its limit.
//!
//! Neither EKS nor EC2 has a metric for it. The scheduler says so in the control plane's logs each time
//! it tries: `Unable to schedule pod; no fit; waiting`, with the pod and what the nodes lack (Kubernetes
//! `pkg/scheduler/schedule_one.go`, 1.33, 2026-11; the text was not seen on a cluster of EKS).

use klo_intent::Decision;
use klo_plan::kubernetes::GPU;
use klo_plan::{Address, Block, Resource, Why};

use super::{Alarm, SHARED, add};
use crate::context::Lowering;
use crate::eks;

/// The namespace of the metric in CloudWatch.
const NAMESPACE: &str = "klo";
/// What the scheduler writes.
const MESSAGE: &str = "Unable to schedule pod";
/// Five minutes each: a node with a GPU is there within that time where there is one.
const PERIODS: i64 = 3;

/// Adds the alarm where units ask for GPUs.
pub(super) fn lower(lowering: &mut Lowering<'_>, topic: &Address) {
    if lowering.pools.is_empty() {
        return;
    }
    if !eks::is_created(lowering) {
        lowering.decide(Decision {
            code: "gpu-alarm",
            subject: "cluster".to_owned(),
            chosen: "no alarm for pods that wait for a GPU".to_owned(),
            because:
                "it is read from the control plane's logs, and whether an existing cluster has \
                      those is its owner's to say"
                    .to_owned(),
            instead_of: Vec::new(),
            standing_cost: false,
        });
        return;
    }
    let units: Vec<String> = lowering
        .pools
        .iter()
        .flat_map(|pool| pool.units.iter().cloned())
        .collect();
    let because =
        |purpose: &str| Why::shared(units.iter().cloned(), purpose).decided_by("gpu-pool");
    let namespace = eks::namespace(lowering);
    let metric = lowering.physical("pods-without-gpu", "", 255);
    let pattern = format!("\"{MESSAGE}\" \"{namespace}/\" \"{GPU}\"");
    let logs = Address::managed("aws_cloudwatch_log_group", "cluster");
    let transformation = Block::new()
        .with("name", &metric)
        .with("namespace", NAMESPACE)
        .with("value", "1")
        .with("unit", "Count");
    let body = Block::new()
        .with("name", &metric)
        .with("log_group_name", logs.attr("name"))
        .with("pattern", pattern)
        .block("metric_transformation", transformation);
    lowering.add(Resource::new(
        Address::managed("aws_cloudwatch_log_metric_filter", "gpu_pods"),
        SHARED,
        because("counts the times that a pod found no node with its GPUs"),
        body,
    ));
    let mut alarm = Alarm::count("waiting", NAMESPACE, metric).says(format!(
        "Pods of {} have waited for a node with their GPUs for {} minutes: the type may be sold out, \
         the account's quota used up, or the pool at its limit",
        units.join(", "),
        PERIODS * 5
    ));
    alarm.periods = PERIODS;
    let address = Address::managed("aws_cloudwatch_metric_alarm", "gpu_pods");
    let why = because("tells when a pool of GPUs cannot grow");
    add(lowering, address, SHARED, why, "gpu-pods", topic, alarm);
}

#[cfg(test)]
mod tests {
    use klo_intent::AttrValue;

    use crate::testing::{TestGraph, attr, has, phases};

    fn graph() -> TestGraph {
        let gpu = [
            ("type".to_owned(), AttrValue::from("l4")),
            ("count".to_owned(), AttrValue::Int(1)),
        ];
        TestGraph::dev()
            .deployment(|deployment| deployment.alarm_email = Some("ops@acme.dev".to_owned()))
            .intent_with("service.scorer", &[("gpu", AttrValue::Map(gpu.into()))])
    }

    #[test]
    fn pods_that_wait_for_a_gpu_are_told_of() {
        let graph = graph().build();
        let plan = phases(&graph).lowering.plan;
        assert_eq!(
            attr(
                &plan,
                "aws_cloudwatch_log_metric_filter.gpu_pods",
                "pattern"
            ),
            r#""\"Unable to schedule pod\" \"shop-dev/\" \"nvidia.com/gpu\"""#
        );
        let alarm = "aws_cloudwatch_metric_alarm.gpu_pods";
        assert_eq!(attr(&plan, alarm, "evaluation_periods"), "3");
        assert_eq!(
            attr(&plan, alarm, "metric_name"),
            attr(&plan, "aws_cloudwatch_log_metric_filter.gpu_pods", "name")
        );
    }

    #[test]
    fn without_gpus_there_is_nothing_to_tell() {
        let graph = TestGraph::dev()
            .deployment(|deployment| deployment.alarm_email = Some("ops@acme.dev".to_owned()))
            .intent_with("service.scorer", &[("run_on", "eks".into())])
            .build();
        let plan = phases(&graph).lowering.plan;
        assert!(!has(&plan, "aws_cloudwatch_log_metric_filter.gpu_pods"));
    }
}
