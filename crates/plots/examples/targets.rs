//! Pictures of what is not a class: a mask, boxes, points and numbers, drawn without a model and side by side.
//!
//! ```sh
//! cargo run -p firelight-plots --example targets [FOLDER]
//! ```
//!
//! Without a folder it says what it would have drawn.

use std::error::Error;

use firelight_plots::{
    LabelledBox, Role, Tile, boxed, grid, legend, masked, pointed, precision_recall_curves, residuals, roc_curves,
    save_png, stacked,
};
use image::{Rgb, RgbImage};

const SIDE: u32 = 96;

fn main() -> Result<(), Box<dyn Error>> {
    // A disc over a meadow, its rim void, as in a trimap.
    let radius = |x: u32, y: u32| f64::from(x.abs_diff(50)).hypot(f64::from(y.abs_diff(40)));
    let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| match radius(x, y) {
        near if near < 25.0 => Rgb([190, 150, 110]),
        _ if y < 48 => Rgb([150, 180, 210]),
        _ => Rgb([90, 140, 70]),
    });
    let code = |at: u32| match radius(at % SIDE, at / SIDE) {
        near if near < 23.0 => 2,
        near if near < 27.0 => 255,
        _ => u8::from(at / SIDE >= 48),
    };
    let codes: Vec<u8> = (0..SIDE * SIDE).map(code).collect();
    let mask = masked(&picture, &codes, &[]);
    let boxes = boxed(
        &picture,
        &[
            LabelledBox { rect: [-0.48, -0.69, 0.56, 0.35], label: "disc".into(), role: Role::Truth },
            LabelledBox { rect: [-0.35, -0.6, 0.7, 0.3], label: "disc 91 %".into(), role: Role::Prediction },
        ],
    );
    let points = pointed(
        &picture,
        &[Some([0.04, -0.17]), Some([0.56, -0.17]), None],
        &[Some([0.1, -0.1]), Some([0.5, -0.4]), Some([-0.7, 0.7])],
    );
    let tile = |picture, title: &str| Tile { picture, title: vec![title.to_owned()], mark: None };
    let sheet = grid(&[tile(mask, "a mask"), tile(boxes, "boxes"), tile(points, "points")], 3);
    let strip = legend(&["sky", "meadow", "disc"].map(String::from), &[], sheet.width());

    let targets: Vec<f32> = (0..200).map(|item| item as f32 / 10.0).collect();
    let outputs: Vec<f32> =
        targets.iter().enumerate().map(|(item, age)| 0.9 * age + (item as f32 * 1.7).sin()).collect();
    let curve =
        |power: i32| (0..=20).map(|step| f64::from(step) / 20.0).map(|x| (x, 1.0 - (1.0 - x).powi(power))).collect();
    let falling = |power: i32| (0..=20).map(|step| f64::from(step) / 20.0).map(|x| (x, 1.0 - x.powi(power))).collect();
    let names = ["pug", "beagle"].map(String::from);
    let [pug, beagle] = names.clone();
    let drawings = [
        ("targets.png", stacked(&[sheet, strip])),
        ("residuals.png", residuals(&targets, &outputs, "age in years")),
        ("roc.png", roc_curves(&[(pug.clone(), curve(6)), (beagle.clone(), curve(3))])),
        ("precision_recall.png", precision_recall_curves(&[(pug, falling(9)), (beagle, falling(3))])),
    ];
    let folder = std::env::args().nth(1);
    for (name, drawing) in drawings {
        println!("{name}: {} x {} pixels", drawing.width(), drawing.height());
        if let Some(folder) = &folder {
            save_png(&drawing, std::path::Path::new(folder).join(name))?;
        }
    }
    Ok(())
}
