//! `klo.yaml`: found, decoded into spanned values, validated, and turned into [`App`]s.

mod app;

pub use app::{
    App, Declared, EnvironmentConfig, Kubernetes, NetworkConfig, SettingEntry, Settings,
};
