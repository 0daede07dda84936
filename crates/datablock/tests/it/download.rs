//! Files from a server on loopback to folders on this machine.

#[path = "download_archive.rs"]
mod archive;
#[path = "download_server.rs"]
mod server;

#[path = "download_fetch.rs"]
mod fetch;
#[path = "download_unpack.rs"]
mod unpack;

#[path = "download_datasets.rs"]
mod datasets;
