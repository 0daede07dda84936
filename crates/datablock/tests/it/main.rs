//! Properties of the datablock crate.

mod errors;
mod folder;
mod labels;
mod loading;
mod sources;
mod splits;

#[cfg(feature = "download")]
mod download;
