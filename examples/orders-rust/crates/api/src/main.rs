mod error;
mod routes;
mod state;

use std::env;

use axum::Router;
use axum::routing::get;
use storage::{Catalog, Orders, Receipts, Requests};

use crate::state::AppState;

// @klo::service(name = "api", users = 5_000, latency = "low")
// @klo::expose(to = "internet", cors = ["https://shop.example.com"])
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
    let aws = aws_config::load_from_env().await;
    let state = AppState {
        orders: Orders::connect().await?,
        catalog: Catalog::connect().await?,
        receipts: Receipts::new(&aws)?,
        requests: Requests::new(&aws)?,
    };
    let app = Router::new()
        .route("/health", get(|| async { "ok" }))
        .nest("/orders", routes::orders::router())
        .nest("/products", routes::products::router())
        .with_state(state);
    let port: u16 = env::var("PORT").unwrap_or_else(|_| "8080".to_owned()).parse()?;
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await?;
    tracing::info!(port, "listening");
    axum::serve(listener, app)
        .with_graceful_shutdown(stopped())
        .await?;
    Ok(())
}

/// Ends when the platform asks the process to.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut asked) = signal(SignalKind::terminate()) {
        asked.recv().await;
    }
}
