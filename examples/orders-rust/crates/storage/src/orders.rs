use std::env;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Order {
    pub id: i64,
    pub customer: String,
    pub total_cents: i64,
    pub receipt: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct NewOrder {
    pub customer: String,
    pub total_cents: i64,
}

/// Orders in the database.
#[derive(Debug, Clone)]
pub struct Orders {
    pool: PgPool,
}

impl Orders {
    pub async fn connect() -> anyhow::Result<Self> {
        let url = env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
        // @klo::persist(name = "orders", backup_days = 14)
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .connect(&url)
            .await?;
        Ok(Self { pool })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        sqlx::migrate!("../../migrations").run(&self.pool).await?;
        Ok(())
    }

    pub async fn add(&self, order: &NewOrder) -> anyhow::Result<i64> {
        let id = sqlx::query_scalar(
            "INSERT INTO orders (customer, total_cents) VALUES ($1, $2) RETURNING id",
        )
        .bind(&order.customer)
        .bind(order.total_cents)
        .fetch_one(&self.pool)
        .await?;
        Ok(id)
    }

    pub async fn find(&self, id: i64) -> anyhow::Result<Option<Order>> {
        let order = sqlx::query_as("SELECT * FROM orders WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(order)
    }

    pub async fn set_receipt(&self, id: i64, receipt: &str) -> anyhow::Result<()> {
        sqlx::query("UPDATE orders SET receipt = $2 WHERE id = $1")
            .bind(id)
            .bind(receipt)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
