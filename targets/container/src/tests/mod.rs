//! Scenarios: an app in memory, and every file that is written for it.

mod escaping;
mod mistakes;
mod modules;
mod programs;
mod scenario;
mod scenarios;
