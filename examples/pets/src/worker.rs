//! A device for training runs in other processes.

use std::net::{IpAddr, SocketAddr};

use firelight::prelude::*;

use crate::say::say;

/// Where to listen.
#[derive(Debug, clap::Args)]
pub struct Worker {
    /// Address to listen on; the default is reached from this machine alone, and any other wants FIRELIGHT_TOKEN. Traffic is not
    /// encrypted
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 7000)]
    port: u16,
}

/// Serves until the process is ended.
pub fn work(options: &Worker, device: &str) -> Result<()> {
    let started = |address: SocketAddr| say(format_args!("{device} is at ws://{address}"));
    Ok(firelight::lend_device(device, (options.host, options.port).into(), started)?)
}
