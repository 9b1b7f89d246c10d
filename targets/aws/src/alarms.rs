//! Alarms, to one topic with a person behind it (aws.md, "Rolling out").

mod pools;

use klo_intent::{Decision, Field, Intent, IntentId, Kind};
use klo_plan::{Address, Block, Group, Resource, Root, Value, Why, symbol};

use crate::context::{Lowering, Supply, group_of, main_address, part_address, why};
use crate::data::most_connections;
use crate::ingress::{Front, load_balancer, ways};
use crate::policy;
use crate::triggers;

const SHARED: Group = Group::Shared("alarms");

/// When an alarm goes off.
struct Alarm {
    /// Its part of address and name: `errors`.
    part: &'static str,
    /// What it means, for whoever gets the mail.
    meaning: String,
    namespace: &'static str,
    metric: String,
    dimensions: Vec<(&'static str, Value)>,
    statistic: &'static str,
    /// Minutes that it has to last, in periods of so many seconds.
    period: i64,
    periods: i64,
    below: bool,
    threshold: i64,
}

impl Alarm {
    /// One that goes off when a sum over five minutes is above the threshold.
    fn count(part: &'static str, namespace: &'static str, metric: impl Into<String>) -> Self {
        Self {
            part,
            meaning: String::new(),
            namespace,
            metric: metric.into(),
            dimensions: Vec::new(),
            statistic: "Sum",
            period: 300,
            periods: 1,
            below: false,
            threshold: 0,
        }
    }

    fn of(mut self, dimension: &'static str, value: Value) -> Self {
        self.dimensions.push((dimension, value));
        self
    }

    fn says(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }

    /// The largest value of `periods` periods in a row, above a threshold.
    fn most(mut self, threshold: i64, periods: i64) -> Self {
        self.statistic = "Maximum";
        self.threshold = threshold;
        self.periods = periods;
        self
    }

    fn mean(mut self, threshold: i64, periods: i64) -> Self {
        self.statistic = "Average";
        self.threshold = threshold;
        self.periods = periods;
        self
    }
}

/// Adds the alarms of an environment that has somebody to tell.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let Some(email) = lowering.deployment().alarm_email.clone() else {
        return;
    };
    let topic = add_topic(lowering, &email);
    let graph = lowering.graph;
    for (id, intent) in graph.iter() {
        let alarms = match intent.kind {
            Kind::Service | Kind::Function | Kind::Job => of_unit(lowering, id, intent),
            Kind::Queue => of_queue(lowering, id, intent),
            Kind::Database => of_database(lowering, intent),
            _ => Vec::new(),
        };
        for alarm in alarms {
            let name = match intent.kind.is_unit() {
                true => lowering.unit_name(id),
                false => format!("{}-{}", intent.kind, intent.name),
            };
            let address = part_address("aws_cloudwatch_metric_alarm", intent, alarm.part);
            let because = why(intent, "tells when it is not well");
            add(
                lowering,
                address,
                group_of(intent),
                because,
                &name,
                &topic,
                alarm,
            );
        }
    }
    of_dead_letters(lowering, &topic);
    pools::lower(lowering, &topic);
}

fn add_topic(lowering: &mut Lowering<'_>, email: &str) -> Address {
    let because = |purpose: &str| Why {
        purpose: purpose.to_owned(),
        decision: Some("alarms".to_owned()),
        ..Why::default()
    };
    let topic = lowering.add(Resource::new(
        Address::managed("aws_sns_topic", "alarms"),
        SHARED,
        because("takes every alarm"),
        Block::new()
            .with("name", lowering.physical("alarms", "", 256))
            .with_some("kms_master_key_id", lowering.key_arn()),
    ));
    let alarms = lowering.arn_of("cloudwatch", "alarm:*");
    let publish = policy::allow_service(
        "Alarms",
        "cloudwatch.amazonaws.com",
        &["sns:Publish"],
        topic.attr("arn"),
        alarms.into(),
    );
    let tls = policy::tls_only("sns:Publish", vec![topic.attr("arn")]);
    lowering.add(Resource::new(
        Address::managed("aws_sns_topic_policy", "alarms"),
        SHARED,
        because("alarms may publish, and only over TLS"),
        Block::new()
            .with("arn", topic.attr("arn"))
            .with("policy", policy::document(vec![publish, tls])),
    ));
    lowering.add(Resource::new(
        Address::managed("aws_sns_topic_subscription", "alarms"),
        SHARED,
        because("mails every alarm"),
        Block::new()
            .with("topic_arn", topic.attr("arn"))
            .with("protocol", "email")
            .with("endpoint", email),
    ));
    lowering.decide(Decision {
        code: "alarms",
        subject: topic.to_string(),
        chosen: format!("one topic that mails {email}"),
        because:
            "`alarms` names an address; the mail that confirms it has to be answered once; an \
                  alarm costs 0.10 dollars a month"
                .to_owned(),
        instead_of: Vec::new(),
        standing_cost: true,
    });
    topic
}

