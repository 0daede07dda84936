#![doc = include_str!("../README.md")]

mod builder;
mod dims;
mod error;
mod export;
mod graph;
mod lower;
mod output;
mod proto;
mod record;

pub use error::OnnxError;
pub use export::{Export, OnnxModel};
pub use output::Output;
