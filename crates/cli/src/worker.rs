//! `firelight worker`: this machine's device for training runs elsewhere.

use std::net::SocketAddr;

use firelight::prelude::*;

use crate::cli::{Cli, Worker};
use crate::screen::Screen;

/// Lends the device until the program is asked to end.
pub fn work(options: &Worker, cli: &Cli, screen: Screen) -> Result<()> {
    let started = |address: SocketAddr| {
        let _ = screen.print(format_args!("{} is at ws://{address}", cli.device()));
    };
    Ok(firelight::lend_device(cli.device(), (options.host, options.port).into(), started)?)
}
