use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use storage::{NewOrder, Order, Orders, ReceiptRequest, Receipts, Requests};

use crate::error::Failure;
use crate::state::AppState;

#[derive(Serialize)]
struct Accepted {
    id: i64,
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .route("/{id}", get(show))
        .route("/{id}/receipt", get(receipt))
}

async fn create(
    State(orders): State<Orders>,
    State(requests): State<Requests>,
    Json(order): Json<NewOrder>,
) -> Result<(StatusCode, Json<Accepted>), Failure> {
    let id = orders.add(&order).await?;
    requests.send(&ReceiptRequest { order: id }).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id })))
}

async fn show(
    State(orders): State<Orders>,
    Path(id): Path<i64>,
) -> Result<Json<Option<Order>>, Failure> {
    Ok(Json(orders.find(id).await?))
}

async fn receipt(
    State(orders): State<Orders>,
    State(receipts): State<Receipts>,
    Path(id): Path<i64>,
) -> Result<Vec<u8>, Failure> {
    let order = orders.find(id).await?;
    match order.and_then(|order| order.receipt) {
        Some(key) => Ok(receipts.read(&key).await?),
        None => Ok(Vec::new()),
    }
}
