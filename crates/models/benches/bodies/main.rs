//! How long a body takes: `bodies NAME inference|frozen|training BATCH [SIZE]` prints a line of JSON, the median of at least nine runs in
//! milliseconds. Without arguments it lists the bodies that are compared. `run` beside it has `PyTorch` in turn.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_layers::on_workers;
use firelight_models::{Arch, Classifier};
use serde_json::json;

/// As the tool and the example have it: the system's allocator gives large tensors back, and clears their pages anew.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One or two of each family.
const COMPARED: [Arch; 13] = [
    Arch::ResNet18,
    Arch::ResNet50,
    Arch::ResNeXt50,
    Arch::RegNetY004,
    Arch::EfficientNetLite0,
    Arch::EfficientNetB0,
    Arch::MobileNetV3Large,
    Arch::MobileNetV4ConvSmall,
    Arch::MobileNetV4ConvMedium,
    Arch::ConvNeXtAtto,
    Arch::ConvNeXtTiny,
    Arch::ViTTiny,
    Arch::ViTSmall,
];

/// Runs at least, and seconds at least, of which the median is taken.
const RUNS: usize = 9;
const SECONDS: f64 = 3.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [name, work, batch, rest @ ..] = &arguments[..] else {
        println!("{}", json!({ "bodies": COMPARED.map(Arch::name), "timm": COMPARED.map(timm) }));
        return;
    };
    let arch: Arch = name.parse().expect("an architecture");
    let (batch, side) =
        (batch.parse().expect("a number"), rest.first().map_or(224, |side| side.parse().expect("a side")));
    let device = Device::flex();
    let pictures = Tensor::<1, burn::tensor::Int>::arange(0..i64::from(batch * 3 * side * side), &device);
    let pictures = (pictures.float() * 0.01 + 0.3).sin().reshape([batch, 3, side, side]);
    let network = arch.classifier(1000, 1, &device);
    let median = match work.as_str() {
        "inference" => {
            let network = network.folded();
            timed(&device, || drop(network.forward(pictures.clone())))
        }
        "frozen" => {
            let network = network.clone();
            timed(&device, || drop(network.body.forward(pictures.clone())))
        }
        "training" => training(&device, &network.train(), pictures),
        other => panic!("{other} is none of inference, frozen, training"),
    };
    println!(
        "{}",
        json!({ "body": arch.name(), "work": work, "batch": batch, "size": side, "whose": "ours", "ms": median })
    );
}

/// A forward pass and the gradients of all parameters.
fn training(device: &Device, network: &Classifier, pictures: Tensor<4>) -> f64 {
    let pictures = Tensor::from_inner(pictures);
    timed(device, || {
        let scores = network.forward(pictures.clone());
        drop((scores.clone() * scores).mean().backward());
    })
}

fn timed(device: &Device, work: impl Fn() + Sync + Send) -> f64 {
    on_workers(device, || {
        work();
        work();
        let (begun, mut each) = (Instant::now(), vec![]);
        while each.len() < RUNS || begun.elapsed().as_secs_f64() < SECONDS {
            let one = Instant::now();
            work();
            each.push(one.elapsed().as_secs_f64() * 1e3);
        }
        each.sort_by(f64::total_cmp);
        each[each.len() / 2]
    })
}

/// timm's name.
fn timm(arch: Arch) -> String {
    let repository = arch.repository().unwrap_or_default();
    repository.trim_start_matches("timm/").split('.').next().unwrap_or_default().to_owned()
}
