//! Settings of a server, and its life.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware;
use firelight_costs::{CostMatrix, Decision};
use firelight_predict::{Predictor, TargetKind};
use firelight_vocab::Groups;

use crate::ServeError;
use crate::home::at_home;
use crate::listen::{bind, listen};
use crate::routes::routes;
use crate::told::Told;
use crate::upload::Room;
use crate::worker::Worker;

/// A model behind a page and an interface for programs, over HTTP/1.
///
/// ```no_run
/// use std::net::{Ipv4Addr, SocketAddr};
///
/// use burn::tensor::Device;
/// use firelight_predict::Predictor;
/// use firelight_serve::{ServeError, Server};
///
/// # fn main() -> Result<(), ServeError> {
/// let server = Server::new(Predictor::load("pets.firelight", &Device::flex())?)?.with_question("Which breed is it?");
/// server.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 8000)), || false, |address| println!("open http://{address}"))
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    predictor: Predictor,
    told: Told,
    question: String,
    names: Vec<String>,
    largest: usize,
    patience: Duration,
}

impl Server {
    /// A server of a model whose items are a picture file each: uploads of up to 8 MiB, 30 seconds of patience. Of a model that decides by minimum
    /// risk the expected cost of each answer is told.
    ///
    /// # Errors
    ///
    /// [`ServeError::Model`] where an item has several files.
    pub fn new(predictor: Predictor) -> Result<Self, ServeError> {
        predictor.one_file()?;
        let manifest = predictor.manifest();
        let costs = match &manifest.decision {
            Decision::MinimumRisk(costs) => Some(costs.clone()),
            _ => None,
        };
        let question = match manifest.target {
            TargetKind::Category(_) => "Which class is it?",
            _ => "What does the model see?",
        };
        Ok(Self {
            predictor,
            told: Told { groups: None, costs },
            question: question.into(),
            names: Vec::new(),
            largest: 8 << 20,
            patience: Duration::from_secs(30),
        })
    }

    /// Tells each class's group too, and how likely the answer's group is. They stand beside answers of the same classes, also in a pair.
    pub fn with_groups(mut self, groups: Groups) -> Self {
        self.told.groups = Some(groups);
        self
    }

    /// Tells what an answer costs on average by these costs, whatever the model decides by.
    ///
    /// # Errors
    ///
    /// [`ServeError::Costs`] unless they name exactly the classes that the model tells, of a pair those of its first part of one class.
    pub fn with_costs(mut self, costs: &CostMatrix) -> Result<Self, ServeError> {
        self.told.costs = Some(costs.align(self.predictor.manifest().target.one_of().unwrap_or(costs.vocab()))?);
        Ok(self)
    }

    /// What the page asks: its heading.
    pub fn with_question(mut self, question: impl Into<String>) -> Self {
        self.question = question.into();
        self
    }

    /// A name besides `localhost` that it answers to on this machine's own address, as where a proxy hands it on; all that are given.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// The largest upload, in bytes, at most 64 MiB; those that are being answered take 160 MiB together at most.
    ///
    /// # Panics
    ///
    /// If it is 0, or larger than that.
    pub fn with_largest(mut self, bytes: usize) -> Self {
        assert!((1..=64 << 20).contains(&bytes), "the largest upload is from 1 byte to 64 MiB, and not {bytes} bytes");
        self.largest = bytes;
        self
    }

    /// How long an upload may take, a day at most; an answer may wait four times as long for its turn.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        // No clock goes on for ever.
        self.patience = patience.min(Duration::from_hours(24));
        self
    }

    /// Serves until `ended` says so, and then finishes what is being answered, which takes as long as its patience at most. `started` is told the address:
    /// port 0 is any that is free. Other hosts than the loopback are reached by everybody who reaches this machine.
    ///
    /// # Errors
    ///
    /// [`ServeError::Listen`], mostly since something else listens on the port.
    pub fn serve(
        self,
        place: SocketAddr,
        ended: impl Fn() -> bool,
        started: impl FnOnce(SocketAddr),
    ) -> Result<(), ServeError> {
        let target = self.predictor.manifest().target.clone();
        let room = Room::new(self.largest, self.patience);
        let highest_cost = self.told.highest_cost();
        let threads = |why| ServeError::Threads { why };
        let worker = Worker::start(self.predictor, self.told).map_err(threads)?;
        let routes = routes(worker, target, highest_cost, room, &self.question);
        let names: Arc<[String]> = self.names.into();
        let at_home = middleware::from_fn_with_state(names, at_home);
        let routes = if place.ip().is_loopback() { routes.layer(at_home) } else { routes };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(threads)?.block_on(async {
            let failed = |why| ServeError::Listen { place, why };
            let listener = bind(place).map_err(failed)?;
            started(listener.local_addr().map_err(failed)?);
            listen(listener, routes, self.patience, ended).await;
            Ok(())
        })
    }
}
