//! Parts of a learner that fail when they are told to, and what a learner is made of.

use std::path::Path;
use std::sync::{Arc, Mutex};

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataLoaders, IndexSplitter, InputBlock, RegexLabeller, image_files,
};
use firelight_learner::models::Arch;
use firelight_learner::optim::{Scheduled, Sgd, SgdState};
use firelight_learner::{
    Backbone, Better, EpochRow, Event, Flow, History, Learner, Metric, Observer, accuracy, vision_learner,
};
use firelight_losses::{Loss, Parts};
use firelight_metrics::{Accumulator, Outcomes};
use firelight_transforms::{Limits, Picture, Resize, TransformError, aug_transforms, open};

use crate::training::{AllBits, bits};

/// Where something may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A picture's file cannot be read.
    File,
    /// The input block panics.
    Input,
    /// The loss panics, in training and in validation.
    Loss,
    /// The loss is not a number, in training and in validation.
    NotANumber,
    /// The metric panics over a batch.
    Batch,
    /// The metric panics at its value.
    Value,
    /// The optimizer panics over a parameter.
    Update,
    /// An observer panics at the event.
    Start,
    Step,
    Epoch,
    Notice,
    End,
}

/// Goes off once: the next time but `after` that something happens at a place.
#[derive(Debug, Clone, Default)]
pub struct Bomb(Arc<Mutex<Fuse>>);

#[derive(Debug, Default)]
struct Fuse {
    set: Option<(Place, usize)>,
    /// What happened since it was set.
    seen: Vec<Place>,
}

impl Bomb {
    pub fn set(&self, place: Place, after: usize) {
        *self.0.lock().expect("a fuse") = Fuse { set: Some((place, after)), seen: Vec::new() };
    }

    /// Nothing goes off, and counting starts anew.
    pub fn clear(&self) {
        *self.0.lock().expect("a fuse") = Fuse::default();
    }

    pub fn is_set(&self) -> bool {
        self.0.lock().expect("a fuse").set.is_some()
    }

    /// How often something happened there.
    pub fn count(&self, place: Place) -> usize {
        self.0.lock().expect("a fuse").seen.iter().filter(|seen| **seen == place).count()
    }

    fn goes_off(&self, place: Place) -> bool {
        let mut fuse = self.0.lock().expect("a fuse");
        fuse.seen.push(place);
        match &mut fuse.set {
            Some((at, 0)) if *at == place => {
                fuse.set = None;
                true
            }
            Some((at, after)) if *at == place => {
                *after -= 1;
                false
            }
            _ => false,
        }
    }

    fn pass(&self, place: Place) {
        if self.goes_off(place) {
            // As a panic is, but for the text on the terminal: there are hundreds.
            std::panic::resume_unwind(Box::new(format!("a bomb at {place:?}")));
        }
    }
}

impl InputBlock for Bomb {
    fn read(&self, path: &Path) -> Result<Picture, TransformError> {
        self.pass(Place::Input);
        let path = if self.goes_off(Place::File) { path.with_extension("gone") } else { path.into() };
        open(&path, &Limits::default()).map(Picture::from)
    }
}

/// A loss with a bomb in it.
#[derive(Debug)]
pub struct Bombed<L>(pub L, pub Bomb);

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for Bombed<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.per_example(output, targets)
    }

    fn parts(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Parts {
        self.1.pass(Place::Loss);
        let output = if self.1.goes_off(Place::NotANumber) { output * f32::NAN } else { output };
        self.0.parts(output, targets)
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

/// The mean probability of the actual class.
struct Confidence(Bomb);

struct Sum<'a>(&'a Bomb, f64, usize);

impl Metric<usize> for Confidence {
    fn name(&self) -> String {
        "confidence".into()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<usize> + '_> {
        Box::new(Sum(&self.0, 0.0, 0))
    }
}

impl Accumulator<usize> for Sum<'_> {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        self.0.pass(Place::Batch);
        for example in outcomes.examples() {
            self.1 += f64::from(example.row[*example.target]);
            self.2 += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        self.0.pass(Place::Value);
        (self.2 > 0).then(|| self.1 / self.2 as f64)
    }
}

