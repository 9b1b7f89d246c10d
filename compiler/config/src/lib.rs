//! `klo.yaml`: found, decoded into spanned values, validated, and turned into [`App`]s.

mod app;
mod discover;
mod file;
mod parts;
mod reader;
pub mod table;
pub mod yaml;

pub use app::{
    App, Declared, EnvironmentConfig, Kubernetes, NetworkConfig, SettingEntry, Settings,
};
pub use discover::{CONFIG_FILE, discover};

#[cfg(test)]
mod tests;
