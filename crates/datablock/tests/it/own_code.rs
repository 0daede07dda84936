//! Code of a user's own in every place that takes some: it may use rayon, and its panics are errors with a name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::{Device, Tensor};
use firelight_datablock::{
    CategoryBlock, DataBlock, DataError, FittedTarget, FuncSplitter, ImageBlock, IndexSplitter, InputBlock,
    MultiCategoryBlock, OnError, RegressionBlock, Split, Splitter, StratifiedSplitter, TargetBlock, TrainingColours,
    parent_label, read_targets,
};
use firelight_transforms::{Closure, Picture, Resize, TransformError};
use image::{Rgb, RgbImage};
use rayon::prelude::*;

fn items(count: usize) -> Vec<PathBuf> {
    (0..count).map(|i| PathBuf::from(format!("{}/{i}.png", ["cat", "dog"][i % 2]))).collect()
}

/// Draws a picture with threads of rayon; panics on what it is told to.
#[derive(Debug, Clone)]
struct Drawn {
    panics_on: &'static str,
}

impl InputBlock for Drawn {
    fn read(&self, item: &Path) -> Result<Picture, TransformError> {
        assert!(!item.ends_with(self.panics_on), "cannot draw {}", item.display());
        let hash = |i: u32| (0..200).fold(i, |a, b| a.wrapping_mul(31) ^ b);
        let sum = (0..64_u32).into_par_iter().map(hash).reduce(|| 0, u32::wrapping_add);
        Ok(RgbImage::from_pixel(20, 20, Rgb([sum as u8, 9, 9])).into())
    }
}

fn drawn(panics_on: &'static str) -> DataBlock<Drawn, CategoryBlock> {
    let busy = Closure::new("busy", |picture, _| {
        let sum: u32 =
            picture.as_raw().par_chunks(16).map(|bytes| bytes.iter().map(|&b| u32::from(b)).sum::<u32>()).sum();
        Ok(RgbImage::from_pixel(picture.width(), picture.height(), Rgb([sum as u8; 3])))
    });
    DataBlock::new(Drawn { panics_on }, CategoryBlock::new(parent_label))
        .with_splitter(IndexSplitter::new(0..8))
        .with_item_transform(Resize::crop(16))
        .with_item_transform(busy)
}

/// B12: nested parallel work in a reader and a closure, where the waiting thread takes another picture meanwhile.
#[test]
fn a_reader_and_a_closure_may_use_rayon() {
    let loaders = drawn("nothing").dataloaders_of(&items(200), &Device::flex()).expect("loaders").with_workers(2);
    let loaders = loaders.with_batch_size(64);
    let planes = |workers: usize| {
        let loaders = loaders.clone().with_workers(workers);
        let batches = loaders.train().batches(0).expect("an epoch");
        let bits =
            |batch: firelight_datablock::Batch<_>| batch.inputs.into_data().iter::<f32>().map(f32::to_bits).collect();
        batches.map(|batch| bits(batch.expect("a batch"))).collect::<Vec<Vec<u32>>>()
    };
    let alone = planes(1);
    for _ in 0..5 {
        assert_eq!(planes(4), alone);
    }
}

/// B12: a panic names the picture, is never taken for a broken file, and harms no batch after it.
#[test]
fn a_panic_in_a_reader_names_the_item() {
    for on_error in [OnError::Fail, OnError::Skip] {
        let loaders = drawn("11.png").dataloaders_of(&items(40), &Device::flex()).expect("loaders");
        let loaders = loaders.with_batch_size(32).with_on_error(on_error);
        let error = loaders.train().batches(0).expect("an epoch").find_map(Result::err).expect("an error");
        assert!(matches!(&error, DataError::Panicked { stage: "input block", item, .. } if item == "dog/11.png"));
        assert_eq!(
            error.to_string(),
            "input block: a panic on dog/11.png: cannot draw dog/11.png; code of your own returns an error where it cannot go on"
        );
        assert!(loaders.valid().batches(0).expect("an epoch").all(|batch| batch.is_ok()));
    }
    let error = drawn("11.png").with_training_colours(TrainingColours::default());
    let error = error.dataloaders_of(&items(40), &Device::flex()).expect_err("a panic").to_string();
    assert!(error.starts_with("input block: a panic on dog/11.png"), "{error}");
    let loaders = drawn("11.png").dataloaders_of(&items(40), &Device::flex()).expect("loaders");
    assert!(matches!(loaders.train().dataset().picture(3), Err(DataError::Panicked { .. })));
}

