//! What the metrics promise.

mod metrics;
