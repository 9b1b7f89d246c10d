//! The list for people and the script that does what it says.

use std::collections::{BTreeMap, BTreeSet};

use klo_plan::kubernetes::{Cluster, GPU, PRODUCT_LABEL, Piece, Text};
use klo_plan::shell_word;

use super::Chart;
use super::charts::CONTROL_PLANE;
use crate::document::comment;
use crate::scope::Scope;
use crate::unit::certificate;

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
    page.push_str(&given(scope));
    page
}

/// What a cluster outside of AWS has to have of its owner: a store of secrets with its entries, an
/// ingress controller with certificates, nodes with GPUs.
fn given(scope: &Scope<'_>) -> String {
    let mut page = String::new();
    if scope.kube.cluster != Cluster::Plain {
        return page;
    }
    let namespace = code(&scope.kube.namespace);
    let entries = entries(scope);
    if !entries.is_empty() {
        page.push_str(&format!(
            "\n## Secrets\n\nUnits read them through the ClusterSecretStore {namespace}, which says \
             where they are kept and has to be there. It has to have these entries, each with the \
             keys named:\n\n| entry | keys | for |\n|---|---|---|\n"
        ));
    }
    for (name, (keys, units)) in entries {
        let keys: Vec<String> = keys.iter().map(|key| code(key)).collect();
        let keys = match keys.is_empty() {
            true => "the whole value".to_owned(),
            false => keys.join(", "),
        };
        let units: Vec<&str> = units.into_iter().collect();
        page.push_str(&format!(
            "| {} | {keys} | {} |\n",
            code(&name),
            units.join(", ")
        ));
    }
    page.push_str(&entrances(scope));
    let gpus = scope.kube.workloads.iter().filter(|one| one.gpu.is_some());
    let lines: String = gpus
        .filter_map(|one| {
            let share = one.gpu.as_ref()?;
            let products: Vec<String> = share.products.iter().map(|name| code(name)).collect();
            let products = products.join(" or ");
            Some(format!("| {} | {} | {products} |\n", one.unit, share.count))
        })
        .collect();
    if !lines.is_empty() {
        page.push_str(&format!(
            "\n## GPUs\n\nPods ask for `{GPU}` and tolerate the taint `{GPU}`. They come onto nodes \
             whose label `{PRODUCT_LABEL}`, which the feature discovery of the device plugin sets, \
             has one of these values:\n\n| unit | GPUs of a pod | nodes |\n|---|---|---|\n{lines}"
        ));
    }
    page
}

fn entrances(scope: &Scope<'_>) -> String {
    let mut lines = String::new();
    for workload in &scope.kube.workloads {
        let server = workload.server.iter();
        for entrance in server.flat_map(|server| &server.entrances) {
            lines.push_str(&format!(
                "| {} | {} | {} |\n",
                code(&entrance.host),
                workload.unit,
                code(&certificate(workload))
            ));
        }
    }
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\n## Ways in\n\nThe cluster's default ingress controller lets the internet in. The names have \
         to lead to it, and the certificate of each has to be in the Secret named, in the namespace \
         {}; cert-manager can keep it there.\n\n| name | unit | certificate |\n|---|---|---|\n{lines}",
        code(&scope.kube.namespace)
    )
}

/// Entries of the store of secrets, each with its keys and with the units that read it.
fn entries<'a>(scope: &'a Scope<'_>) -> BTreeMap<String, (BTreeSet<&'a str>, BTreeSet<&'a str>)> {
    let mut entries: BTreeMap<String, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for workload in &scope.kube.workloads {
        let mut add = |name: &Text, key: Option<&'a str>| {
            let name = match name {
                Text::Known(name) | Text::Output(name) => name.clone(),
            };
            let (keys, units) = entries.entry(name).or_default();
            keys.extend(key);
            units.insert(&workload.unit);
        };
        for secret in workload.secrets.values() {
            add(&secret.name, secret.key.as_deref());
        }
        for composed in workload.composed.values() {
            for part in &composed.parts {
                if let Piece::Encoded(key) = part {
                    add(&composed.name, Some(key));
                }
            }
        }
    }
    entries
}

/// Text in Markdown as code, in one cell of a table.
fn code(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c == '|' || c == '`' {
                ' '
            } else {
                c
            }
        })
        .collect();
    format!("`{plain}`")
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
