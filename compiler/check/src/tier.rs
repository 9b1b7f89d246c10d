use klo_config::{App, EnvironmentConfig, NetworkConfig};
use klo_intent::{Deployment, Kubernetes, Network, Tier, Tool};

/// What `klo.yaml` says of an environment, with everything that holds for all of them.
pub(crate) fn deployment(app: &App, environment: &EnvironmentConfig, tier: Tier) -> Deployment {
    let mut tags = app.tags.clone();
    for (key, value) in &environment.tags {
        tags.insert(key.clone(), value.clone());
    }
    Deployment {
        app: app.name.clone(),
        environment: environment.name.clone(),
        tier,
        region: environment.region.clone(),
        account: environment.account.clone(),
        platform: app.platform.clone(),
        kubernetes: kubernetes(&app.kubernetes),
        network: network(environment.network.as_ref().or(app.network.as_ref())),
        state_bucket: app.state_bucket.clone(),
        tags,
        alarm_email: app.alarm_email.clone(),
        root: app.root.clone(),
        out: app.out.clone(),
        emit: Tool::ALL
            .into_iter()
            .filter(|tool| app.emit.iter().any(|name| name == tool.name()))
            .collect(),
    }
}

fn kubernetes(config: &klo_config::Kubernetes) -> Kubernetes {
    let default = Kubernetes::default();
    Kubernetes {
        nodes: config.nodes.clone().unwrap_or(default.nodes),
        cluster: config.cluster.clone(),
        mesh: config.mesh.clone().unwrap_or(default.mesh),
    }
}

fn network(config: Option<&NetworkConfig>) -> Network {
    let created = |cidr: Option<&String>| Network::Created {
        cidr: cidr
            .map_or(Network::DEFAULT_CIDR, String::as_str)
            .to_owned(),
    };
    match config {
        Some(config) => match &config.vpc {
            Some(vpc) => Network::Existing {
                vpc: vpc.clone(),
                private_subnets: config.private_subnets.clone(),
                public_subnets: config.public_subnets.clone(),
            },
            None => created(config.cidr.as_ref()),
        },
        None => created(None),
    }
}
