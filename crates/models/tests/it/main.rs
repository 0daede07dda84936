//! What the models and their weights promise.

mod channels;
mod head_ends;
mod models;
mod unet;
mod weights;
mod weights_files;
