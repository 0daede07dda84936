//! Some validation pictures with what the model says of them.

use burn::tensor::{Tensor, TensorData};
use firelight_datablock::{Categories, Item, OnError};
use firelight_losses::Loss;
use firelight_transforms::{Chance, Scratch, Size};
use firelight_vocab::Vocab;
use image::RgbImage;

use crate::error::guarded;
use crate::fit::host;
use crate::task::Task;
use crate::{Learner, LearnerError};
use firelight_models::Model;
use firelight_plots::{Mark, Tile, grid};

impl<I: Item + ?Sized, M: Model + Sync> Learner<Categories<I>, M> {
    /// `count` pictures of the validation part as the model sees them, with the class that it picks and, where that is
    /// wrong, the actual one; right and wrong ones are marked.
    ///
    /// Which pictures is a draw from the learner's seed; the next call shows the same ones. Broken ones are passed over where the
    /// loaders skip them.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn show_results(&self, count: usize) -> Result<RgbImage, LearnerError> {
        let Self { task, state, .. } = self;
        task.check_classes()?;
        let (valid, model) = (task.data.valid(), state.model.for_inference());
        let mut order: Vec<usize> = (0..valid.dataset().len()).collect();
        Chance::new(task.options.seed, 0, u64::MAX).shuffle(&mut order);

        let (mut tiles, mut scratch) = (Vec::new(), Scratch::default());
        for item in order {
            if tiles.len() == count {
                break;
            }
            match self.result(&model, item, &mut scratch) {
                Err(LearnerError::Data(error)) if valid.on_error() == OnError::Skip && error.is_broken_file() => {}
                tile => tiles.push(tile?),
            }
        }
        Ok(grid(&tiles, 0))
    }

    fn result(&self, model: &M, item: usize, scratch: &mut Scratch) -> Result<Tile, LearnerError> {
        let Task { data, loss, decision, .. } = &self.task;
        let (dataset, transforms) = (data.valid().dataset(), data.valid().dataset().transforms());
        let (picture, path) = (dataset.picture(item)?, dataset.path(item));
        let planes = transforms.planes(&picture, None, scratch);
        let (size, planes) = planes
            .map_err(|error| LearnerError::Input { path: Some(path.to_path_buf()), why: error.in_file(&path) })?;
        let picture = transforms.normalize().decode(&planes, size);
        let at = || format!("a result of {}", path.display());
        let row = guarded(at, || host(loss.activation(model.forward(self.input(size, planes)))))?;
        let said = Said { predicted: decision.best(&row).unwrap_or_default(), actual: dataset.targets()[item] };
        Ok(said.tile(data.vocab(), picture, |class| row[class]))
    }

    fn input(&self, size: Size, planes: Vec<f32>) -> Tensor<4> {
        let shape = [1, 3, size.height as usize, size.width as usize];
        Tensor::from_data(TensorData::new(planes, shape), &self.task.plain_device())
    }
}

/// A prediction beside the truth.
pub(super) struct Said {
    pub predicted: usize,
    pub actual: usize,
}

impl Said {
    /// The picture with what is said of it, and what is true where that differs.
    pub fn tile(&self, vocab: &Vocab, picture: RgbImage, probability: impl Fn(usize) -> f32) -> Tile {
        let class = |class: usize| format!("{} {:.0} %", &vocab[class], 100.0 * probability(class));
        let right = self.actual == self.predicted;
        let title = if right {
            vec![class(self.predicted)]
        } else {
            vec![format!("said {}", class(self.predicted)), format!("is {}", class(self.actual))]
        };
        Tile { picture, title, mark: Some(if right { Mark::Right } else { Mark::Wrong }) }
    }
}
