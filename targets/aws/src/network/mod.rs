//! The network: made only when something needs it, and no larger than what needs it asks for.

mod endpoints;
mod flow_logs;
mod groups;
mod needs;
mod range;
mod routes;
mod zones;

use klo_diagnostics::codes::aws;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Decision, Network};
use klo_plan::{Address, Block, Group, Resource, Value, Why};

use crate::context::{Lowering, NetworkRefs};
use needs::Needs;
pub(crate) use needs::calls_outside;
use range::{Range, Tier};

pub(crate) const GROUP: Group = Group::Shared("network");

/// Makes the network, or takes the one that exists, and gives every unit in it a security group.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let needs = Needs::of(lowering);
    if !needs.any() {
        return;
    }
    let outlets = match &lowering.deployment().network {
        Network::Existing {
            vpc,
            private_subnets,
            public_subnets,
        } => {
            existing(lowering, vpc, private_subnets, public_subnets);
            Outlets::default()
        }
        Network::Created { cidr } => {
            let range = match Range::parse(cidr) {
                Ok(range) => range,
                Err(reason) => {
                    report_range(lowering, cidr, &reason);
                    return;
                }
            };
            Builder::new(lowering, &needs, range).build()
        }
    };
    groups::lower(lowering, &needs, &outlets);
}

/// Ways out of the network that are narrower than the whole internet.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    /// Whether units reach AWS through endpoints alone.
    pub(super) endpoints_only: bool,
    /// The interface endpoints' security group.
    pub(super) interfaces: Option<Address>,
    /// Gateway endpoints by service.
    pub(super) gateways: Vec<(&'static str, Address)>,
}

fn report_range(lowering: &mut Lowering<'_>, cidr: &str, reason: &str) {
    lowering.report(
        Diagnostic::error(
            aws::NETWORK_RANGE,
            At::Nowhere,
            format!("the network's range `{cidr}` cannot be used: {reason}"),
        )
        .help(
            "set `network: { cidr: 10.0.0.0/16 }` in klo.yaml, or another range from `/16` to `/24`",
        ),
    );
}

fn existing(lowering: &mut Lowering<'_>, vpc: &str, private: &[String], public: &[String]) {
    let texts = |ids: &[String]| Value::list(ids.iter().map(String::as_str));
    lowering.network = Some(NetworkRefs {
        vpc: Value::text(vpc),
        public_subnets: texts(public),
        private_subnets: texts(private),
        data_subnets: texts(private),
        data_each: private.iter().map(Value::from).collect(),
    });
    lowering.decide(Decision {
        code: "network",
        subject: "network".to_owned(),
        chosen: format!("the existing VPC {vpc}"),
        because: "`network` in klo.yaml names it; its routes, NAT gateways and endpoints are its \
                  owner's"
            .to_owned(),
        instead_of: vec!["a VPC of the app's own".to_owned()],
        standing_cost: false,
    });
}

/// The network in the making.
struct Builder<'a, 'g> {
    lowering: &'a mut Lowering<'g>,
    needs: &'a Needs,
    range: Range,
    zones: Vec<String>,
    why: Why,
    vpc: Address,
}

impl<'a, 'g> Builder<'a, 'g> {
    fn new(lowering: &'a mut Lowering<'g>, needs: &'a Needs, range: Range) -> Self {
        let wanted = if lowering.is_prod() { 3 } else { 2 };
        let (zones, passed_over) = zones::zones(&lowering.deployment().region, wanted);
        decide_zones(lowering, &zones, wanted, passed_over);
        let why = Why::shared(needs.served(lowering), "the app's network").decided_by("network");
        Self {
            lowering,
            needs,
            range,
            zones,
            why,
            vpc: Address::managed("aws_vpc", "main"),
        }
    }

