//! Files from a server on loopback to folders on this machine.

mod archive;
mod server;

mod fetch;
mod hub;
mod unpack;

mod datasets;
