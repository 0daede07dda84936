//! Properties of the datablock crate.

mod caching;
mod corrections;
mod errors;
mod fastai_csv;
mod folder;
mod folds;
mod formats;
mod hand_made;
mod hostile;
mod inputs;
mod items;
mod labelled_boxes;
mod labels;
mod loading;
mod nodes;
mod normalisation;
mod own_code;
mod refusals;
mod settings;
mod skipping;
mod slips;
mod sources;
mod splits;
mod summary;
mod tables;
mod walking;
