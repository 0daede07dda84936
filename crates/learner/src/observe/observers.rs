//! Those who watch a learner, together.

use std::fmt;
use std::sync::Mutex;

use super::{Event, Flow, Observer};
use crate::LearnerError;
use crate::error::guarded;

/// The observers of a learner. They need not be shared between threads for the learner to be: only a fit, which has the learner
/// to itself, tells them anything.
#[derive(Default)]
pub(crate) struct Observers(Vec<Mutex<Box<dyn Observer>>>);

impl Observers {
    pub fn add(&mut self, observer: impl Observer + 'static) {
        self.0.push(Mutex::new(Box::new(observer)));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Box<dyn Observer>> {
        self.0.iter_mut().map(|observer| observer.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Whether all can work with these metrics.
    pub fn check(&mut self, metrics: &[String]) -> Result<(), LearnerError> {
        self.each().try_for_each(|observer| observer.check(metrics))
    }

    /// Tells every observer. Gives why the fit is to end, where one of them wants that.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Panicked`] if one panics; the others are told all the same.
    pub fn tell(&mut self, event: Event) -> Result<Option<String>, LearnerError> {
        let (mut stop, mut failure) = (None, None);
        for observer in self.each() {
            let why = || match observer.observe(&event) {
                Flow::Continue => None,
                Flow::Stop => Some(observer.reason().unwrap_or_else(|| "an observer asked for it".into())),
            };
            match guarded(|| format!("an observer of {event}"), why) {
                Ok(why) => stop = stop.or(why),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(stop), Err)
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}
