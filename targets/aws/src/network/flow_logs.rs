//! Records of the network's traffic, in production.

use klo_intent::Decision;
use klo_plan::{Block, Value, Why};

use super::Builder;
use crate::unit::permissions::{Statement, policy, trust};

impl Builder<'_, '_> {
    pub(super) fn flow_logs(&mut self) {
        // No unit's: they would else count as permissions of each.
        let why = std::mem::replace(&mut self.why, Why::default().decided_by("flow-logs"));
        let name = self.lowering.physical("", "flow-logs", 64);
        let deployment = self.lowering.deployment();
        let log_group = format!(
            "/klo/{}/{}/flow-logs",
            deployment.app, deployment.environment
        );
        let group = self.add(
            "aws_cloudwatch_log_group",
            "flow_logs",
            "records of the network's traffic",
            Block::new()
                .with("name", log_group)
                .with("retention_in_days", self.lowering.log_retention())
                .with_some("kms_key_id", self.lowering.key_arn()),
        );
        let trusted = trust(self.lowering, "vpc-flow-logs.amazonaws.com");
        let role = self.add(
            "aws_iam_role",
            "flow_logs",
            "lets the VPC write its records",
            Block::new()
                .with("name", name)
                .with("assume_role_policy", trusted),
        );
        let statement = Statement::new("WriteRecords")
            .actions([
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ])
            .resource(Value::concat([group.attr("arn"), Value::text(":*")]));
        self.add(
            "aws_iam_role_policy",
            "flow_logs",
            "lets the VPC write its records",
            Block::new()
                .with("name", "write")
                .with("role", role.attr("id"))
                .with("policy", policy([statement])),
        );
        let tags = self.named("");
        self.add(
            "aws_flow_log",
            "main",
            "records of the network's traffic",
            Block::new()
                .with("vpc_id", self.vpc.attr("id"))
                .with("traffic_type", "ALL")
                .with("log_destination", group.attr("arn"))
                .with("iam_role_arn", role.attr("arn"))
                .with("tags", tags),
        );
        self.why = why;
        self.lowering.decide(Decision {
            code: "flow-logs",
            subject: "network".to_owned(),
            chosen: "recorded".to_owned(),
            because: "in production one must be able to see afterwards who talked to whom"
                .to_owned(),
            instead_of: Vec::new(),
            standing_cost: false,
        });
    }
}
