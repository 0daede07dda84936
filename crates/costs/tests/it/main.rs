//! What matrices, class weights, calibrations, sets and decisions promise.

mod csv;
mod decisions;
mod heads;
mod storage;
mod texts;
mod trust;
