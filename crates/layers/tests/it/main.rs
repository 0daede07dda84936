//! The layers against burn's own.

#![allow(clippy::disallowed_methods, reason = "tests compare numbers that are numbers")]

mod add;
mod attend;
mod close;
mod conv;
mod layer_norm;
mod linear;
mod memory;
mod nonfinite;
mod norm;
mod pool;
mod precision;
mod scale;
mod shapes;
mod smooth;
mod softmax;
mod statistics;
mod threads;
mod update;
