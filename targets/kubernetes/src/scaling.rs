//! More pods where there is more to do: by CPU with what Kubernetes has, by waiting messages with
//! KEDA, never with both.

use std::collections::BTreeMap;

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec,
    MetricTarget, ResourceMetricSource,
};
use klo_plan::kubernetes::{KEY_ID_VARIABLE, KEY_VARIABLE, Scaling, Workload, WorkloadKind};

use crate::custom::{
    Named, PodIdentity, ScaleTrigger, ScaledObjectSpec, SecretParameter, Spec,
    TriggerAuthenticationSpec,
};
use crate::document::Object;
use crate::scope::Scope;
use crate::secrets::bundles;
use crate::text::text;

/// The number of pods of a service that nothing scales.
pub(crate) fn fixed(workload: &Workload) -> Option<u32> {
    match &workload.kind {
        WorkloadKind::Service {
            replicas: (least, _),
            scaling,
            ..
        } => match scaling {
            Scaling::Queue { .. } => None,
            Scaling::Cpu(_) if workload.scales_by_cpu() => None,
            Scaling::Cpu(_) | Scaling::Fixed => Some(*least.max(&1)),
        },
        WorkloadKind::Job { .. } => None,
    }
}

/// What scales a service.
pub(crate) fn objects(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let WorkloadKind::Service {
        replicas, scaling, ..
    } = &workload.kind
    else {
        return Vec::new();
    };
    match scaling {
        Scaling::Cpu(percent) if workload.scales_by_cpu() => {
            vec![by_cpu(scope, workload, *replicas, *percent)]
        }
        Scaling::Fixed | Scaling::Cpu(_) => Vec::new(),
        Scaling::Queue {
            urls,
            per_pod,
            region,
        } => {
            let triggers = urls.iter().map(|url| ScaleTrigger {
                kind: "aws-sqs-queue",
                metadata: BTreeMap::from([
                    ("queueURL", text(url)),
                    ("queueLength", per_pod.to_string()),
                    ("awsRegion", region.clone()),
                ]),
                authentication_ref: Named {
                    name: workload.name.clone(),
                },
            });
            let authentication = asking(scope, workload);
            let scaled = ScaledObjectSpec {
                scale_target_ref: Named {
                    name: workload.name.clone(),
                },
                min_replica_count: replicas.0,
                max_replica_count: replicas.1.max(1),
                triggers: triggers.collect(),
            };
            vec![
                Object::new(&authentication.object(scope.of(workload, &workload.name))),
                Object::new(&scaled.object(scope.of(workload, &workload.name))),
            ]
        }
    }
}

/// As whom KEDA asks: in EKS as itself, elsewhere with the credentials that the unit has.
fn asking(scope: &Scope<'_>, workload: &Workload) -> TriggerAuthenticationSpec {
    if scope.is_eks() {
        return TriggerAuthenticationSpec {
            pod_identity: Some(PodIdentity { provider: "aws" }),
            secret_target_ref: Vec::new(),
        };
    }
    let parameters = [
        (KEY_ID_VARIABLE, "awsAccessKeyID"),
        (KEY_VARIABLE, "awsSecretAccessKey"),
    ];
    let mut given = Vec::new();
    for bundle in bundles(workload) {
        for (variable, key) in bundle.variables() {
            let found = parameters.iter().find(|(name, _)| name == variable);
            given.extend(found.map(|(_, parameter)| SecretParameter {
                parameter,
                name: bundle.secret(),
                key,
            }));
        }
    }
    TriggerAuthenticationSpec {
        pod_identity: None,
        secret_target_ref: given,
    }
}

fn by_cpu(scope: &Scope<'_>, workload: &Workload, replicas: (u32, u32), percent: u32) -> Object {
    let number = |count: u32| i32::try_from(count.max(1)).unwrap_or(i32::MAX);
    Object::new(&HorizontalPodAutoscaler {
        metadata: scope.of(workload, &workload.name),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: workload.name.clone(),
            },
            min_replicas: Some(number(replicas.0)),
            max_replicas: number(replicas.1),
            metrics: Some(vec![MetricSpec {
                type_: "Resource".to_owned(),
                resource: Some(ResourceMetricSource {
                    name: "cpu".to_owned(),
                    target: MetricTarget {
                        type_: "Utilization".to_owned(),
                        average_utilization: Some(number(percent)),
                        ..MetricTarget::default()
                    },
                }),
                ..MetricSpec::default()
            }]),
            ..HorizontalPodAutoscalerSpec::default()
        }),
        status: None,
    })
}
