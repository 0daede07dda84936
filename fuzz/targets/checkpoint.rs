//! A run's checkpoint: its manifest by chance, its numbers as they were. Whoever goes on from it ends, or is told why not.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use firelight::prelude::*;
use firelight_fuzz::training::{learner, run};
use firelight_fuzz::{begin, folder, sealed};
use libfuzzer_sys::fuzz_target;

/// The files of a run that has ended; the newest checkpoint as manifest and numbers.
static RUN: LazyLock<(Vec<(String, Vec<u8>)>, String, Vec<u8>, Vec<u8>)> = LazyLock::new(|| run().expect("a run"));

fuzz_target!(init: begin("checkpoint", &[RUN.2.clone()]), |data: &[u8]| {
    let (files, newest, _, numbers) = &*RUN;
    let place = folder().join("checkpoints");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).expect("a folder");
    for (name, bytes) in files {
        fs::write(place.join(name), bytes).expect("a file");
    }
    fs::write(place.join(newest), sealed("firelight-checkpoint 3", &[data, b"\n", numbers])).expect("a file");
    let mut learn = learner().expect("a learner").with_checkpoints(Checkpoints::in_folder(&place).every_steps(1));
    let _ = learn.fit(1, 1e-3);
});
