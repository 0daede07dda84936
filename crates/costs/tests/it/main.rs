//! What matrices, class weights and decisions promise.

mod csv;
mod decisions;
mod storage;
mod texts;
