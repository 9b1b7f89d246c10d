//! Queues that triggers need: between what AWS does not connect, and for dead letters.

use klo_plan::{Address, Block, Group, Resource, Value, Why};

use crate::context::{Lowering, encrypted_queue};
use crate::policy;

/// For how many seconds dead letters are kept: SQS's longest, 14 days.
const DEAD_RETENTION: i64 = 1_209_600;

/// Who may send to a queue: an AWS service on behalf of one source.
pub(crate) struct Sender {
    /// `sns.amazonaws.com`.
    pub(crate) service: &'static str,
    /// The source's ARN.
    pub(crate) source: Value,
}

/// What a queue is made with.
pub(crate) struct Wanted {
    /// Its address.
    pub(crate) name: String,
    /// Its physical name without `.fifo`.
    pub(crate) physical: String,
    /// The file it is printed in.
    pub(crate) file: Group,
    /// Whether order is kept.
    pub(crate) fifo: bool,
    /// Who asked for it.
    pub(crate) why: Why,
}

impl Wanted {
    fn address(&self) -> Address {
        Address::managed("aws_sqs_queue", self.name.clone())
    }

    fn body(&self, lowering: &Lowering<'_>) -> Block {
        let suffix = if self.fifo { ".fifo" } else { "" };
        let body = Block::new().with("name", format!("{}{suffix}", self.physical));
        let body = if self.fifo {
            body.with("fifo_queue", true)
        } else {
            body
        };
        encrypted_queue(body, lowering.key_arn())
    }
}

/// Adds a queue of dead letters.
pub(crate) fn add_dead(
    lowering: &mut Lowering<'_>,
    wanted: &Wanted,
    senders: &[Sender],
) -> Address {
    let body = wanted
        .body(lowering)
        .with("message_retention_seconds", DEAD_RETENTION);
    put(lowering, wanted, senders, body)
}

/// Adds a queue whose messages go to `dead` after so many receives; `visibility` in seconds.
pub(crate) fn add(
    lowering: &mut Lowering<'_>,
    wanted: &Wanted,
    senders: &[Sender],
    dead: &Address,
    visibility: u64,
) -> Address {
    let redrive = Value::json(Value::map([
        ("deadLetterTargetArn", dead.attr("arn")),
        ("maxReceiveCount", Value::Int(5)),
    ]));
    let body = wanted
        .body(lowering)
        .with("visibility_timeout_seconds", visibility)
        .with("redrive_policy", redrive);
    put(lowering, wanted, senders, body)
}

fn put(lowering: &mut Lowering<'_>, wanted: &Wanted, senders: &[Sender], body: Block) -> Address {
    let address = lowering.add(Resource::new(
        wanted.address(),
        wanted.file.clone(),
        wanted.why.clone(),
        body,
    ));
    add_policy(lowering, wanted, &address, senders);
    address
}

fn add_policy(lowering: &mut Lowering<'_>, wanted: &Wanted, queue: &Address, senders: &[Sender]) {
    let arn = queue.attr("arn");
    let mut statements = vec![policy::tls_only("sqs:*", vec![arn.clone()])];
    for (index, sender) in senders.iter().enumerate() {
        let sid = if index == 0 {
            "Send".to_owned()
        } else {
            format!("Send{}", index + 1)
        };
        statements.push(policy::allow_service(
            &sid,
            sender.service,
            &["sqs:SendMessage"],
            arn.clone(),
            sender.source.clone(),
        ));
    }
    lowering.add(Resource::new(
        Address::managed("aws_sqs_queue_policy", wanted.name.clone()),
        wanted.file.clone(),
        Why {
            purpose: "who may send to it, and only over TLS".to_owned(),
            ..wanted.why.clone()
        },
        Block::new()
            .with("queue_url", queue.attr("id"))
            .with("policy", policy::document(statements)),
    ));
}
