use std::env;

use redis::AsyncCommands;
use redis::aio::ConnectionManager;

/// Prices, kept for a minute.
#[derive(Clone)]
pub struct Catalog {
    connection: ConnectionManager,
}

impl Catalog {
    pub async fn connect() -> anyhow::Result<Self> {
        let url = env::var("CATALOG_URL").unwrap_or_else(|_| "redis://localhost:6379".to_owned());
        // @klo::persist(name = "catalog")
        let client = redis::Client::open(url)?;
        let connection = client.get_connection_manager().await?;
        Ok(Self { connection })
    }

    pub async fn price_cents(&self, product: &str) -> anyhow::Result<Option<i64>> {
        let mut connection = self.connection.clone();
        Ok(connection.get(format!("price:{product}")).await?)
    }

    pub async fn set_price_cents(&self, product: &str, cents: i64) -> anyhow::Result<()> {
        let mut connection = self.connection.clone();
        let _: () = connection
            .set_ex(format!("price:{product}"), cents, 60)
            .await?;
        Ok(())
    }
}
