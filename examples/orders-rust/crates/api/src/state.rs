use axum::extract::FromRef;
use storage::{Catalog, Orders, Receipts, Requests};

/// What handlers share.
#[derive(Clone, FromRef)]
pub struct AppState {
    pub orders: Orders,
    pub catalog: Catalog,
    pub receipts: Receipts,
    pub requests: Requests,
}
