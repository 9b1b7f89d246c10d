//! What both programs keep their data in.

mod catalog;
mod orders;
mod receipts;
mod requests;

pub use catalog::Catalog;
pub use orders::{NewOrder, Order, Orders};
pub use receipts::Receipts;
pub use requests::{ReceiptRequest, Requests};
