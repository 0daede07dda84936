//! A walk through a recipe, and where it stops.

use burn::tensor::Device;
use firelight_datablock::{DataBlock, ImageBlock, IndexSplitter, Summary, TrainingColours};
use firelight_transforms::{Closure, Resize, aug_transforms};

use crate::folder;

fn summary(
    names: &[&str],
    finish: impl Fn(
        DataBlock<ImageBlock, firelight_datablock::CategoryBlock>,
    ) -> DataBlock<ImageBlock, firelight_datablock::CategoryBlock>,
) -> (String, Summary) {
    let folder = folder::of(names);
    std::fs::write(folder.path().join("notes.txt"), "not a picture").expect("a file");
    let block = DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_splitter(IndexSplitter::new([0]));
    let summary = finish(block).summary(folder.path(), &Device::flex());
    (summary.to_string().replace(&folder.path().display().to_string(), "pets"), summary)
}

const NAMES: [&str; 4] = ["beagle_0.png", "beagle_1.png", "pug_2.png", "pug_3.png"];

#[test]
fn every_stage_says_what_it_makes_of_the_first_picture() {
    let (text, summary) = summary(&NAMES, |block| {
        block
            .with_item_transform(Resize::crop(20))
            .with_batch_transforms(aug_transforms().size(16).max_lighting(0.0))
            .with_training_colours(TrainingColours::default())
    });
    assert!(summary.failure().is_none());
    insta::with_settings!({filters => vec![
        (r"from -?\d+\.\d\d to -?\d+\.\d\d, mean -?\d+\.\d\d", "from [least] to [most], mean [mean]"),
        (r"mean \[.*\] and std \[.*\]", "mean [mean] and std [std]"),
        (r"bytes from \d+ to \d+", "bytes from [least] to [most]"),
        (r" on .*, numbers", " on [device], numbers"),
    ]}, { insta::assert_snapshot!(text, @r#"
    source     4 items below pets, the first pets/beagle_0.png
    split      3 to train, 1 to validate by IndexSplitter { valid: [0] }
    vocab      2 class(es) of the training part, from "beagle" (0) to "pug" (1)

    one sample, pets/beagle_1.png
    read       a picture of 25×20, bytes from [least] to [most]
    target     beagle as 0
    item       Resize to 20×20 by cropping, bilinear
               gives three planes of 20×20, colours from [least] to [most], mean [mean]
    batch      aug_transforms to 16×16 (flip p = 0.5, warp ±0.2 p = 0.75, rotate ±10° p = 0.75, zoom 1 to 1.1 p = 0.75), padding with reflection
               gives three planes of 16×16, colours from [least] to [most], mean [mean]
    normalize  Normalize by mean [mean] and std [std]
               gives three planes of 16×16, numbers from [least] to [most], mean [mean]

    one batch of 3
    inputs     a tensor [3, 3, 16, 16] on [device], numbers from [least] to [most], mean [mean]
    targets    pug, pug, beagle

    every stage works
    "#); });
}

#[test]
fn a_walk_stops_at_the_stage_that_fails_and_says_what_would_help() {
    let (text, stopped) = summary(&["beagle_0.png", "holiday.png"], |block| block);
    assert!(stopped.failure().is_some());
    insta::assert_snapshot!(text, @r#"
    source     2 items below pets, the first pets/beagle_0.png

    stopped: labeller: the pattern "(.+)_\\d+\\.png$" finds no label in pets/holiday.png; change the labeller or leave the file out
    "#);
    let (text, _) = summary(&NAMES, |block| {
        let refuse = Closure::new("trim", |_, _| Err("there is no border to trim".into()));
        block.with_item_transform(Resize::crop(20)).with_item_transform(refuse)
    });
    let end = "item       closure `trim`\n\nstopped: pets/beagle_1.png: transform: closure `trim` failed: there is no border to \
               trim\n";
    assert!(text.ends_with(end), "{text}");
    // sizes that differ show in the batch
    let (text, _) = summary(&NAMES, |block| block);
    assert!(
        text.contains("one batch of 3") && text.contains("stopped: collate: pictures of one batch differ"),
        "{text}"
    );
}
