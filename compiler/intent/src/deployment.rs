use indexmap::IndexMap;

/// How much care an environment gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Cheap and easy to throw away.
    Dev,
    /// Protected.
    Prod,
}

impl Tier {
    /// `prod`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
    }
}

/// The network setting of `klo.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// klo makes a VPC with this range.
    Created {
        /// IPv4 range in CIDR notation.
        cidr: String,
    },
    /// A VPC that is already there.
    Existing {
        /// `vpc-…`.
        vpc: String,
        /// Subnets without a route from the internet.
        private_subnets: Vec<String>,
        /// Subnets with one.
        public_subnets: Vec<String>,
    },
}

impl Network {
    /// The range of a network that nobody states.
    pub const DEFAULT_CIDR: &'static str = "10.0.0.0/16";
}

/// The Kubernetes settings of `klo.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    /// `auto` or `managed`.
    pub nodes: String,
    /// A cluster that is already there.
    pub cluster: Option<String>,
    /// `none`, `istio` or `linkerd`.
    pub mesh: String,
}

impl Default for Kubernetes {
    fn default() -> Self {
        Self {
            nodes: "auto".to_owned(),
            cluster: None,
            mesh: "none".to_owned(),
        }
    }
}

/// One environment of one app: everything that `klo.yaml` says about where things go, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The app's name.
    pub app: String,
    /// The environment's name.
    pub environment: String,
    /// Its tier, as the rule sets decide.
    pub tier: Tier,
    /// AWS region.
    pub region: String,
    /// Twelve digits, when known.
    pub account: Option<String>,
    /// `aws` or `kubernetes`.
    pub platform: String,
    /// What `klo.yaml` says of Kubernetes.
    pub kubernetes: Kubernetes,
    /// The network.
    pub network: Network,
    /// The bucket that keeps Terraform's state; local when absent.
    pub state_bucket: Option<String>,
    /// Tags on everything, in the order of `klo.yaml`.
    pub tags: IndexMap<String, String>,
    /// Where alarms go.
    pub alarm_email: Option<String>,
    /// The app's folder, relative to the repository's root.
    pub root: String,
    /// The output folder of the app (`infra`), relative to the repository's root.
    pub out: String,
    /// What the infrastructure is written for, at least one, each once and in order.
    pub emit: Vec<Tool>,
}

/// What makes the infrastructure of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// Terraform.
    Terraform,
    /// Pulumi, in TypeScript.
    Pulumi,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 2] = [Self::Terraform, Self::Pulumi];

    /// Its name in `klo.yaml`, which is its folder's too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Pulumi => "pulumi",
        }
    }
}

impl Deployment {
    /// An environment of which `klo.yaml` states nothing else.
    pub fn new(app: &str, environment: &str, tier: Tier) -> Self {
        Self {
            app: app.to_owned(),
            environment: environment.to_owned(),
            tier,
            region: "us-east-1".to_owned(),
            account: None,
            platform: "aws".to_owned(),
            kubernetes: Kubernetes::default(),
            network: Network::Created {
                cidr: Network::DEFAULT_CIDR.to_owned(),
            },
            state_bucket: None,
            tags: IndexMap::new(),
            alarm_email: None,
            root: String::new(),
            out: "infra".to_owned(),
            emit: vec![Tool::Terraform],
        }
    }

    /// The tool whose files pages name: Terraform where both are written.
    pub fn tool(&self) -> Tool {
        self.emit.first().copied().unwrap_or(Tool::Terraform)
    }

    /// The tags that the provider puts on everything by itself: whose it is, and `tags`.
    pub fn provider_tags(&self) -> IndexMap<String, String> {
        let own = [
            ("app", self.app.as_str()),
            ("environment", &self.environment),
            ("managed-by", "klo"),
        ];
        let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let stated = self.tags.iter();
        own.into_iter()
            .chain(stated.map(|(key, value)| (key.clone(), value.clone())))
            .collect()
    }
}