fn add(
    lowering: &mut Lowering<'_>,
    address: Address,
    file: Group,
    because: Why,
    name: &str,
    topic: &Address,
    alarm: Alarm,
) {
    let comparison = if alarm.below {
        "LessThanThreshold"
    } else {
        "GreaterThanThreshold"
    };
    let to = Value::List(vec![topic.attr("arn")]);
    let body = Block::new()
        .with("alarm_name", lowering.physical(name, alarm.part, 255))
        .with("alarm_description", alarm.meaning)
        .with("namespace", alarm.namespace)
        .with("metric_name", alarm.metric)
        .with("dimensions", Value::map(alarm.dimensions))
        .with("statistic", alarm.statistic)
        .with("period", alarm.period)
        .with("evaluation_periods", alarm.periods)
        .with("comparison_operator", comparison)
        .with("threshold", alarm.threshold)
        .with("treat_missing_data", "notBreaching")
        .with("alarm_actions", to.clone())
        .with("ok_actions", to);
    lowering.add(Resource::new(address, file, because, body));
}

fn of_unit(lowering: &Lowering<'_>, id: IntentId, unit: &Intent) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let name = unit.id();
    if let Some(function) = triggers::lambda(lowering, id) {
        let count = |part, metric| {
            Alarm::count(part, "AWS/Lambda", metric).of("FunctionName", function.name.clone())
        };
        alarms.push(count("errors", "Errors").says(format!("{name} failed")));
        alarms.push(
            count("throttles", "Throttles")
                .says(format!("{name} was called more often than it may run")),
        );
    }
    let target = part_address("aws_lb_target_group", unit, "");
    let is_balanced = lowering.plan.get(Root::Main, &target).is_some();
    if is_balanced && lowering.compute.get(&id).is_some_and(|c| c.stays()) {
        let of_target = |alarm: Alarm| {
            alarm
                .of("TargetGroup", target.attr("arn_suffix"))
                .of("LoadBalancer", load_balancer::balancer().attr("arn_suffix"))
        };
        let unhealthy = Alarm::count("unhealthy", "AWS/ApplicationELB", "UnHealthyHostCount");
        alarms.push(of_target(unhealthy.most(0, 2)).says(format!(
            "An instance of {name} does not pass its health check"
        )));
        let failed = Alarm::count(
            "failures",
            "AWS/ApplicationELB",
            "HTTPCode_Target_5XX_Count",
        );
        alarms.push(of_target(failed).says(format!("{name} answered with an error of its own")));
    }
    let front = ways(lowering.graph, &lowering.compute)
        .into_iter()
        .find(|way| way.unit == id && way.front == Front::HttpApi);
    let api = part_address("aws_apigatewayv2_api", unit, "");
    if !is_balanced && front.is_some() && lowering.plan.get(Root::Main, &api).is_some() {
        alarms.push(
            Alarm::count("failures", "AWS/ApiGateway", "5xx")
                .of("ApiId", api.attr("id"))
                .says(format!("{name} answered with an error of its own")),
        );
    }
    alarms
}

