//! `firelight serve`: a page to try a model on, and the same answers as JSON.

use std::net::SocketAddr;
use std::time::Duration;

use firelight::prelude::*;
use firelight::serve::Server;
use firelight::signals;

use crate::cli::{Cli, Serve};
use crate::screen::Screen;

/// Serves until the program is asked to end, and then finishes what is being answered.
pub fn serve(options: &Serve, cli: &Cli, screen: Screen) -> Result<()> {
    let predictor = cli.model(&options.model)?;
    let server = Server::new(predictor)?
        .with_largest(options.megabytes << 20)
        .with_patience(Duration::from_secs(options.seconds));
    let server = options.names.iter().fold(server, Server::with_name);
    let started = |address| {
        let _ = screen.print(format_args!("listening on http://{address}"));
        signals::hold();
    };
    Ok(server.serve(SocketAddr::new(options.host, options.port), signals::asked, started)?)
}
