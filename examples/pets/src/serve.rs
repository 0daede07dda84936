//! A page to try a model on, and the same answers as JSON.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use firelight::predict::TargetKind;
use firelight::prelude::*;
use firelight::serve::Server;
use firelight::signals;

use crate::data::species;
use crate::say::say;

/// Cost of another breed of the same species, where one of the other species costs 1.
const NEAR: f64 = 0.25;

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// A model that a training run exported
    export: PathBuf,
    /// Address to listen on; the default is reached from this machine alone
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// A name besides `localhost` that it answers to on this machine's own address, as where a proxy hands it on
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Largest upload in MiB, 1 to 64
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    megabytes: u32,
    /// Seconds that an upload may take; an answer may wait four times as long for its turn
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
}

/// Serves until the program is asked to end, and then finishes what is being answered.
pub fn serve(options: &Serve, device: &Device) -> Result<()> {
    let predictor = Predictor::load(&options.export, device)?;
    let target = predictor.manifest().target.clone();
    let mut server = Server::new(predictor)?
        .with_largest((options.megabytes as usize) << 20)
        .with_patience(Duration::from_secs(options.seconds));
    if let Some(breeds) = target.one_of() {
        let species = Groups::by(breeds, species);
        let costs = CostMatrix::from_groups(&species, NEAR, 1.0);
        server = server.with_groups(species).with_costs(&costs)?;
    }
    if matches!(target, TargetKind::Category(_)) {
        server = server.with_question("Which breed is it?");
    }
    let server = options.names.iter().fold(server, Server::with_name);
    let started = |address| {
        say(format_args!("listening on http://{address}"));
        signals::hold();
    };
    Ok(server.serve(SocketAddr::new(options.host, options.port), signals::asked, started)?)
}
