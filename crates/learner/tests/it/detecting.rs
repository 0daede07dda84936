//! Boxes with classes are learned by a model and a loss of one's own.

use std::path::Path;

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::{
    Box4, DataBlock, DataError, DataLoaders, FittedTarget, ImageBlock, IndexSplitter, LabelledBoxBlock, LabelledBoxes,
    PaddedBoxes,
};
use firelight_learner::metrics::Outcomes;
use firelight_learner::models::Model;
use firelight_learner::{Accumulator, Better, Checkpoints, Learner, Metric};
use firelight_losses::Loss;
use firelight_transforms::{CutMix, Resize};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// What picture `number` of 32 pixels has: a red card, and on every third a green one below it.
fn objects(number: u32) -> Vec<(String, Box4)> {
    let left = (2 + number * 7 % 18) as f32;
    let card = |name: &str, top: f32| (name.to_owned(), [left, top, left + 10.0, top + 10.0]);
    let mut all = vec![card("red", 3.0)];
    if number.is_multiple_of(3) {
        all.push(card("green", 18.0));
    }
    all
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..24 {
        let mut picture = RgbImage::from_pixel(32, 32, Rgb([90 + (number % 9) as u8; 3]));
        for (class, [left, top, right, bottom]) in objects(number) {
            let colour = if class == "red" { [220, 40, 30] } else { [30, 200, 40] };
            for (x, y) in (left as u32..right as u32).flat_map(|x| (top as u32..bottom as u32).map(move |y| (x, y))) {
                picture.put_pixel(x, y, Rgb(colour));
            }
        }
        picture.save(folder.path().join(format!("{number:02}.png"))).expect("a picture");
    }
    folder
}

fn loaders(folder: &TempDir) -> DataLoaders<LabelledBoxes> {
    let block = LabelledBoxBlock::new(|item: &Path| {
        let number = item.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        number.map(objects).ok_or_else(|| DataError::NoLabel { labeller: "a number".into(), path: item.to_path_buf() })
    });
    DataBlock::new(ImageBlock::rgb(), block)
        .with_splitter(IndexSplitter::new((0..24).step_by(4)))
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path(), &Device::flex())
        .expect("loaders")
        .with_batch_size(6)
}

/// Two places, each the sides of a box, by a linear map of the picture at an eighth of its size.
#[derive(Module, Debug)]
struct Places {
    fc: Linear,
}

impl Model for Places {
    type Features = Tensor<2>;

    fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        let [batch, ..] = pictures.dims();
        pictures.reshape([batch * 3 * 16, 2, 16, 2]).mean_dims(&[1, 3]).reshape([batch, 3 * 16 * 16])
    }

    fn classify(&self, features: Tensor<2>) -> Tensor<2> {
        self.fc.forward(features)
    }

    fn groups(&self) -> Vec<String> {
        vec![r"^fc\.".into()]
    }

    fn draws_from_device(&self) -> bool {
        false
    }
}

/// How far the sides of the boxes that there are lie from those of the places.
#[derive(Debug)]
struct Apart;

impl Loss<PaddedBoxes> for Apart {
    fn per_example(&self, output: Tensor<2>, (sides, _, counts): PaddedBoxes) -> Tensor<1> {
        let [batch, most, _] = sides.dims();
        let place = Tensor::<1, Int>::arange(0..most as i64, &sides.device()).unsqueeze::<2>().expand([batch, most]);
        let taken = place.lower(counts.unsqueeze_dim::<2>(1).expand([batch, most])).float();
        let apart = (output.reshape([batch, 2, 4]).narrow(1, 0, most) - sides).abs().sum_dim(2).squeeze_dim::<2>(2);
        (apart * taken).sum_dim(1).squeeze_dim(1)
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }
}

/// How many boxes there are an item: what a metric gets are the placed targets.
struct BoxesAnItem;

struct Counted(usize, usize);

impl Metric<Vec<(usize, Box4)>> for BoxesAnItem {
    fn name(&self) -> String {
        "boxes_an_item".into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<Vec<(usize, Box4)>> + '_> {
        Box::new(Counted(0, 0))
    }

    fn reads_decided(&self) -> bool {
        false
    }
}

impl Accumulator<Vec<(usize, Box4)>> for Counted {
    fn update(&mut self, outcomes: &Outcomes<Vec<(usize, Box4)>>) {
        self.0 += outcomes.targets.iter().map(Vec::len).sum::<usize>();
        self.1 += outcomes.targets.len();
    }

    fn value(&self) -> Option<f64> {
        (self.1 > 0).then(|| self.0 as f64 / self.1 as f64)
    }
}

fn learner(folder: &TempDir) -> Learner<LabelledBoxes, Places> {
    // Tests beside this one share the device's random numbers, which would not be the same again.
    let fc = LinearConfig::new(3 * 16 * 16, 8).with_initializer(Initializer::Zeros).init(&Device::flex());
    let model = Places { fc };
    let metric: Box<dyn Metric<Vec<(usize, Box4)>>> = Box::new(BoxesAnItem);
    Learner::new(loaders(folder), model, Apart).with_metrics([metric]).without_observers()
}

#[test]
fn a_detector_of_ones_own_learns_boxes_with_classes() {
    let (folder, place) = (folder(), tempfile::tempdir().expect("a folder"));
    let run = || {
        let mut learn = learner(&folder).with_checkpoints(Checkpoints::in_folder(place.path().join("run")));
        learn.fit_one_cycle(20, 1e-2).expect("a fit");
        learn
    };
    let before = learner(&folder).evaluate().expect("an evaluation").loss;
    let learn = run();
    let after = learn.evaluate().expect("an evaluation");
    // From ten random starts the worst came down to 0.27 of the loss before.
    assert!(after.loss < 0.5 * before, "{} of {before}", after.loss);
    // Pictures 0, 4, 8, 12, 16 and 20, of which two have a second box.
    assert_eq!(after.metrics, [Some(8.0 / 6.0)]);
    let predictions = learn.predictions().expect("predictions");
    assert_eq!((predictions.items.len(), predictions.columns), (6, 8));
    // The same run again is answered from its record.
    assert_eq!(run().predictions().expect("predictions").outputs, predictions.outputs);
    let batch = learn.show_batch().expect("a picture");
    assert!(batch.pixels().any(|pixel| pixel.0 == [0, 104, 170]), "the blue of what is true");
    let mixed = learn.with_mix(CutMix::default()).fit_one_cycle(1, 1e-3).expect_err("refused");
    assert!(mixed.to_string().contains("a patch would bring its part"), "{mixed}");
}

#[test]
fn weights_of_a_detector_are_kept_by_saving_them() {
    let (folder, place) = (folder(), tempfile::tempdir().expect("a folder"));
    let mut learn = learner(&folder);
    learn.fit(1, 1e-2).expect("a fit");
    let file = place.path().join("weights");
    learn.save(&file).expect("a file");
    let mut other = learner(&folder);
    other.load(&file).expect("the weights");
    assert_eq!(other.predictions().expect("predictions").outputs, learn.predictions().expect("predictions").outputs);
    assert_eq!(other.data().train().dataset().fitted().outputs(), 2, "the classes");
}
