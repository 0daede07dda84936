//! What the models and their weights promise.

mod models;
mod unet;
mod weights;
mod weights_files;
