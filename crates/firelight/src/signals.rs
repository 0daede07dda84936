//! Ctrl+C and `SIGTERM` while a model is trained: the fit is broken off after its step, with a checkpoint where it keeps some.
//!
//! ```no_run
//! use firelight::prelude::*;
//! use firelight::signals;
//!
//! # fn train(learn: Learner<Categories>) -> Result<()> {
//! signals::listen(); // at the program's beginning
//! let mut learn = learn.with_checkpoints("checkpoints").with_observer(signals::heed);
//! learn.fit_one_cycle(5, 1e-3)?; // `LearnerError::Interrupted` says how to go on
//! # Ok(())
//! # }
//! ```

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use firelight_learner::{Event, Flow};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What was heard.
#[derive(Debug)]
struct Signals {
    /// The number of the signal that asked for the end; 0 for none.
    asked: Arc<AtomicUsize>,
    /// Whether a signal ends the program at once, as it does where no steps are taken and once one was heard.
    at_once: Arc<AtomicBool>,
}

static SIGNALS: OnceLock<Signals> = OnceLock::new();

impl Signals {
    fn new() -> Self {
        let signals = Self { asked: Arc::default(), at_once: Arc::new(AtomicBool::new(true)) };
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal in the middle of steps finds that it is not to end the program, and the second that it is. Where
            // the system takes none of them, signals do what they always do.
            let number = usize::try_from(signal).unwrap_or_default();
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, signals.at_once.clone())
                .and_then(|_| flag::register(signal, signals.at_once.clone()))
                .and_then(|_| flag::register_usize(signal, signals.asked.clone(), number));
        }
        signals
    }
}

/// From now on a signal is remembered, and ends the program where it says so; a second one does at once.
pub fn hold() {
    signals().at_once.store(false, Ordering::Relaxed);
}

/// Whether a signal was heard.
pub fn asked() -> bool {
    signals().asked.load(Ordering::Relaxed) != 0
}

/// Hears of signals from here on. As the first process of a container a program would hear of none by itself.
pub fn listen() {
    signals();
}

fn signals() -> &'static Signals {
    SIGNALS.get_or_init(Signals::new)
}

/// An observer that has a fit broken off, with a checkpoint, after the step in which a signal came.
pub fn heed(event: &Event) -> Flow {
    if asked() {
        return Flow::Interrupt;
    }
    match event {
        Event::Step(_) => signals().at_once.store(false, Ordering::Relaxed),
        Event::End => signals().at_once.store(true, Ordering::Relaxed),
        _ => {}
    }
    Flow::Continue
}

/// What a program ends with that was asked to end: 130 after Ctrl+C, 143 after `SIGTERM`.
pub fn exit_code() -> Option<ExitCode> {
    let asked = signals().asked.load(Ordering::Relaxed);
    u8::try_from(asked).ok().filter(|&asked| asked > 0).map(|asked| ExitCode::from(128 + asked))
}
