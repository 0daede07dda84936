//! What the metrics promise.

mod metrics;
mod scores;
