//! Route tables, the internet gateway and NAT gateways.

use klo_intent::Decision;
use klo_plan::{Address, Block, Value};

use super::Builder;

const ANYWHERE: &str = "0.0.0.0/0";

impl Builder<'_, '_> {
    /// Routes of all subnets; returns the private subnets' tables.
    pub(super) fn routes(
        &mut self,
        public: &[Address],
        private: &[Address],
        data: &[Address],
        nat: bool,
    ) -> Vec<Address> {
        let gateway = (!public.is_empty()).then(|| self.public_routes(public));
        if !data.is_empty() {
            let table = self.route_table("data");
            self.associate("data", data, |_| table.clone());
        }
        let gateways = match gateway {
            Some(gateway) if nat => self.nat_gateways(public, &gateway),
            _ => Vec::new(),
        };
        if private.is_empty() {
            return Vec::new();
        }
        let tables = self.private_tables(&gateways);
        let last = tables.len() - 1;
        self.associate("private", private, |zone| tables[zone.min(last)].clone());
        tables
    }

    fn public_routes(&mut self, public: &[Address]) -> Address {
        let tags = self.named("");
        let gateway = self.add(
            "aws_internet_gateway",
            "main",
            "the network's door to the internet",
            Block::new()
                .with("vpc_id", self.vpc.attr("id"))
                .with("tags", tags),
        );
        let table = self.route_table("public");
        self.route(&table, "public", "gateway_id", gateway.attr("id"));
        self.associate("public", public, |_| table.clone());
        gateway
    }

    /// One NAT gateway, or one per zone in production, where a zone's end must not take the others'
    /// way out with it.
    fn nat_gateways(&mut self, public: &[Address], internet: &Address) -> Vec<Address> {
        let count = if self.lowering.is_prod() {
            public.len()
        } else {
            1
        };
        self.decide_nat(count);
        let gateways = public.iter().take(count).enumerate();
        gateways
            .map(|(index, subnet)| {
                let name = format!("nat_{}", index + 1);
                let tags = self.named(&name.replace('_', "-"));
                let address = self.add(
                    "aws_eip",
                    &name,
                    "the address that units have on the internet",
                    Block::new()
                        .with("domain", "vpc")
                        .with("tags", tags.clone()),
                );
                let body = Block::new()
                    .with("allocation_id", address.attr("id"))
                    .with("subnet_id", subnet.attr("id"))
                    .with("tags", tags);
                let name = format!("main_{}", index + 1);
                let gateway = self.add("aws_nat_gateway", &name, "units' way out", body);
                self.depend(&gateway, internet.clone());
                gateway
            })
            .collect()
    }

    fn private_tables(&mut self, gateways: &[Address]) -> Vec<Address> {
        if gateways.len() < 2 {
            let table = self.route_table("private");
            if let Some(gateway) = gateways.first() {
                self.route(&table, "private", "nat_gateway_id", gateway.attr("id"));
            }
            return vec![table];
        }
        let mut tables = Vec::new();
        for (index, gateway) in gateways.iter().enumerate() {
            let name = format!("private_{}", index + 1);
            let table = self.route_table(&name);
            self.route(&table, &name, "nat_gateway_id", gateway.attr("id"));
            tables.push(table);
        }
        tables
    }

    fn route_table(&mut self, name: &str) -> Address {
        let tags = self.named(&name.replace('_', "-"));
        self.add(
            "aws_route_table",
            name,
            "where packets go",
            Block::new()
                .with("vpc_id", self.vpc.attr("id"))
                .with("tags", tags),
        )
    }

    fn route(&mut self, table: &Address, name: &str, target: &str, id: Value) {
        self.add(
            "aws_route",
            &format!("{name}_internet"),
            "the way to the internet",
            Block::new()
                .with("route_table_id", table.attr("id"))
                .with("destination_cidr_block", ANYWHERE)
                .with(target, id),
        );
    }

    fn associate(&mut self, tier: &str, subnets: &[Address], table: impl Fn(usize) -> Address) {
        for (index, subnet) in subnets.iter().enumerate() {
            self.add(
                "aws_route_table_association",
                &format!("{tier}_{}", index + 1),
                "which routes a subnet has",
                Block::new()
                    .with("subnet_id", subnet.attr("id"))
                    .with("route_table_id", table(index).attr("id")),
            );
        }
    }

    fn depend(&mut self, address: &Address, on: Address) {
        let key = (klo_plan::Root::Main, address.clone());
        if let Some(resource) = self.lowering.plan.resources.get_mut(&key) {
            resource.depends_on.push(on);
        }
    }

    fn decide_nat(&mut self, count: usize) {
        let needed: Vec<String> = self
            .needs
            .internet
            .iter()
            .map(|(id, reason)| format!("`{}` {reason}", self.lowering.intent(*id).id()))
            .collect();
        let chosen = match count {
            1 => "one NAT gateway".to_owned(),
            count => format!("{count} NAT gateways, one per zone"),
        };
        self.lowering.decide(Decision {
            code: "nat-gateway",
            subject: "network".to_owned(),
            chosen,
            because: needed.join("; "),
            instead_of: vec![
                "endpoints alone: they reach neither the internet nor every AWS API".to_owned(),
            ],
            standing_cost: true,
        });
    }
}
