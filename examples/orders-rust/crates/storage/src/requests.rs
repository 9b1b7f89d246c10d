use std::env;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct ReceiptRequest {
    pub order: i64,
}

/// Orders that wait for their receipt.
#[derive(Debug, Clone)]
pub struct Requests {
    client: Client,
    queue_url: String,
}

impl Requests {
    pub fn new(config: &SdkConfig) -> anyhow::Result<Self> {
        // @klo::queue(name = "receipt-requests", visibility = "2m", max_receives = 5)
        let queue_url = env::var("RECEIPT_QUEUE_URL").context("RECEIPT_QUEUE_URL is not set")?;
        Ok(Self {
            client: Client::new(config),
            queue_url,
        })
    }

    pub async fn send(&self, request: &ReceiptRequest) -> anyhow::Result<()> {
        self.client
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(serde_json::to_string(request)?)
            .send()
            .await?;
        Ok(())
    }

    /// The next requests, each with the handle to take it off the queue by.
    pub async fn receive(&self) -> anyhow::Result<Vec<(ReceiptRequest, String)>> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(10)
            .wait_time_seconds(20)
            .send()
            .await?;
        let mut requests = Vec::new();
        for message in answer.messages.unwrap_or_default() {
            let body = message.body.context("a message without a body")?;
            let handle = message.receipt_handle.context("a message without a handle")?;
            requests.push((serde_json::from_str(&body)?, handle));
        }
        Ok(requests)
    }

    pub async fn done(&self, handle: &str) -> anyhow::Result<()> {
        self.client
            .delete_message()
            .queue_url(&self.queue_url)
            .receipt_handle(handle)
            .send()
            .await?;
        Ok(())
    }
}