fn refused<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(target: Y) -> String {
    let block = DataBlock::new(ImageBlock::rgb(), target).with_splitter(IndexSplitter::new(0..4));
    block.dataloaders_of(&items(20), &Device::flex()).map(drop).expect_err("refused").to_string()
}

fn poisoned(item: &Path, name: &str) -> Result<String, DataError> {
    assert!(!item.ends_with(name), "no row");
    parent_label(item)
}

/// B12: labellers of every block, in either part.
#[test]
fn a_panic_in_a_labeller_names_the_item() {
    let told = |item: &str| {
        format!("labeller: a panic on {item}: no row; code of your own returns an error where it cannot go on")
    };
    for (number, item) in [(2, "cat/2.png"), (13, "dog/13.png")] {
        let name: &'static str = if number == 2 { "2.png" } else { "13.png" };
        assert_eq!(refused(CategoryBlock::new(move |item: &Path| poisoned(item, name))), told(item));
        assert_eq!(refused(MultiCategoryBlock::new(move |item: &Path| Ok(vec![poisoned(item, name)?]))), told(item));
        assert_eq!(
            refused(RegressionBlock::one(move |item: &Path| Ok(poisoned(item, name)?.len() as f32))),
            told(item)
        );
        let given = firelight_vocab::Vocab::from_labels(["cat", "dog"]);
        assert_eq!(refused(CategoryBlock::new(move |item: &Path| poisoned(item, name)).with_vocab(given)), told(item));
    }
    // The first item of a regression is read first.
    assert_eq!(
        refused(RegressionBlock::one(|item: &Path| Ok(poisoned(item, "4.png")?.len() as f32))),
        told("cat/4.png")
    );
}

/// B12: splitters, with the item where there is one.
#[test]
fn a_panic_in_a_splitter_is_an_error() {
    #[derive(Debug)]
    struct Broken;
    impl Splitter for Broken {
        fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
            let beyond = items[items.len()].as_os_str().len();
            Split::new(vec![0], vec![beyond], items.len())
        }
    }
    let refused = |splitter: Arc<dyn Splitter>| {
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(splitter);
        block.dataloaders_of(&items(20), &Device::flex()).expect_err("refused").to_string()
    };
    let by_item = FuncSplitter::new(|item: &Path| poisoned(item, "7.png").is_ok_and(|label| label == "cat"));
    assert_eq!(
        refused(Arc::new(by_item)),
        "splitter: a panic on dog/7.png: no row; code of your own returns an error where it cannot go on"
    );
    let error = refused(Arc::new(Broken));
    assert!(error.starts_with("splitter: a panic on one of 20 items: index out of bounds"), "{error}");
    let stratified = StratifiedSplitter::new(0.2, |item: &Path| poisoned(item, "7.png"));
    assert!(refused(Arc::new(stratified)).contains("a panic on dog/7.png: no row"));
}

