//! What the metrics promise.

mod fastai;
mod laws;
mod maps;
mod metrics;
mod pairs;
mod reports;
mod scores;
mod trust;
