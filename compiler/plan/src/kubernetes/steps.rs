//! The commands that bring an environment's manifests into its cluster, in order.

use crate::shell::{json_string, shell_word};

use super::{Cluster, Kubernetes, Mesh, Nodes, Scaling, ToldBy, Workload, WorkloadKind};

/// The output of the main root that holds the lines of `terraform.env`.
pub const ENV_OUTPUT: &str = "kubernetes";

impl Workload {
    /// Whether it is a service of which there are more pods the more CPU they take.
    pub fn scales_by_cpu(&self) -> bool {
        match &self.kind {
            // Kubernetes' own autoscaler goes down to one pod and no further.
            WorkloadKind::Service {
                replicas: (least, most),
                scaling: Scaling::Cpu(_),
                ..
            } => least.max(&1) < most,
            _ => false,
        }
    }

    /// Whether it is a service of which there are more pods the more messages wait.
    pub fn scales_by_queue(&self) -> bool {
        matches!(
            self.kind,
            WorkloadKind::Service {
                scaling: Scaling::Queue { .. },
                ..
            }
        )
    }

    /// Whether External Secrets hands it something.
    pub fn has_secrets(&self) -> bool {
        !(self.secrets.is_empty() && self.composed.is_empty())
    }

    /// Whether the cluster's ingress controller lets the internet in to it.
    pub fn has_entrance(&self) -> bool {
        let server = self.server.as_ref();
        server.is_some_and(|server| !server.entrances.is_empty())
    }

    /// Whether it is a job that runs before services change.
    pub fn runs_before_deploy(&self) -> bool {
        matches!(
            self.kind,
            WorkloadKind::Job {
                before_deploy: true,
                ..
            }
        )
    }
}

impl Kubernetes {
    /// Whether klo lists what has to be installed in the cluster: not where its owner saw to that,
    /// and not where a cluster as it comes is enough.
    pub fn lists_platform(&self) -> bool {
        let any = |test: fn(&Workload) -> bool| self.workloads.iter().any(test);
        match self.cluster {
            Cluster::Existing => false,
            Cluster::Created => true,
            Cluster::Plain => {
                self.mesh != Mesh::None
                    || any(Workload::has_secrets)
                    || any(|one| one.gpu.is_some())
                    || any(Workload::has_entrance)
                    || any(Workload::scales_by_cpu)
                    || any(Workload::scales_by_queue)
            }
        }
    }

    /// The file beside the manifests that holds what is known last.
    pub fn values(&self) -> &'static str {
        match self.cluster {
            Cluster::Plain => "values.env",
            Cluster::Created | Cluster::Existing => "terraform.env",
        }
    }

    /// What to run from the environment's folder once the main root is applied: what each step does,
    /// and its command lines. `region` is the environment's.
    pub fn steps(&self, region: &str) -> Vec<(String, String)> {
        let mut steps = Vec::new();
        let mut step = |what: &str, lines: Vec<String>| {
            steps.push((what.to_owned(), lines.join("\n")));
        };
        if let Some(name) = &self.cluster_name {
            let line = format!(
                "aws eks update-kubeconfig --region {} --name {}",
                shell_word(region),
                shell_word(name)
            );
            step("the cluster, as kubectl's own", vec![line]);
        }
        if self.cluster != Cluster::Plain {
            let line = format!(
                "terraform -chdir=terraform output -raw {ENV_OUTPUT} > kubernetes/terraform.env"
            );
            step(
                "what the manifests need to know of the infrastructure",
                vec![line],
            );
        }
        if self.lists_platform() {
            let line = "sh kubernetes/platform/install.sh".to_owned();
            step("what the cluster must have installed", vec![line]);
        }
        if self.workloads.iter().any(Workload::runs_before_deploy) {
            step("jobs that run before services change", self.before_deploy());
        }
        step("everything else, until it runs", self.deploy());
        steps
    }

    /// Writes the values' file of a cluster outside of AWS: references of images as they were pushed
    /// below `REGISTRY`, and what people say.
    pub fn telling(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut entries = Vec::new();
        for told in &self.told {
            let name = &told.name;
            entries.push(match &told.by {
                ToldBy::Image { target, repository } => {
                    let digest = format!(".{}.\"containerimage.digest\"", json_string(target));
                    format!(
                        "\"{name}=\" + env.REGISTRY + {} + ({digest} // error(\"not built\"))",
                        json_string(&format!("/{repository}@"))
                    )
                }
                ToldBy::Person(_) => {
                    lines.push(format!(
                        "export {name}=\"${{{name}:?set it to what is said above}}\""
                    ));
                    format!("\"{name}=\" + env.{name}")
                }
            });
        }
        let program = entries.join(",\n  ");
        lines.push(format!(
            "jq --raw-output {} containers/images.json > kubernetes/{}",
            shell_word(&program),
            self.values()
        ));
        lines
    }

    /// A job's template cannot be changed, so what ran before goes first.
    fn before_deploy(&self) -> Vec<String> {
        let namespace = shell_word(&self.namespace);
        let jobs: Vec<&Workload> = self
            .workloads
            .iter()
            .filter(|one| one.runs_before_deploy())
            .collect();
        let names: Vec<String> = jobs.iter().map(|job| shell_word(&job.name)).collect();
        let mut lines = vec![
            format!(
                "kubectl delete job --namespace {namespace} --ignore-not-found {}",
                names.join(" ")
            ),
            "kubectl kustomize --load-restrictor LoadRestrictionsNone kubernetes/before-deploy | \
             kubectl apply --filename -"
                .to_owned(),
        ];
        lines.extend(jobs.iter().map(|job| {
            let seconds = match job.kind {
                WorkloadKind::Job { timeout, .. } => timeout.unwrap_or(3600),
                WorkloadKind::Service { .. } => 3600,
            };
            format!(
                "kubectl wait --namespace {namespace} --for=condition=complete \
                 --timeout={seconds}s job/{}",
                shell_word(&job.name)
            )
        }));
        lines
    }

    fn deploy(&self) -> Vec<String> {
        let services = self.workloads.iter();
        let services = services.filter(|one| matches!(one.kind, WorkloadKind::Service { .. }));
        let mut lines = vec!["kubectl apply --kustomize kubernetes".to_owned()];
        lines.extend(services.map(|service| {
            format!(
                "kubectl rollout status --namespace {} deployment/{}",
                shell_word(&self.namespace),
                shell_word(&service.name)
            )
        }));
        lines
    }

    /// Whether pods ask for nodes with `NodePool` objects.
    pub fn has_node_pools(&self) -> bool {
        self.cluster != Cluster::Plain && self.nodes == Nodes::Auto
    }
}