fn of_queue(lowering: &Lowering<'_>, id: IntentId, queue: &Intent) -> Vec<Alarm> {
    let store = lowering.stores.get(&id);
    let name = store.and_then(|store| store.fields.get(&Field::Name));
    let (true, Some(Supply::Plain(name))) = (queue.value("existing").is_null(), name) else {
        return Vec::new();
    };
    // A quarter of an hour is late for a consumer that keeps up, whatever it does.
    let late = Alarm::count("age", "AWS/SQS", "ApproximateAgeOfOldestMessage")
        .most(900, 1)
        .of("QueueName", name.clone())
        .says(format!(
            "{} has a message that nobody took for 15 minutes",
            queue.id()
        ));
    vec![late]
}

/// Every queue of dead letters, whoever made it: a message in one is a message that was lost to
/// its receiver.
fn of_dead_letters(lowering: &mut Lowering<'_>, topic: &Address) {
    let graph = lowering.graph;
    let queues: Vec<(Address, Group, Why)> = lowering
        .plan
        .in_root(Root::Main)
        .filter(|resource| resource.address.kind == "aws_sqs_queue")
        .filter(|resource| {
            let name = &resource.address.name;
            let is_main = graph
                .of_kind(Kind::Queue)
                .any(|(_, queue)| symbol(&queue.name) == *name);
            let is_fed = resource.body.get("redrive_policy").is_some();
            !is_main && !is_fed
        })
        .map(|resource| {
            (
                resource.address.clone(),
                resource.group.clone(),
                resource.why.clone(),
            )
        })
        .collect();
    for (queue, file, because) in queues {
        let alarm = Alarm::count("letters", "AWS/SQS", "ApproximateNumberOfMessagesVisible")
            .most(0, 1)
            .of("QueueName", queue.attr("name"))
            .says(format!("There are dead letters in {queue}"));
        let because = Why {
            purpose: "tells of dead letters".to_owned(),
            ..because
        };
        let address = Address::managed(
            "aws_cloudwatch_metric_alarm",
            format!("{}_letters", queue.name),
        );
        let name = queue.name.replace('_', "-");
        add(lowering, address, file, because, &name, topic, alarm);
    }
}

/// The share of storage below which a database is about to fill up.
const FREE_SHARE: u64 = 10;

fn of_database(lowering: &mut Lowering<'_>, database: &Intent) -> Vec<Alarm> {
    let name = database.id();
    let instance = main_address("aws_db_instance", database);
    let cluster = main_address("aws_rds_cluster", database);
    let (dimension, own, serverless) = if lowering.plan.get(Root::Main, &instance).is_some() {
        ("DBInstanceIdentifier", instance.attr("identifier"), false)
    } else if lowering.plan.get(Root::Main, &cluster).is_some() {
        (
            "DBClusterIdentifier",
            cluster.attr("cluster_identifier"),
            true,
        )
    } else {
        return Vec::new();
    };
    let alarm = |part, metric| Alarm::count(part, "AWS/RDS", metric).of(dimension, own.clone());
    let mut alarms = vec![
        alarm("cpu", "CPUUtilization")
            .mean(80, 3)
            .says(format!("{name} used over 80 % of its CPU for 15 minutes")),
    ];
    if serverless {
        alarms.push(
            alarm("capacity", "ACUUtilization")
                .mean(90, 3)
                .says(format!("{name} is close to its largest capacity")),
        );
        return alarms;
    }
    let size = database.size("storage").map_or(20 << 30, |size| size.0);
    let mut storage = alarm("storage", "FreeStorageSpace").says(format!(
        "{name} has less than {FREE_SHARE} % of its storage left"
    ));
    storage.statistic = "Minimum";
    storage.below = true;
    storage.threshold = i64::try_from(size / FREE_SHARE).unwrap_or(i64::MAX);
    alarms.push(storage);
    if let Some(most) = most_connections(lowering, database) {
        // The share from which on a proxy would stand before it.
        let many = i64::try_from(most / 10 * 8).unwrap_or(i64::MAX);
        alarms.push(
            alarm("connections", "DatabaseConnections")
                .most(many, 1)
                .says(format!("{name} has over {many} connections of {most}")),
        );
    }
    alarms
}
