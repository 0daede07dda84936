//! How long forward and backward of a loss take: `cargo bench --workspace --bench losses [-- [SECONDS] [LOSS]]`, JSON on stdout.
//!
//! Each time, in milliseconds, is the fastest of the runs that fit into the given seconds (0.5 by default) a row. The peak of the
//! process's memory is that of the rows so far, so it tells most where one `LOSS` runs alone. The trees are those of `compare.py`: two groups over 37 classes, ten children a node over 1,000 and 10,000.

use std::time::{Duration, Instant};

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_losses::{
    CostMatrix, CrossEntropy, HierarchicalCrossEntropy, Loss, PairWeighted, PairWeights, Reduction,
    SoftLabelCrossEntropy, Taxonomy, TreeDistance, Vocab,
};

// As the pets program: the system's allocator hands every large tensor back to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type ByClass = Box<dyn Loss<Tensor<1, Int>>>;

const LOSSES: [&str; 5] = ["plain", "soft", "pair", "pair expected", "hierarchical"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(0.5);
    let only: Vec<&str> = LOSSES.into_iter().filter(|name| arguments.iter().any(|argument| argument == name)).collect();
    let mut lines = Vec::new();
    for [batch, classes] in [[64, 37], [256, 1000], [1024, 10_000]] {
        for name in LOSSES.into_iter().filter(|name| only.is_empty() || only.contains(name)) {
            let milliseconds = fastest(&loss(name, classes), batch, classes, Duration::from_secs_f64(seconds));
            lines.push(format!(
                "  {{\"loss\": \"{name}\", \"batch\": {batch}, \"classes\": {classes}, \"ms\": {milliseconds:.4}, \"peak_mib\": {}}}",
                peak_memory()
            ));
        }
    }
    println!("[\n{}\n]", lines.join(",\n"));
}

fn loss(name: &str, classes: usize) -> ByClass {
    let tree = tree(classes);
    let vocab = Vocab::ordered((0..classes).map(|class| class.to_string())).expect("names differ");
    let cost = || CostMatrix::from_taxonomy(&tree, TreeDistance::MeetingHeight).expect("leaves differ");
    let pair = || {
        let weights: PairWeights = cost().pair_weights(2.0).expect("weights");
        PairWeighted::new(CrossEntropy::new(), &weights, &vocab).expect("a loss")
    };
    match name {
        "plain" => Box::new(CrossEntropy::new()),
        "soft" => {
            let labels = cost().soft_labels(4.0, 0.3).expect("soft labels");
            Box::new(SoftLabelCrossEntropy::new(&labels, &vocab).expect("a loss"))
        }
        "pair" => Box::new(pair()),
        "pair expected" => Box::new(pair().expected()),
        _ => Box::new(HierarchicalCrossEntropy::new(&tree, &vocab, 0.1).expect("a loss")),
    }
}

/// In MiB, from Linux; 0 elsewhere.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Paths of the classes `0` to `classes - 1`, whose digits are the way down.
fn tree(classes: usize) -> Taxonomy {
    let path = |class: usize| match classes {
        37 => format!("root/{}/{class}", if class < 12 { "cat" } else { "dog" }),
        1000 => format!("root/a{}/b{}/{class}", class / 100, class / 10),
        _ => format!("root/a{}/b{}/c{}/{class}", class / 1000, class / 100, class / 10),
    };
    Taxonomy::from_paths((0..classes).map(path)).expect("a tree")
}

fn fastest(loss: &ByClass, batch: usize, classes: usize, least: Duration) -> f64 {
    let device = Device::flex().autodiff();
    // Any numbers do: a few thousand different ones between -4 and 4.
    let number = |at: usize| ((at * 7919) % 8009) as f32 / 1000.0 - 4.0;
    let logits = TensorData::new((0..batch * classes).map(number).collect::<Vec<_>>(), [batch, classes]);
    let logits = Tensor::<2>::from_data(logits, &device);
    let targets: Vec<i64> = (0..batch).map(|row| (row * 31 % classes) as i64).collect();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(targets, [batch]), &device);
    // The first run uploads the matrix.
    let _ = loss.forward(logits.clone(), targets.clone(), Reduction::Mean);
    let mut best = f64::INFINITY;
    let start = Instant::now();
    let mut runs = 0;
    while start.elapsed() < least || runs < 5 {
        let output = logits.clone().require_grad();
        let run = Instant::now();
        let value = loss.forward(output.clone(), targets.clone(), Reduction::Mean);
        let gradients = value.backward();
        let gradient = output.grad(&gradients);
        best = best.min(run.elapsed().as_secs_f64());
        assert!(gradient.is_some());
        runs += 1;
    }
    1000.0 * best
}
