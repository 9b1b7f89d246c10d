//! The list for people and the script that does what it says.

use klo_plan::shell_word;

use super::Chart;
use super::charts::CONTROL_PLANE;
use crate::document::comment;
use crate::scope::Scope;

/// The manifest that has Auto Mode enforce network policies.
pub(crate) const POLICY: &str = "network-policy.yaml";

/// What must be installed, why, and in which version.
pub(crate) fn readme(scope: &Scope<'_>, charts: &[Chart], policy: bool) -> String {
    let deployment = scope.plan.graph.deployment();
    let mut page = format!(
        "# What the cluster of {} in {} must have installed\n\n\
         `sh kubernetes/platform/install.sh`, from the environment's folder and with `kubectl` and \
         `helm` pointed at the cluster, installs it or brings it to these versions; it can be \
         repeated.\n",
        deployment.app, deployment.environment
    );
    if !charts.is_empty() {
        page.push_str(
            "\n| chart | version | as of | repository | what it is there for |\n|---|---|---|---|---|\n",
        );
    }
    for chart in charts {
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            chart.name, chart.version, chart.date, chart.repository, chart.purpose
        ));
    }
    if policy {
        page.push_str(&format!(
            "\n`{POLICY}` has EKS Auto Mode enforce network policies.\n"
        ));
    }
    if charts.iter().any(|chart| chart.name == CONTROL_PLANE) {
        page.push_str(
            "\nThe script makes Linkerd's certificates when it is first installed, and throws their \
             authority's key away. They hold for a year: before that is over, put new ones in their \
             place as Linkerd's own documentation says.\n",
        );
    }
    let stored = scope.kube.store.is_none();
    if stored
        && scope
            .kube
            .workloads
            .iter()
            .any(|one| !one.secrets.is_empty())
    {
        page.push_str(&format!(
            "\nSecrets are read through the ClusterSecretStore `{}`, which says where they are kept \
             and has to be there.\n",
            scope.kube.namespace
        ));
    }
    page
}

/// The installation; every command can be repeated.
pub(crate) fn script(scope: &Scope<'_>, charts: &[Chart], policy: bool) -> String {
    let mut script = format!(
        "#!/bin/sh\n{}#\n{}set -eu\ncd \"$(dirname \"$0\")\"\n",
        comment(
            "Installs what the cluster needs, in the versions that the list beside this names."
        ),
        comment(&scope.whose()),
    );
    if policy {
        script.push_str(&format!(
            "\nkubectl apply --server-side --force-conflicts --filename {POLICY}\n"
        ));
    }
    for chart in charts {
        script.push('\n');
        script.push_str(&install(scope, chart));
    }
    script
}

fn install(scope: &Scope<'_>, chart: &Chart) -> String {
    let mut before = String::new();
    let mut options = Vec::new();
    if chart.values.is_some() {
        options.push(format!("--values {}.yaml", chart.release));
    }
    if chart.name == CONTROL_PLANE {
        before = certificates();
        options.push("\"$@\"".to_owned());
    }
    if chart.name == "aws-load-balancer-controller" {
        let cluster = scope.kube.cluster_name.as_deref().unwrap_or_default();
        before = format!(
            "vpc=$(aws eks describe-cluster --region {} --name {} \\\n  \
             --query cluster.resourcesVpcConfig.vpcId --output text)\n",
            shell_word(&scope.plan.graph.deployment().region),
            shell_word(cluster)
        );
        options.push("--set \"vpcId=$vpc\"".to_owned());
    }
    let options: String = options
        .iter()
        .map(|option| format!(" \\\n  {option}"))
        .collect();
    format!(
        "{before}helm upgrade --install {} {} --wait \\\n  --repo {} --version {} \\\n  \
         --namespace {} --create-namespace{options}\n",
        chart.release, chart.name, chart.repository, chart.version, chart.namespace
    )
}

/// An authority and an issuer for Linkerd, unless it has them; what was given at first stays.
fn certificates() -> String {
    let mut lines = vec![format!(
        "if helm status {CONTROL_PLANE} --namespace linkerd >/dev/null 2>&1; then\n  \
         set -- --reuse-values\nelse\n  keys=$(mktemp -d)\n  trap 'rm -rf \"$keys\"' EXIT"
    )];
    lines.push(
        "  printf 'basicConstraints=critical,CA:true\\nkeyUsage=critical,keyCertSign,cRLSign\\n' \
         >\"$keys/extensions\""
            .to_owned(),
    );
    for name in ["root", "identity"] {
        lines.push(format!(
            "  openssl ecparam -name prime256v1 -genkey -noout -out \"$keys/{name}.key\""
        ));
        lines.push(format!(
            "  openssl req -new -key \"$keys/{name}.key\" -subj /CN={name}.linkerd.cluster.local \
             -out \"$keys/{name}.csr\""
        ));
    }
    lines.push(
        "  openssl x509 -req -in \"$keys/root.csr\" -signkey \"$keys/root.key\" -days 365 \\\n    \
         -extfile \"$keys/extensions\" -out \"$keys/root.crt\""
            .to_owned(),
    );
    lines.push(
        "  openssl x509 -req -in \"$keys/identity.csr\" -CA \"$keys/root.crt\" \
         -CAkey \"$keys/root.key\" -CAcreateserial \\\n    \
         -days 365 -extfile \"$keys/extensions\" -out \"$keys/identity.crt\""
            .to_owned(),
    );
    lines.push(
        "  set -- --set-file \"identityTrustAnchorsPEM=$keys/root.crt\" \\\n    \
         --set-file \"identity.issuer.tls.crtPEM=$keys/identity.crt\" \\\n    \
         --set-file \"identity.issuer.tls.keyPEM=$keys/identity.key\"\nfi\n"
            .to_owned(),
    );
    lines.join("\n")
}
