//! A learner's weights.

#![no_main]

use std::sync::{LazyLock, Mutex};

use firelight_fuzz::model::Model;
use firelight_fuzz::training::{Learning, learner, saved};
use firelight_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

const KIND: &str = "firelight-weights 1";

static SAVED: LazyLock<Model> = LazyLock::new(|| saved(&learner().expect("a learner")).expect("weights"));
static LEARNER: LazyLock<Mutex<Learning>> = LazyLock::new(|| Mutex::new(learner().expect("a learner")));

fuzz_target!(init: begin("state", &[SAVED.seed()]), |data: &[u8]| {
    let path = file("weights", &SAVED.file(KIND, data));
    let _ = LEARNER.lock().expect("no panic").load(path);
});
