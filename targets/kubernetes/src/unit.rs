//! The objects of one unit, in the order in which they need each other.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment,
};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::{Service, ServiceAccount, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, IngressTLS, ServiceBackendPort,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use klo_plan::kubernetes::{Nodes, Server, Workload, WorkloadKind};

use crate::custom::{AutoBinding, Binding, ManagedBinding, ServiceRef, Spec};
use crate::document::Object;
use crate::scope::{NAME, Scope, owned, selector};
use crate::text::{literal, text};
use crate::{mesh, network, pod, probe, scaling, secrets};

/// Everything of a unit; what a mesh needs of it stands last.
pub(crate) fn objects(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let mut objects = vec![Object::new(&account(scope, workload))];
    objects.push(Object::new(&network::policy(scope, workload)));
    objects.extend(secrets::external(scope, workload));
    match &workload.kind {
        WorkloadKind::Service { .. } => objects.extend(service(scope, workload)),
        WorkloadKind::Job { .. } => objects.push(job(scope, workload)),
    }
    objects.extend(mesh::objects(scope, workload));
    objects
}

fn account(scope: &Scope<'_>, workload: &Workload) -> ServiceAccount {
    let mut metadata = scope.of(workload, &workload.name);
    metadata.annotations = workload
        .role
        .as_ref()
        .map(|role| BTreeMap::from([("eks.amazonaws.com/role-arn".to_owned(), text(role))]));
    ServiceAccount {
        metadata,
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}

fn service(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let mut objects = vec![Object::new(&deployment(scope, workload))];
    if let Some(server) = &workload.server {
        objects.push(Object::new(&entrance(scope, workload, server)));
        objects.extend(bindings(scope, workload, server));
        objects.extend(ingress(scope, workload, server));
    }
    objects.extend(scaling::objects(scope, workload));
    objects.push(Object::new(&PodDisruptionBudget {
        metadata: scope.of(workload, &workload.name),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(selector(&workload.name)),
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    }));
    objects
}

/// Never fewer pods than before while they are replaced. What scales it sets the number of pods, so
/// that applying it again leaves that alone.
fn deployment(scope: &Scope<'_>, workload: &Workload) -> Deployment {
    let start = workload.server.as_ref().map_or(0, |server| server.start);
    Deployment {
        metadata: scope.of(workload, &workload.name),
        spec: Some(DeploymentSpec {
            replicas: scaling::fixed(workload).and_then(|count| i32::try_from(count).ok()),
            progress_deadline_seconds: i32::try_from(start.saturating_add(600)).ok(),
            selector: selector(&workload.name),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: pod::template(scope, workload),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn entrance(scope: &Scope<'_>, workload: &Workload, server: &Server) -> Service {
    Service {
        metadata: scope.of(workload, &workload.name),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(owned([(NAME, &workload.name)])),
            ports: Some(vec![ServicePort {
                name: Some(probe::PORT.to_owned()),
                port: i32::from(server.port),
                target_port: Some(IntOrString::String(probe::PORT.to_owned())),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

/// What puts a unit's pods behind the load balancers that Terraform makes.
fn bindings(scope: &Scope<'_>, workload: &Workload, server: &Server) -> Vec<Object> {
    let groups = server.target_groups.iter().enumerate();
    groups
        .map(|(index, group)| {
            let metadata = scope.of(
                workload,
                match index {
                    0 => workload.name.clone(),
                    _ => format!("{}.{}", workload.name, index + 1),
                },
            );
            let binding = Binding {
                service_ref: ServiceRef {
                    name: workload.name.clone(),
                    port: server.port,
                },
                target_group_arn: text(group),
                target_type: "ip",
            };
            match scope.kube.nodes {
                Nodes::Auto => Object::new(&AutoBinding(binding).object(metadata)),
                Nodes::Managed => Object::new(&ManagedBinding(binding).object(metadata)),
            }
        })
        .collect()
}

/// Ways in through the cluster's default ingress controller, with the certificate in the Secret
/// `<unit>-tls`.
fn ingress(scope: &Scope<'_>, workload: &Workload, server: &Server) -> Option<Object> {
    if server.entrances.is_empty() {
        return None;
    }
    let backend = || IngressBackend {
        service: Some(IngressServiceBackend {
            name: workload.name.clone(),
            port: Some(ServiceBackendPort {
                name: Some(probe::PORT.to_owned()),
                number: None,
            }),
        }),
        resource: None,
    };
    let rules = server.entrances.iter().map(|entrance| IngressRule {
        host: Some(literal(&entrance.host)),
        http: Some(HTTPIngressRuleValue {
            paths: vec![HTTPIngressPath {
                path: Some(literal(&entrance.path)),
                path_type: "Prefix".to_owned(),
                backend: backend(),
            }],
        }),
    });
    let mut hosts: Vec<String> = server
        .entrances
        .iter()
        .map(|one| literal(&one.host))
        .collect();
    hosts.sort();
    hosts.dedup();
    Some(Object::new(&Ingress {
        metadata: scope.of(workload, &workload.name),
        spec: Some(IngressSpec {
            rules: Some(rules.collect()),
            tls: Some(vec![IngressTLS {
                hosts: Some(hosts),
                secret_name: Some(certificate(workload)),
            }]),
            ..IngressSpec::default()
        }),
        status: None,
    }))
}

/// The Secret with the certificate of a unit's names.
pub(crate) fn certificate(workload: &Workload) -> String {
    format!("{}-tls", workload.name)
}

/// A job that is started by hand is a CronJob that never starts by itself, which
/// `kubectl create job --from=cronjob/…` starts.
fn job(scope: &Scope<'_>, workload: &Workload) -> Object {
    let WorkloadKind::Job {
        schedule,
        before_deploy,
        timeout,
        retries,
        most,
    } = &workload.kind
    else {
        return Object::new(&Job::default());
    };
    let spec = JobSpec {
        active_deadline_seconds: timeout.and_then(|seconds| i64::try_from(seconds).ok()),
        backoff_limit: i32::try_from(*retries).ok(),
        template: pod::template(scope, workload),
        ..JobSpec::default()
    };
    let metadata = scope.of(workload, &workload.name);
    if *before_deploy {
        return Object::new(&Job {
            metadata,
            spec: Some(spec),
            status: None,
        });
    }
    let concurrency = if *most > 1 { "Allow" } else { "Forbid" };
    Object::new(&CronJob {
        metadata,
        spec: Some(CronJobSpec {
            schedule: literal(schedule.as_deref().unwrap_or("0 0 1 1 *")),
            time_zone: Some("Etc/UTC".to_owned()),
            suspend: schedule.is_none().then_some(true),
            concurrency_policy: Some(concurrency.to_owned()),
            // A start that was missed is made up for within this time, and then no more.
            starting_deadline_seconds: Some(300),
            job_template: JobTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(scope.unit_labels(workload)),
                    ..ObjectMeta::default()
                }),
                spec: Some(spec),
            },
            ..CronJobSpec::default()
        }),
        status: None,
    })
}
