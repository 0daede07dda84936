//! Those who watch a learner, together.

use std::fmt;
use std::sync::Mutex;

use super::{Event, Flow, Observer};
use crate::LearnerError;
use crate::error::guarded;

/// The observers of a learner. They need not be shared between threads for the learner to be: only a fit, which has the learner
/// to itself, tells them anything.
#[derive(Default)]
pub(crate) struct Observers {
    all: Vec<Mutex<Box<dyn Observer>>>,
    /// Whether one of them wants the fit at hand to be broken off.
    interrupt: bool,
}

impl Observers {
    pub fn add(&mut self, observer: impl Observer + 'static) {
        self.all.push(Mutex::new(Box::new(observer)));
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Box<dyn Observer>> {
        self.all.iter_mut().map(|observer| observer.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Whether all can work with these metrics.
    pub fn check(&mut self, metrics: &[String]) -> Result<(), LearnerError> {
        self.each().try_for_each(|observer| observer.check(metrics))
    }

    /// Whether one of them has wanted the fit at hand to be broken off.
    pub fn interrupt(&self) -> bool {
        self.interrupt
    }

    /// Tells every observer. Gives why the fit is to end, where one of them wants that.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Panicked`] if one panics; the others are told all the same.
    pub fn tell(&mut self, event: Event) -> Result<Option<String>, LearnerError> {
        let (mut stop, mut failure) = (None, None);
        let mut interrupt = self.interrupt && !matches!(event, Event::Start { .. });
        for observer in self.each() {
            let why = || match observer.observe(&event) {
                Flow::Continue => (None, false),
                Flow::Stop => (Some(observer.reason().unwrap_or_else(|| "an observer asked for it".into())), false),
                Flow::Interrupt => (None, true),
            };
            match guarded(|| format!("an observer of {event}"), why) {
                Ok((why, broken_off)) => (stop, interrupt) = (stop.or(why), interrupt | broken_off),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        self.interrupt = interrupt;
        failure.map_or(Ok(stop), Err)
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} observers", self.all.len())
    }
}
