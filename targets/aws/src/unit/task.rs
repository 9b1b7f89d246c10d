//! What ECS runs, for services and for Batch jobs alike: the roles, logs and variables of a container.

use klo_plan::{Address, Block, Value};

use super::common::{self, Unit};
use super::environment::Environment;
use crate::context::Lowering;

/// The name of the one container in every task.
pub(crate) const CONTAINER: &str = "app";

/// What there is before a task can be described.
pub(super) struct Task {
    environment: Environment,
    logs: Address,
    /// What the code may do.
    pub(super) role: Address,
    /// What ECS does in the unit's name.
    pub(super) execution: Address,
    /// What has to be there before the first task starts.
    pub(super) after: Vec<Address>,
}

impl Task {
    /// Adds the roles and the log group of a unit.
    pub(super) fn of(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Self {
        let environment = Environment::of(lowering, unit.id);
        let logs = common::log_group(lowering, unit);
        let role = common::code_role(lowering, unit, "ecs-tasks.amazonaws.com");
        let secrets = environment.secret_arns();
        let (execution, policy) = common::execution_role(lowering, unit, &logs, &secrets);
        let after = common::before_code(lowering, unit, &role, policy, &environment);
        Self {
            environment,
            logs,
            role,
            execution,
            after,
        }
    }

    /// Variables and secrets as ECS and Batch take them.
    pub(super) fn add_environment(&self, container: &mut Block) {
        let variables: Vec<Value> = self
            .environment
            .plain
            .iter()
            .map(|(name, value)| {
                Value::map([("name", Value::from(name)), ("value", value.clone())])
            })
            .collect();
        let secrets: Vec<Value> = self
            .environment
            .secrets
            .iter()
            .map(|(name, secret)| {
                Value::map([
                    ("name", Value::from(name)),
                    ("valueFrom", secret.value_from()),
                ])
            })
            .collect();
        if !variables.is_empty() {
            container.set("environment", Value::List(variables));
        }
        if !secrets.is_empty() {
            container.set("secrets", Value::List(secrets));
        }
    }

    /// Where a container's output goes, as ECS and Batch take it.
    pub(super) fn log_configuration(&self, lowering: &Lowering<'_>) -> Value {
        Value::map([
            ("logDriver", Value::text("awslogs")),
            (
                "options",
                Value::map([
                    ("awslogs-group", self.logs.attr("name")),
                    ("awslogs-region", Value::from(&lowering.deployment().region)),
                    ("awslogs-stream-prefix", Value::text(CONTAINER)),
                ]),
            ),
        ])
    }
}
