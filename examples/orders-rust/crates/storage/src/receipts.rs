use std::env;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use crate::Order;

/// Receipts in their bucket.
#[derive(Debug, Clone)]
pub struct Receipts {
    client: Client,
    bucket: String,
}

impl Receipts {
    pub fn new(config: &SdkConfig) -> anyhow::Result<Self> {
        // @klo::persist(name = "receipts", kind = "bucket")
        let bucket = env::var("RECEIPTS_BUCKET").context("RECEIPTS_BUCKET is not set")?;
        let client = Client::new(config);
        Ok(Self { client, bucket })
    }

    pub async fn write(&self, order: &Order) -> anyhow::Result<String> {
        let key = format!("{}/{}.json", order.customer, order.id);
        let body = serde_json::to_vec(order)?;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("application/json")
            .body(ByteStream::from(body))
            .send()
            .await?;
        Ok(key)
    }

    pub async fn read(&self, key: &str) -> anyhow::Result<Vec<u8>> {
        let object = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await?;
        Ok(object.body.collect().await?.to_vec())
    }
}
