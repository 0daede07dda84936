//! One row of the table of training and inference times, as JSON. `run` beside it makes the table.
//!
//! `steps ROW ours|burn` where a row is one of those in `ROWS`.

mod network;
mod optimizers;
mod rows;

use std::time::Instant;

use burn::tensor::Device;
use serde_json::json;

use network::Kernels;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs before the first that counts, and those that count.
const RUNS: [usize; 2] = [3, 15];

fn main() {
    firelight_layers::on_workers(&Device::flex(), measure);
}

fn measure() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let name = arguments.next().unwrap_or_default();
    let kernels = if arguments.next().as_deref() == Some("burn") { Kernels::Burn } else { Kernels::Ours };
    let Some(mut work) = rows::row(&name, kernels) else {
        println!("{}", json!({ "rows": rows::NAMES }));
        return;
    };
    let [before, counted] = RUNS;
    (0..before).for_each(|_| work());
    let cpu = processor_time();
    let mut times: Vec<f64> = (0..counted)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let cpu = (processor_time() - cpu) / counted as f64;
    times.sort_by(f64::total_cmp);
    println!(
        "{}",
        json!({
            "row": name,
            "kernels": if kernels == Kernels::Ours { "ours" } else { "burn" },
            "median_ms": times[counted / 2],
            "min_ms": times[0],
            "cpu_ms": cpu,
            "peak_mib": peak_memory(),
        })
    );
}

/// Milliseconds of all threads, in steps of ten.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect();
    fields.get(11..13).map_or(f64::NAN, |both| (both[0] + both[1]) * 10.0)
}

fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
