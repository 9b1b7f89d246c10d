//! Scenarios: an app in memory, and every file that is written for it.

mod escaping;
mod mistakes;
mod scenario;
mod scenarios;
