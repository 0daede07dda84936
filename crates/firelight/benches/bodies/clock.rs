//! What the time is on a device that works by itself.

use std::time::Instant;

use firelight::layers::{on_workers, works_by_itself};
use firelight::prelude::*;
use serde_json::{Map, Value, json};

/// Runs at least of which the median is taken.
const RUNS: usize = 9;
/// A run on a device that works by itself takes so many seconds about, and is of so many times the work at most.
const QUEUED: (f64, f64) = (0.05, 20.0);

/// Milliseconds: of the first time, in which kernels are compiled and the fastest are chosen, and the median of a work once they are.
///
/// A device that works by itself is waited for at the end of a run of the same work several times in a row, as a program asks for it that does
/// not look at each result: what the host takes to ask is hidden where it is less than what the device takes. The processor is done
/// when a call returns, and its runs are of one.
pub fn timed<T: Send>(seconds: f64, device: &Device, mut work: impl FnMut() -> T + Send) -> Result<Map<String, Value>> {
    on_workers(device, || {
        let mut run = |times: u32| -> Result<f64> {
            let begun = Instant::now();
            // What comes of it is kept until it is there, or it need not be.
            let mut kept = None;
            for _ in 0..times {
                kept = Some(work());
            }
            device.sync().map_err(|error| error.to_string())?;
            drop(kept);
            Ok(begun.elapsed().as_secs_f64() / f64::from(times))
        };
        let first = run(1)?;
        // Fused kernels and those that gradients come by are chosen when they are met once more.
        run(2)?;
        let once = run(1)?;
        let times = if works_by_itself(device) { (QUEUED.0 / once).clamp(1.0, QUEUED.1) as u32 } else { 1 };
        run(times)?;
        let (begun, mut each) = (Instant::now(), vec![]);
        while each.len() < RUNS || begun.elapsed().as_secs_f64() < seconds {
            each.push(run(times)?);
        }
        each.sort_by(f64::total_cmp);
        let (ms, first) = (1e3 * each[each.len() / 2], 1e3 * first);
        Ok(Map::from_iter([
            ("ms".into(), json!(ms)),
            ("first_ms".into(), json!(first)),
            ("queued".into(), json!(times)),
        ]))
    })
}
