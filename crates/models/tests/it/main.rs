//! What the models and their weights promise.

mod adapted;
mod bodies;
mod channels;
mod depth;
mod head_ends;
mod hostile;
mod models;
mod names;
mod presets;
mod unet;
mod weights;
mod weights_files;
