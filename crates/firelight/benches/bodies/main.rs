//! How long bodies take on a device: `bodies NAMES WORKS BATCH [SIZE] [PRECISION] [SECONDS]` prints a line of JSON for each body and work, as soon as
//! it is known. Names and works are lists with commas between; works are `inference`, `frozen`, `training`, `step` and `tune`. Without
//! arguments it lists the bodies that are compared. `FIRELIGHT_DEVICE` names the device; `run` beside it has `PyTorch` in turn.

mod clock;
mod tune;
mod works;

use firelight::models::Arch;
use firelight::prelude::*;
use serde_json::{Map, Value, json};

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

/// What is measured, and for how long at least.
#[derive(Debug, Clone, Copy)]
struct Asked {
    arch: Arch,
    batch: usize,
    side: usize,
    precision: Precision,
    seconds: f64,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [names, works, batch, rest @ ..] = &arguments[..] else {
        println!("{}", json!({ "bodies": COMPARED.map(Arch::name) }));
        return Ok(());
    };
    let precision = rest.get(1).map_or("f32", String::as_str);
    let device = device_from_env()?;
    let on = std::env::var("FIRELIGHT_DEVICE").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "flex".into());
    for name in names.split(',') {
        let asked = Asked {
            arch: name.parse().map_err(|error| format!("{error}"))?,
            batch: batch.parse()?,
            side: rest.first().map_or(Ok(224), |side| side.parse())?,
            precision: match precision {
                "f32" => Precision::F32,
                "f16" => Precision::F16,
                "bf16" => Precision::BF16,
                other => return Err(format!("{other} is none of f32, f16, bf16").into()),
            },
            seconds: rest.get(2).map_or(Ok(3.0), |seconds| seconds.parse())?,
        };
        for work in works.split(',') {
            let mut line = Map::from_iter([
                ("body".into(), json!(asked.arch.name())),
                ("work".into(), json!(work)),
                ("batch".into(), json!(asked.batch)),
                ("size".into(), json!(asked.side)),
                ("precision".into(), json!(precision)),
                ("whose".into(), json!("ours")),
                ("device".into(), json!(on)),
            ]);
            line.extend(match work {
                _ if !device.supports_dtype(works::dtype(asked.precision)) => {
                    Map::from_iter([("left_out".into(), json!("the device has no such numbers"))])
                }
                "inference" => works::inference(&asked, &device)?,
                "frozen" => works::frozen(&asked, &device)?,
                "training" => works::training(&asked, &device)?,
                "step" => works::step(&asked, &device)?,
                "tune" => tune::tune(&asked, &device)?,
                other => return Err(format!("{other} is none of inference, frozen, training, step, tune").into()),
            });
            println!("{}", Value::Object(line));
        }
    }
    Ok(())
}
