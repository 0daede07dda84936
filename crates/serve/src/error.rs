use std::io;
use std::net::SocketAddr;

use firelight_costs::CostError;
use firelight_predict::PredictError;
use thiserror::Error;

/// Why a model is not served.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the words of the texts")]
pub enum ServeError {
    /// A model that cannot be loaded, or whose items are several files.
    #[error(transparent)]
    Model(#[from] PredictError),
    /// Costs that are not of the model's classes.
    #[error(transparent)]
    Costs(#[from] CostError),
    /// An address that cannot be listened on.
    #[error("serve: cannot listen on {place}: {why}; choose another port")]
    Listen { place: SocketAddr, why: io::Error },
    /// No threads to serve with.
    #[error("serve: cannot start its threads: {why}")]
    Threads { why: io::Error },
}
