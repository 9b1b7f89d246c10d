//! Says what the store holds and what the page is.

mod page;

fn main() {
    println!("{} of schema {}", ledger_store::entries(), ledger_store::SCHEMA.trim());
    println!("{}", page::read());
}
