//! VPC endpoints: AWS APIs without a way to the internet.

use klo_intent::Decision;
use klo_plan::{Address, Block, Resource, Value, Why};

use super::{Builder, GROUP, Outlets};

impl Builder<'_, '_> {
    /// Gateway endpoints for what is used of S3 and DynamoDB, which are free, and interface endpoints
    /// where no NAT gateway is there anyway.
    pub(super) fn endpoints(
        &mut self,
        private: &[Address],
        private_tables: &[Address],
        nat: bool,
    ) -> Outlets {
        if private.is_empty() {
            return Outlets::default();
        }
        let gateways = self.gateway_endpoints(private_tables);
        let interfaces = if nat || self.needs.interfaces.is_empty() {
            None
        } else {
            Some(self.interface_endpoints())
        };
        Outlets {
            endpoints_only: !nat,
            interfaces,
            gateways,
        }
    }

    fn gateway_endpoints(&mut self, tables: &[Address]) -> Vec<(&'static str, Address)> {
        let tables: Vec<Value> = tables.iter().map(|table| table.attr("id")).collect();
        let needs = self.needs;
        needs
            .gateways
            .iter()
            .map(|(service, users)| {
                let body = Block::new()
                    .with("vpc_id", self.vpc.attr("id"))
                    .with("service_name", self.service_name(service))
                    .with("vpc_endpoint_type", "Gateway")
                    .with("route_table_ids", Value::List(tables.clone()))
                    .with("tags", self.named(service));
                let endpoint = self.endpoint(service, users, body);
                (*service, endpoint)
            })
            .collect()
    }

    fn interface_endpoints(&mut self) -> Address {
        let name = self.lowering.physical("", "endpoints", 255);
        let group = self.add(
            "aws_security_group",
            "endpoints",
            "who reaches the endpoints",
            Block::new()
                .with("name", name.clone())
                .with("description", "Interface endpoints")
                .with("vpc_id", self.vpc.attr("id"))
                .with("tags", Value::map([("Name", name)])),
        );
        let subnets = self
            .lowering
            .network
            .as_ref()
            .map_or(Value::Null, |network| network.private_subnets.clone());
        let needs = self.needs;
        for (service, users) in &needs.interfaces {
            let body = Block::new()
                .with("vpc_id", self.vpc.attr("id"))
                .with("service_name", self.service_name(service))
                .with("vpc_endpoint_type", "Interface")
                .with("private_dns_enabled", true)
                .with("subnet_ids", subnets.clone())
                .with("security_group_ids", Value::list([group.attr("id")]))
                .with("tags", self.named(service));
            self.endpoint(service, users, body);
        }
        self.decide_interfaces();
        group
    }

    fn endpoint(
        &mut self,
        service: &str,
        users: &std::collections::BTreeSet<klo_intent::IntentId>,
        body: Block,
    ) -> Address {
        let users = users.iter().map(|id| self.lowering.intent(*id).id());
        let why = Why::shared(users, format!("{service} without the internet"))
            .decided_by("vpc-endpoints");
        self.lowering.add(Resource::new(
            Address::managed("aws_vpc_endpoint", service),
            GROUP,
            why,
            body,
        ))
    }

    fn service_name(&self, service: &str) -> String {
        format!(
            "com.amazonaws.{}.{service}",
            self.lowering.deployment().region
        )
    }

    fn decide_interfaces(&mut self) {
        let services: Vec<&str> = self.needs.interfaces.keys().copied().collect();
        let users: std::collections::BTreeSet<String> = self
            .needs
            .interfaces
            .values()
            .flatten()
            .map(|id| format!("`{}`", self.lowering.intent(*id).id()))
            .collect();
        self.lowering.decide(Decision {
            code: "vpc-endpoints",
            subject: "network".to_owned(),
            chosen: format!(
                "interface endpoints in {} zones: {}",
                self.zones.len(),
                services.join(", ")
            ),
            because: format!(
                "{} reach these AWS APIs from private subnets and, as far as the code shows, \
                 nothing on the internet",
                users.into_iter().collect::<Vec<_>>().join(", ")
            ),
            instead_of: vec!["a NAT gateway: nothing needs the internet".to_owned()],
            standing_cost: true,
        });
    }
}
