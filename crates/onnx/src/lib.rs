#![doc = include_str!("../README.md")]

mod dims;
mod error;
mod export;
mod graph;
mod lower;
mod proto;
mod record;

pub use error::OnnxError;
pub use export::{Export, OnnxModel, Output};
