use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use storage::Catalog;

use crate::error::Failure;
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new().route("/{product}/price", get(price))
}

async fn price(
    State(catalog): State<Catalog>,
    Path(product): Path<String>,
) -> Result<Json<i64>, Failure> {
    if let Some(cents) = catalog.price_cents(&product).await? {
        return Ok(Json(cents));
    }
    let cents = 100 * product.len() as i64;
    catalog.set_price_cents(&product, cents).await?;
    Ok(Json(cents))
}
