//! Properties of the datablock crate.

mod errors;
mod folder;
mod labels;
mod loading;
mod normalisation;
mod sources;
mod splits;
mod summary;

#[cfg(feature = "download")]
mod download;
