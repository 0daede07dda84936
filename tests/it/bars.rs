//! Whose bars are drawn, and where.

use std::io;
use std::sync::{Arc, Mutex};

use firelight::datablock::{TrainingColours, verify_images_with};
use firelight::prelude::*;
use firelight::progress::indicatif::{MultiProgress, ProgressDrawTarget, TermLike};
use firelight::transforms::Limits;
use image::{Rgb, RgbImage};

/// A terminal that keeps all that was ever drawn on it.
#[derive(Debug, Clone, Default)]
struct Drawn(Arc<Mutex<String>>);

impl Drawn {
    fn progress(&self) -> Progress {
        MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(Box::new(self.clone()), 255)).into()
    }

    /// Whether nothing at all has been drawn since it was asked last.
    fn is_empty(&self) -> bool {
        std::mem::take(&mut *self.0.lock().expect("the text")).is_empty()
    }

    /// Which of the bars there are have been drawn since it was asked last. What follows has room again: twenty may be drawn at once, and one
    /// more every few milliseconds, which fast steps would use up for the next bar.
    fn bars(&self) -> Vec<&'static str> {
        let text = std::mem::take(&mut *self.0.lock().expect("the text"));
        let known = ["files", "verify", "colours", "train", "valid", "features", "rates"];
        // A count has no bar.
        let begins = |bar: &str| if bar == "files" { "files 1".to_owned() } else { format!("{bar} [") };
        std::thread::sleep(std::time::Duration::from_millis(150));
        known.into_iter().filter(|bar| text.contains(&begins(bar))).collect()
    }
}

impl TermLike for Drawn {
    fn width(&self) -> u16 {
        100
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.lock().expect("the text").push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

fn pictures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 0..10_u8 {
        let class = if number % 2 == 0 { "Bengal" } else { "pug" };
        let picture = RgbImage::from_pixel(32, 32, Rgb([20 * number, 100, 200 - 20 * number]));
        picture.save(folder.path().join(format!("{class}_{number}.png"))).expect("a picture");
    }
    folder
}

fn block() -> DataBlock<ImageBlock, CategoryBlock> {
    let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern"));
    DataBlock::new(ImageBlock::rgb(), breeds)
        .with_splitter(IndexSplitter::new([0, 1, 8, 9]))
        .with_item_transform(Resize::crop(32))
}

/// All that takes a while draws on the terminal that the recipe was given, and two recipes have two terminals.
#[test]
fn everything_a_recipe_leads_to_shows_its_progress_where_it_was_told_to() {
    let images = pictures();
    let device = Device::flex();
    let (one, other) = (Drawn::default(), Drawn::default());
    let loaders = |drawn: &Drawn| {
        let block = block().with_training_colours(TrainingColours::default()).with_progress(drawn.progress());
        block.dataloaders(images.path(), &device).expect("loaders").with_batch_size(2)
    };
    let loaders = [loaders(&one), loaders(&other)];
    let colours = [one.bars(), other.bars()];
    assert_eq!(colours, [["colours"], ["colours"]]);
    let [first, _other] = loaders;
    let mut learn = vision_learner(first, Arch::Small).expect("a learner");
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    assert_eq!(one.bars(), ["train", "valid"]);
    learn.lr_find().expect("a search");
    assert_eq!(one.bars(), ["rates"]);
    learn.head_features(1).expect("features");
    assert_eq!(one.bars(), ["features"]);
    learn.evaluate().expect("figures");
    assert_eq!(one.bars(), ["valid"]);
    assert!(other.is_empty(), "the other recipe's terminal");
}

/// Loaders that are told later draw from then on in the new place alone.
#[test]
fn loaders_can_be_told_another_place_or_none() {
    let images = pictures();
    let device = Device::flex();
    let (first, later) = (Drawn::default(), Drawn::default());
    let loaders = block().with_progress(first.progress()).dataloaders(images.path(), &device).expect("loaders");
    first.bars();
    let learn = vision_learner(loaders.clone().with_progress(later.progress()), Arch::Small).expect("a learner");
    learn.evaluate().expect("figures");
    assert!(later.bars().contains(&"valid") && first.is_empty());
    let learn = vision_learner(loaders.with_progress(Progress::hidden()), Arch::Small).expect("a learner");
    learn.evaluate().expect("figures");
    assert!(later.is_empty() && first.is_empty());
}

#[test]
fn a_list_of_files_is_walked_and_verified_where_it_was_told_to() {
    let images = pictures();
    // The count moves by the thousand.
    for number in 0..1000 {
        std::fs::write(images.path().join(format!("empty_{number}.png")), "").expect("a file");
    }
    let drawn = Drawn::default();
    let files = ImageFiles::new().with_progress(drawn.progress());
    verify_images_with(images.path(), &files, &Limits::default()).expect("a check");
    assert_eq!(drawn.bars(), ["files", "verify"]);
}
