//! Writes the reports that the API was asked for. The queue and the database are the API's: the edges
//! to them are stated here, with the variables that hold their addresses.

use std::env;

use anyhow::Context;
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Deserialize)]
struct Request {
    report: i64,
    month: String,
}

// @klo::service(name = "worker", cpu = 0.5, memory = "1Gi")
// @klo::uses(to = "queue.report-requests", access = "consume", bind = { url = "QUEUE_URL" })
// @klo::uses(to = "database.reports", bind = { url = "REPORTS_URL" })
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let pool = PgPool::connect(&env::var("REPORTS_URL")?).await?;
    let client = aws_sdk_sqs::Client::new(&aws_config::load_from_env().await);
    let queue_url = env::var("QUEUE_URL")?;
    loop {
        let answer = client
            .receive_message()
            .queue_url(&queue_url)
            .wait_time_seconds(20)
            .send()
            .await?;
        for message in answer.messages.unwrap_or_default() {
            let body = message.body.context("a message without a body")?;
            write(&pool, &serde_json::from_str(&body)?).await?;
            client
                .delete_message()
                .queue_url(&queue_url)
                .set_receipt_handle(message.receipt_handle)
                .send()
                .await?;
        }
    }
}

async fn write(pool: &PgPool, request: &Request) -> anyhow::Result<()> {
    let body = format!("What happened in {}", request.month);
    sqlx::query("UPDATE reports SET body = $2 WHERE id = $1")
        .bind(request.report)
        .bind(body)
        .execute(pool)
        .await?;
    Ok(())
}
