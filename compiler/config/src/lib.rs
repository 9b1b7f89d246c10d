//! `klo.yaml`: found, decoded into spanned values, validated, and turned into [`App`]s.

mod app;
mod discover;
mod file;
mod parts;
mod reader;
mod schema;
pub mod table;
pub mod yaml;

pub use app::{
    App, Declared, EnvironmentConfig, Kubernetes, NetworkConfig, SettingEntry, Settings,
};
pub use discover::{CONFIG_FILE, discover, discover_holding};
pub use schema::schema;

#[cfg(test)]
mod tests;
