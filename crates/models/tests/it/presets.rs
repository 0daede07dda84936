//! What comes along with weights: the architecture by content, the settings beside them, positions of another grid.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use firelight_models::weights::{Checkpoint, Names, Preset, load_body, recognize, to_safetensors};
use firelight_models::{Arch, BodyConfig};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::models::{device, values};

#[test]
fn a_file_is_recognized_by_names_and_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let members = [
        "resnet18d",
        "regnety_002",
        "mobilenetv4_conv_small",
        "efficientnet-lite0",
        "convnextv2_atto",
        "deit3_small_patch16_224",
    ];
    for (name, names) in members.into_iter().flat_map(|name| [(name, Names::Published), (name, Names::Timm)]) {
        let file = folder.path().join("weights.safetensors");
        std::fs::write(&file, to_safetensors(&name.parse::<Arch>().unwrap().body(1, &device()), names).unwrap())
            .unwrap();
        assert_eq!(recognize(&file, &device()).unwrap().name(), name);
    }
    let file = folder.path().join("none.safetensors");
    let view = TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap();
    std::fs::write(&file, safetensors::serialize([("a", view)], None).unwrap()).unwrap();
    let said = recognize(&file, &device()).unwrap_err().to_string();
    assert!(
        said.ends_with(
            "fit no architecture that is known (there are a); name the architecture, or see which there are"
        ),
        "{said}"
    );
}

#[test]
fn settings_are_the_files_or_the_architectures() {
    let said = |rest: &str| Preset::parse(&format!(r#"{{"architecture": "vit_tiny_patch16_224"{rest}}}"#));
    assert_eq!(said("").unwrap(), Preset::from(Arch::ViTTiny));
    let told = said(
        r#", "model_args": {"img_size": 384}, "pretrained_cfg": {"tag": "x", "input_size": [3, 384, 384], "interpolation": "bilinear",
            "crop_pct": 1.0, "mean": [0.1, 0.2, 0.3], "std": [1, 2, 3], "license": "cc-by-nc-4.0"}"#,
    );
    let told = told.unwrap();
    assert_eq!((told.size, told.bicubic, told.crop, told.tag.as_deref()), (384, false, 1.0, Some("x")));
    assert_eq!(
        (told.mean, told.deviation, told.licence.as_deref()),
        ([0.1, 0.2, 0.3], [1.0, 2.0, 3.0], Some("cc-by-nc-4.0"))
    );
    for (rest, why) in [
        (r#", "model_args": {"depth": 6}"#, "was built with depth"),
        (r#", "pretrained_cfg": {"input_size": [3, 224, 192]}"#, "not square"),
        (r#", "pretrained_cfg": {"input_size": [3, 99999, 99999]}"#, "up to 4096"),
        (r#", "pretrained_cfg": {"interpolation": "lanczos"}"#, "lanczos"),
        (r#", "pretrained_cfg": {"std": [0, 1, 1]}"#, "make no sense"),
        (r#", "pretrained_cfg": {"crop_pct": 2}"#, "make no sense"),
    ] {
        let error = said(rest).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    assert!(
        Preset::parse(r#"{"architecture": "convnext_tinny"}"#).unwrap_err().contains("did you mean \"convnext_tiny\"?")
    );
    assert!(Preset::parse("[]").is_err());
}

#[test]
fn settings_that_cannot_be_read_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    assert!(Preset::read(&file).unwrap_err().to_string().contains("config.json"));
    std::fs::write(&file, vec![b' '; 2 << 20]).unwrap();
    assert!(Preset::read(&file).unwrap_err().to_string().contains("config.json"));
}

#[test]
fn normalization_of_weights_is_spread_over_channels_and_pictures() {
    let pair = BodyConfig::new(Arch::Small).with_channels(4).with_pictures(2);
    let (mean, deviation) = pair.normalization_of([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]);
    assert_eq!(mean, [0.1, 0.2, 0.3, 0.1, 0.1, 0.2, 0.3, 0.1]);
    assert_eq!(deviation, [1.0, 2.0, 3.0, 1.0, 1.0, 2.0, 3.0, 1.0]);
}

/// A file for pictures of another size: its positions become the body's, in the picture's place, and the class token's stays.
#[test]
fn positions_of_another_grid_are_resampled() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("a.safetensors"), folder.path().join("b.safetensors"));
    std::fs::write(&file, to_safetensors(&Arch::ViTTiny.body(1, &device()), Names::Timm).unwrap()).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    // A grid of 24 × 24 whose value is its column, the same in every channel; the class token's is 7.
    let (side, width) = (24, 192);
    let ramp = (0..side * side).map(|place| (place % side) as f32);
    let positions: Vec<u8> =
        std::iter::once(7.0).chain(ramp).flat_map(|x| vec![x; width]).flat_map(f32::to_le_bytes).collect();
    let mut views: Vec<(String, TensorView)> =
        read.tensors().into_iter().filter(|(name, _)| name != "pos_embed").collect();
    views.push(("pos_embed".into(), TensorView::new(Dtype::F32, vec![1, side * side + 1, width], &positions).unwrap()));
    std::fs::write(&other, safetensors::serialize(views, None).unwrap()).unwrap();

    let (body, report) = load_body(Arch::ViTTiny, &other, &device()).unwrap();
    assert!(report.unused.is_empty(), "{report}");
    std::fs::write(&file, to_safetensors(&body.valid(), Names::Timm).unwrap()).unwrap();
    let data: TensorData = Checkpoint::open(&file).unwrap().read("pos_embed").unwrap();
    let found = values(Tensor::<3>::from_data(data, &device()));
    assert_eq!((found.len(), &found[..2]), ((1 + 14 * 14) * width, &[7.0, 7.0][..]));
    // Away from the edges a ramp stays one: column c of 14 is for 24 (c + ½) / 14 - ½ of 24.
    for column in 3..11 {
        let (value, expected) = (found[(1 + 5 * 14 + column) * width], 24.0 * (column as f32 + 0.5) / 14.0 - 0.5);
        assert!((value - expected).abs() < 0.02, "column {column}: {value}, not {expected}");
    }
}

/// The tables of the README and of the book.
#[test]
fn the_tables_of_bodies_are_what_they_say() {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "../../docs/src/bodies.md"] {
        has_all_bodies(page, &std::fs::read_to_string(place.join(page)).unwrap());
    }
}

fn has_all_bodies(name: &str, page: &str) {
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 7).count();
    assert_eq!(rows, Arch::all().count(), "{name}");
    for arch in Arch::all() {
        let millions = arch.parameters() as f64 / 1e6;
        let row = arch.published().map_or_else(
            || format!("| `{arch}` | {millions:.1} | 0.01 | {} | | none: from scratch |", arch.picture_size()),
            |told| {
                let top1 = told.top1.map_or_else(String::new, |share| format!("{share:.1}"));
                let licence = if told.non_commercial { ", not for commercial use" } else { "" };
                let (size, cost, tag) = (told.size, told.multiply_adds, told.tag);
                format!("| `{arch}` | {millions:.1} | {cost:.2} | {size} | {top1} | `{tag}`{licence} |")
            },
        );
        assert!(page.lines().any(|line| line == row), "{name} lacks {row}");
    }
}
