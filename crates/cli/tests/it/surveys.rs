//! What `look` says of a folder.

use std::fs;

use crate::data::{self, COLOURS};
use crate::{refused, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "24"];

/// The line of a stage.
fn line<'a>(text: &'a str, stage: &str) -> &'a str {
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(stage)).collect();
    assert_eq!(lines.len(), 1, "{stage}: {text}");
    lines[0][stage.len()..].trim_start()
}

#[test]
fn classes_sizes_broken_files_and_twins_are_counted_in_every_layout() {
    type Layout = fn(&std::path::Path);
    let layouts: [(Layout, &str, &str); 4] = [
        (|root| data::class_folders(root, 24), "blue/0.png", "red/4.png"),
        (|root| data::part_folders(root, 24), "train/blue/0.png", "val/red/11.png"),
        (|root| data::names(root, 24), "blue_0.png", "red_4.png"),
        (
            |root| {
                data::table(root, "labels.csv", 24, "file,label", |n, of| format!("p{n}.png,{}", COLOURS[of.colour]));
            },
            "images/p0.png",
            "images/p4.png",
        ),
    ];
    for (layout, first, other) in layouts {
        let root = tempfile::tempdir().unwrap();
        let (at, data) = (root.path(), root.path().join("data"));
        layout(&data);
        let look = [&["look", "data"], &SMALL[..]].concat();
        let plain = said(at, &look);
        assert!(line(&plain, "pictures").starts_with("24: train "), "{plain}");
        assert_eq!(line(&plain, "sizes"), "smallest 32×32, median 32×32, largest 32×32");
        assert!(line(&plain, "broken").starts_with("none") && line(&plain, "twins").starts_with("none"), "{plain}");
        let counted = |text: &str| -> usize {
            let rows = text.lines().filter(|line| COLOURS.iter().any(|colour| line.ends_with(&format!("  {colour}"))));
            rows.flat_map(|row| {
                row.split_whitespace().filter_map(|field| field.parse::<usize>().ok()).collect::<Vec<_>>()
            })
            .sum()
        };
        assert_eq!(counted(&plain), 24, "{plain}");
        // One becomes another one's twin, one is wide, and one is torn.
        fs::copy(data.join(first), data.join(other)).unwrap();
        let more = |number: &str| first.replace("0.png", number);
        image::RgbImage::new(90, 50).save(data.join(more("6.png"))).unwrap();
        fs::write(data.join(more("12.png")), "half").unwrap();
        let seen = said(at, &look);
        assert_eq!(line(&seen, "sizes"), "smallest 32×32, median 32×32, largest 90×50");
        let broken = line(&seen, "broken");
        assert!(broken.starts_with("1 picture cannot be read") && broken.ends_with(&more("12.png")), "{broken}");
        let twins = line(&seen, "twins");
        assert!(
            twins.starts_with("1 picture is there more than once, ") && twins.contains(first) && twins.contains(other),
            "{twins}"
        );
        assert_eq!(counted(&seen), 24, "{seen}");
        if first.starts_with("train") {
            assert!(twins.contains(" 1 of them in several parts"), "{twins}");
        }
        assert!(seen.contains("stopped: ") != seen.contains("every stage works"), "{seen}");
    }
}

/// The size, the transforms and the split are those of the recipe that `train` would write and the program that it would print.
#[test]
fn the_settings_are_those_of_train() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 24);
    let more = ["--weights", "none", "--size", "40", "--valid", "0.25", "--split-seed", "7"];
    let look = said(at, &[&["look", "data", "--batch", "new/folder/batch.png"], &more[..]].concat());
    let train = said(at, &[&["train", "data", "--dry-run"], &more[..]].concat());
    let guessed: Vec<&str> = train.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(guessed.iter().all(|guess| look.lines().any(|line| line == *guess)), "{look}\n{train}");
    assert!(look.contains("40×40") && look.contains("a tensor [4, 3, 40, 40]"), "{look}");
    assert!(
        line(&look, "pictures") == "24: train 18, valid 6" && look.contains("18 to train, 6 to validate"),
        "{look}"
    );
    assert!(at.join("new/folder/batch.png").is_file());
    // Those of masks too, which have no classes a picture.
    data::masks(&at.join("masked"), 12);
    let masks = said(at, &[&["look", "masked"], &more[..]].concat());
    assert!(masks.contains("40×40") && line(&masks, "sizes").contains("32×32"), "{masks}");
}

#[test]
fn a_picture_that_others_are_to_be_like_is_looked_at_first() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 12);
    fs::write(at.join("torn.png"), "half").unwrap();
    for file in ["torn.png", "gone.png"] {
        let text = refused(at, &["similar", "data", file, "--weights", "no-such.pth"]);
        assert!(text.contains(file) && !text.contains("no-such"), "{text}");
    }
}
