//! Ways to train: finding a rate, what a step does, who watches, fits. On pictures that it draws.

use std::time::Instant;

use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..60_u32 {
        let (name, stripes) = if n % 2 == 0 { ("tiger", 4) } else { ("lion", 40) };
        let bright = |x: u32| if ((x + n) / stripes).is_multiple_of(2) { 230 } else { 60 };
        let picture = RgbImage::from_fn(32, 32, |x, y| Rgb([bright(x), (y * 4) as u8, 40]));
        picture.save(folder.path().join(format!("{name}_{n}.png")))?;
    }
    let cats = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
    let dls = DataBlock::new(ImageBlock::rgb(), cats)
        .with_batch_transforms(aug_transforms().size(32))
        .dataloaders(folder.path(), &device_from_env()?)?
        .with_batch_size(8);
    let out = folder.path();

    // ANCHOR: options
    let mut learn = vision_learner(dls, Arch::Small)?
        .with_metrics([accuracy(), macro_f1()])
        .with_optimizer(Adam { weight_decay: 0.1, ..Adam::default() })
        .with_gradient_clip(1.0)
        .with_mix(MixUp::new(0.2))
        .with_best(KeepBest::new("valid_loss"));
    // ANCHOR_END: options

    // ANCHOR: observers
    let begin = Instant::now();
    learn = learn
        .with_observer(CsvLog::create(out.join("history.csv"))?)
        .with_observer(LossPlot::new(out.join("losses.png")))
        .with_observer(TensorBoard::in_folder(out.join("board"))?)
        .with_observer(MlFlow::in_folder(out.join("mlruns"), "shapes")?)
        .with_observer(EarlyStopping::new("valid_loss").with_patience(5))
        .with_observer(move |_: &Event| if begin.elapsed().as_secs() < 3600 { Flow::Continue } else { Flow::Stop });
    // ANCHOR_END: observers

    // ANCHOR: search
    let curve = learn.lr_find()?;
    curve.plot().save(out.join("rates.png"))?;
    let rate = curve.valley().unwrap_or(1e-3);
    // ANCHOR_END: search

    // ANCHOR: fits
    learn.fit_one_cycle(4, rate)?;
    learn.fit_one_cycle(1, rate / 100.0..rate / 10.0)?; // from the first group's rate to the head's
    let flat_then_down = Curve::of([(0.7, Piece::flat(1.0)), (0.3, Piece::cosine(1.0, 1e-3))]);
    learn.fit_along(2, rate / 10.0, Schedule::new(flat_then_down))?;
    // ANCHOR_END: fits
    println!("{:.3}", learn.history().last("accuracy").unwrap_or_default());
    Ok(())
}
