#![doc = include_str!("../README.md")]

mod answer;
mod error;
mod home;
mod lane;
mod listen;
mod model;
mod refusal;
mod routes;
mod server;
mod told;
mod upload;
mod worker;

pub use error::ServeError;
pub use server::Server;