    fn build(mut self) -> Outlets {
        self.decide();
        self.vpc();
        let nat = !self.needs.internet.is_empty();
        let public = if nat || !self.needs.public.is_empty() {
            self.subnets(Tier::Public)
        } else {
            Vec::new()
        };
        let unused = self.needs.units.is_empty() && !self.needs.balanced;
        let private = if unused && !self.needs.private {
            Vec::new()
        } else {
            self.subnets(Tier::Private)
        };
        let data = if self.needs.stores.is_empty() {
            Vec::new()
        } else {
            self.subnets(Tier::Data)
        };
        let ids = |subnets: &[Address]| -> Vec<Value> {
            subnets.iter().map(|subnet| subnet.attr("id")).collect()
        };
        self.lowering.network = Some(NetworkRefs {
            vpc: self.vpc.attr("id"),
            public_subnets: Value::List(ids(&public)),
            private_subnets: Value::List(ids(&private)),
            data_subnets: Value::List(ids(&data)),
            data_each: ids(&data),
        });
        let private_tables = self.routes(&public, &private, &data, nat);
        if self.lowering.is_prod() {
            self.flow_logs();
        }
        self.endpoints(&private, &private_tables, nat)
    }

    /// Adds a resource of the network's own.
    fn add(&mut self, kind: &'static str, name: &str, purpose: &str, body: Block) -> Address {
        let why = Why {
            purpose: purpose.to_owned(),
            ..self.why.clone()
        };
        self.lowering.add(Resource::new(
            Address::managed(kind, name),
            GROUP,
            why,
            body,
        ))
    }

    fn named(&self, part: &str) -> Value {
        Value::map([("Name", self.lowering.physical("", part, 255))])
    }

    fn vpc(&mut self) {
        let tags = self.named("");
        self.add(
            "aws_vpc",
            "main",
            "the app's network",
            Block::new()
                .with("cidr_block", self.range.to_string())
                .with("enable_dns_hostnames", true)
                .with("enable_dns_support", true)
                .with("tags", tags),
        );
        let tags = self.named("default-unused");
        self.add(
            "aws_default_security_group",
            "main",
            "takes every rule out of the VPC's default group, so that nothing works by accident",
            Block::new()
                .with("vpc_id", self.vpc.attr("id"))
                .with("tags", tags),
        );
    }

    fn subnets(&mut self, tier: Tier) -> Vec<Address> {
        let zones = self.zones.clone();
        (0u32..)
            .zip(zones)
            .map(|(index, zone)| {
                let part = format!("{}-{}", tier.name(), index + 1);
                let body = Block::new()
                    .with("vpc_id", self.vpc.attr("id"))
                    .with("availability_zone_id", zone)
                    .with("cidr_block", self.range.subnet(tier, index).to_string())
                    .with("tags", self.named(&part));
                let purpose = match tier {
                    Tier::Public => "a way to the internet",
                    Tier::Private => "where units run",
                    Tier::Data => "where data stores stand, without a way out",
                };
                self.add("aws_subnet", &part.replace('-', "_"), purpose, body)
            })
            .collect()
    }

    fn decide(&mut self) {
        let served: Vec<String> = self
            .needs
            .served(self.lowering)
            .iter()
            .map(|id| format!("`{id}`"))
            .collect();
        self.lowering.decide(Decision {
            code: "network",
            subject: "network".to_owned(),
            chosen: format!("a VPC of the app's own, {}", self.range),
            because: format!("needed by {}", served.join(", ")),
            instead_of: vec![
                "an existing VPC: `network: { vpc: …, private_subnets: […] }` in klo.yaml names one"
                    .to_owned(),
            ],
            standing_cost: false,
        });
    }
}

fn decide_zones(
    lowering: &mut Lowering<'_>,
    zones: &[String],
    wanted: usize,
    passed_over: Option<&str>,
) {
    let tier = lowering.deployment().tier.name();
    let mut because = format!("{wanted} zones are asked for in tier {tier}");
    if zones.len() < wanted {
        because.push_str(", and this is all that the region has to offer");
    }
    lowering.decide(Decision {
        code: "availability-zones",
        subject: "network".to_owned(),
        chosen: zones.join(", "),
        because,
        instead_of: passed_over.into_iter().map(str::to_owned).collect(),
        standing_cost: false,
    });
}
