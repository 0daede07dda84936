//! The layers against burn's own.

mod add;
mod close;
mod conv;
mod norm;
mod pool;
mod precision;
mod shapes;
mod softmax;
mod threads;
mod update;