/// A block that fails where it is told to.
#[derive(Debug, Clone)]
struct Target(&'static str);

impl TargetBlock for Target {
    type Fitted = Self;

    fn fit(&self, train: &[&Path]) -> Result<(Self, Vec<f32>), DataError> {
        assert!(self.0 != "fit", "no data");
        let mut targets = read_targets(self, train)?;
        if self.0 == "count" {
            targets.pop();
        }
        Ok((self.clone(), targets))
    }
}

impl FittedTarget for Target {
    type Item = Path;
    type Target = f32;
    type Tensor = Tensor<2>;

    fn target(&self, _item: &Path) -> Result<f32, DataError> {
        Ok(1.0)
    }

    fn collate(&self, targets: &[f32], device: &Device) -> Tensor<2> {
        assert!(self.0 != "collate", "no tensor");
        Tensor::<1>::from_floats(targets, device).unsqueeze_dim(1)
    }

    fn describe(&self, _target: &f32) -> String {
        panic!("no words")
    }
}

/// B12: the other places of a target block.
#[test]
fn a_panic_in_a_target_block_is_an_error() {
    let end = "code of your own returns an error where it cannot go on";
    assert_eq!(refused(Target("fit")), format!("target block: a panic on one of 16 training items: no data; {end}"));
    assert_eq!(
        refused(Target("count")),
        "target block: it::own_code::Target gave 15 target(s) for 16 training item(s); `fit` gives one for each, in order"
    );
    let block =
        DataBlock::new(Drawn { panics_on: "nothing" }, Target("collate")).with_splitter(IndexSplitter::new(0..4));
    let loaders = block.dataloaders_of(&items(20), &Device::flex()).expect("loaders").with_batch_size(8);
    let train = loaders.train().clone().with_shuffle(false);
    let error = train.batches(0).expect("an epoch").find_map(Result::err).expect("an error");
    assert_eq!(
        error.to_string(),
        format!("target block: a panic on the batch that begins with cat/4.png: no tensor; {end}")
    );

    let folder = crate::folder::of(&["a.png", "b.png", "c.png"]);
    let block = DataBlock::new(ImageBlock::rgb(), Target("describe")).with_splitter(IndexSplitter::new([0]));
    let summary = block.summary(folder.path(), &Device::flex()).to_string();
    assert!(summary.contains("stopped: target block: a panic on") && summary.contains("no words"), "{summary}");
}

/// A block, an input and a splitter that panic where they are told to.
#[derive(Debug, Clone)]
struct Careless(&'static str);

impl Careless {
    fn at(&self, place: &str) {
        assert!(self.0 != place, "not here");
    }
}

impl InputBlock for Careless {
    fn read(&self, _item: &Path) -> Result<Picture, TransformError> {
        Ok(RgbImage::new(16, 16).into())
    }

    fn channels(&self) -> Vec<usize> {
        self.at("channels");
        vec![3]
    }

    fn reader(&self) -> Option<firelight_transforms::InputReader> {
        self.at("reader");
        None
    }
}

impl TargetBlock for Careless {
    type Fitted = Self;

    fn fit(&self, train: &[&Path]) -> Result<(Self, Vec<Shown>), DataError> {
        Ok((self.clone(), read_targets(self, train)?))
    }

    fn given(&self) -> Option<Self> {
        self.at("given");
        None
    }
}

/// A target that prints itself with care or not.
#[derive(Clone)]
struct Shown(Careless);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.at("target");
        f.write_str("1")
    }
}

impl FittedTarget for Careless {
    type Item = Path;
    type Target = Shown;
    type Tensor = Tensor<2>;

    fn target(&self, item: &Path) -> Result<Shown, DataError> {
        if self.0 == "unknown" {
            let unfit = firelight_datablock::Unfit { label: "emu".into(), count: 1, suggestion: None };
            return Err(DataError::UnknownLabel { items: 1, labels: vec![unfit], path: item.into() });
        }
        Ok(Shown(self.clone()))
    }

    fn collate(&self, targets: &[Shown], device: &Device) -> Tensor<2> {
        Tensor::zeros([targets.len(), 1], device)
    }

    fn describe(&self, _target: &Shown) -> String {
        "one".into()
    }

    fn vocab(&self) -> Option<&firelight_vocab::Vocab> {
        self.at("vocab");
        self.at("unknown");
        None
    }

    fn outputs(&self) -> usize {
        self.at("outputs");
        1
    }

    fn cautions(&self, _train: &[Shown]) -> Vec<String> {
        self.at("cautions");
        Vec::new()
    }
}

/// The splitter's own, and what is printed of it.
struct Nameless(Careless);

impl std::fmt::Debug for Nameless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.at("splitter");
        self.0.at("empty");
        f.write_str("Nameless")
    }
}

impl Splitter for Nameless {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        let train = if self.0.0 == "empty" { Vec::new() } else { vec![1, 2] };
        Split::new(train, vec![0], items.len())
    }
}

