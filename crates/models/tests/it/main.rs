//! What the models and their weights promise.

mod models;
mod weights;
mod weights_files;