impl Observer for Bomb {
    fn observe(&mut self, event: &Event) -> Flow {
        self.pass(match event {
            Event::Start { .. } => Place::Start,
            Event::Step(_) => Place::Step,
            Event::Epoch(_) => Place::Epoch,
            Event::End => Place::End,
            _ => Place::Notice,
        });
        Flow::Continue
    }
}

/// Gradient descent with momentum, and with a bomb in it.
#[derive(Debug, Clone)]
struct Descent(Sgd, Bomb);

impl Optimizer for Descent {
    type State<const D: usize> = SgdState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<SgdState<D>>,
    ) -> (Tensor<D>, Option<SgdState<D>>) {
        self.1.pass(Place::Update);
        self.0.step(rate, parameter, gradient, state)
    }

    fn to_device<const D: usize>(state: SgdState<D>, device: &Device) -> SgdState<D> {
        Sgd::to_device(state, device)
    }
}

impl Scheduled for Descent {
    const NAME: &'static str = "descent";

    fn momentum(&self) -> f64 {
        self.0.momentum()
    }

    fn at_momentum(self, momentum: f64) -> Self {
        Self(self.0.at_momentum(momentum), self.1)
    }

    fn without_decay(self) -> Self {
        Self(self.0.without_decay(), self.1)
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

pub type BombedLearner = Learner<Categories>;

/// Augmented pictures of the shapes, read through the bomb, in batches of 6 of 18 that train.
pub fn loaders(folder: &Path, bomb: &Bomb) -> DataLoaders<Categories> {
    let classes = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern"));
    let items = image_files(folder).expect("pictures");
    DataBlock::new(bomb.clone(), classes)
        .with_splitter(IndexSplitter::new((0..items.len()).step_by(4)))
        .with_item_transform(Resize::crop(32))
        .with_batch_transforms(aug_transforms().size(32).min_scale(0.5))
        .dataloaders_of(&items, &Device::flex())
        .expect("loaders")
        .with_batch_size(6)
        .with_workers(1)
}

/// A learner all of whose parts have the bomb in them; with dropout and stochastic depth.
pub fn learner(folder: &Path, bomb: &Bomb, loss: impl Loss<Tensor<1, Int>> + 'static) -> BombedLearner {
    let backbone = Backbone::from(Arch::Small).with_drop_path(0.3);
    let learn = vision_learner(loaders(folder, bomb), backbone).expect("a learner");
    let loss: Box<dyn Loss<Tensor<1, Int>>> = Box::new(loss);
    learn
        .without_observers()
        .with_loss(Bombed(loss, bomb.clone()))
        .with_metrics([accuracy(), Box::new(Confidence(bomb.clone()))])
        .with_optimizer(Descent(Sgd::new().with_momentum(0.9), bomb.clone()))
        .with_observer(bomb.clone())
}

/// All that a learner has learned, but for the clock.
#[derive(Debug, PartialEq)]
pub struct Learned {
    /// Weights, statistics and the optimizer's state.
    saved: String,
    history: History,
    best: Option<(EpochRow, AllBits)>,
}

impl Learned {
    pub fn by(learn: &Learner<Categories>) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        learn.save(place.path().join("weights")).expect("weights");
        let saved = crate::shapes::digest(&std::fs::read(place.path().join("weights")).expect("bytes"));
        let timeless = |row: &EpochRow| {
            let mut row = row.clone();
            row.seconds = 0.0;
            row
        };
        let mut history = learn.history().clone();
        history.epochs = history.epochs.iter().map(timeless).collect();
        let best = learn.best().map(|best| (timeless(&best.row), bits(&best.model)));
        Self { saved, history, best }
    }
}
