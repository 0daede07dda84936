//! What the matrices, losses and decisions promise.
