//! From a picture and a draw to planes: the one resampling pass.
//!
//! Two paths. A map that only scales, crops, mirrors and turns by quarters is a separable resize, antialiased and weighed
//! by the draw's filter, as Pillow's. Any other map first shrinks the part of the picture that it looks at, by a separable
//! antialiased resize to √2 of the output's resolution, and then takes one bilinear sample for each output. Two triangles
//! of width s/√2 blur as much as the one of width s that a plain resize takes, so training and validation pictures are
//! equally sharp; where the picture shrinks by less than √2 the bilinear sample alone is enough.
//!
//! Colours of bytes take the two paths three at a time, any other channels as planes of floats, one after the other.

#![allow(clippy::inline_always, reason = "what is not inlined is not compiled for each SIMD width")]

mod scratch;

mod kind;

mod plain;
mod turned;

mod bent;
mod row;
mod sample;
mod window;

mod bands;
mod finish;
mod painted;

pub(crate) use bent::mean_stride;
pub use scratch::Scratch;