/// Whatever of a user's code it is: loaders, their checks and cautions, and a summary say where it panicked.
#[test]
fn a_panic_in_any_method_of_a_block_or_splitter_is_an_error() {
    let folder = crate::folder::of(&["a.png", "b.png", "c.png"]);
    let block = |place| {
        let splitter = Nameless(Careless(place));
        DataBlock::new(Careless(place), Careless(place)).with_splitter(splitter)
    };
    let say = |code: &str| format!("{code}: not here; code of your own returns an error where it cannot go on");
    for (place, code) in [
        ("reader", "input block: a panic on its `reader`"),
        ("channels", "input block: a panic on its `channels`"),
        ("given", "target block: a panic on its `given`"),
        ("outputs", "target block: a panic on its `outputs`"),
        ("empty", "splitter: a panic on its `Debug`"),
    ] {
        let error = block(place).dataloaders(folder.path(), &Device::flex()).map(drop).expect_err("refused");
        assert_eq!(error.to_string(), say(code));
        assert!(block(place).summary(folder.path(), &Device::flex()).to_string().contains(&say(code)), "{place}");
    }
    for (place, code) in [
        ("vocab", "target block: a panic on its `vocab`".to_owned()),
        ("splitter", "splitter: a panic on its `Debug`".into()),
        ("target", format!("target block: a panic on {}", folder.path().join("b.png").display())),
        ("cautions", "target block: a panic on its `cautions`".into()),
    ] {
        let loaders = block(place).dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(1);
        let summary = block(place).summary(folder.path(), &Device::flex()).to_string();
        assert!(summary.contains(&say(&code)), "{summary}");
        assert_eq!(loaders.check().is_err(), place == "vocab");
        let told = loaders.cautions();
        assert_eq!(told, if place == "cautions" { vec![say(&code)] } else { Vec::new() });
    }
    // A label that is not known is told without a suggestion where there is no asking for one.
    let error = read_targets(&Careless("unknown"), &[Path::new("a.png")]).expect_err("refused").to_string();
    assert!(error.starts_with("vocab: 1 item(s) have a label that is not in the vocab"), "{error}");
}

/// Labels are read once: of 1,000 items no labeller is asked twice about one, whatever the block and the part.
#[test]
fn every_label_is_read_once() {
    fn read<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(target: impl Fn(Arc<AtomicUsize>) -> Y, fails: bool) {
        let asked = Arc::new(AtomicUsize::new(0));
        let block = DataBlock::new(ImageBlock::rgb(), target(asked.clone())).with_splitter(IndexSplitter::new(0..100));
        let loaders = block.dataloaders_of(&items(1000), &Device::flex());
        assert_eq!(loaders.is_err(), fails);
        let asked = asked.load(Ordering::Relaxed);
        assert!(if fails { asked <= 1000 } else { asked == 1000 }, "{asked}");
    }
    let label = |asked: Arc<AtomicUsize>| {
        move |item: &Path| {
            asked.fetch_add(1, Ordering::Relaxed);
            parent_label(item)
        }
    };
    read(|asked| CategoryBlock::new(label(asked)), false);
    let vocab = || firelight_vocab::Vocab::from_labels(["cat", "dog"]);
    read(|asked| CategoryBlock::new(label(asked)).with_vocab(vocab()), false);
    let list = |asked: Arc<AtomicUsize>| {
        let label = label(asked);
        move |item: &Path| Ok(vec![label(item)?])
    };
    read(|asked| MultiCategoryBlock::new(list(asked)), false);
    read(|asked| MultiCategoryBlock::new(list(asked)).with_vocab(vocab()), false);
    let number = |asked: Arc<AtomicUsize>| {
        let label = label(asked);
        move |item: &Path| Ok(label(item)?.len() as f32)
    };
    read(|asked| RegressionBlock::one(number(asked)), false);
    // Nor where one has none: the error is the first one's.
    let unlabelled = |asked: Arc<AtomicUsize>| {
        let label = label(asked);
        move |item: &Path| {
            let label = label(item)?;
            let path = item.to_path_buf();
            let gone = item.ends_with("700.png") || item.ends_with("300.png");
            if gone { Err(DataError::NoLabel { labeller: "it".into(), path }) } else { Ok(label) }
        }
    };
    read(|asked| CategoryBlock::new(unlabelled(asked)), true);
    let error = refused_of(CategoryBlock::new(unlabelled(Arc::default())));
    assert!(error.contains("cat/300.png"), "{error}");
}

fn refused_of<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(target: Y) -> String {
    let block = DataBlock::new(ImageBlock::rgb(), target).with_splitter(IndexSplitter::new(0..100));
    block.dataloaders_of(&items(1000), &Device::flex()).map(drop).expect_err("refused").to_string()
}
