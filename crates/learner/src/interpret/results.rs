//! Validation pictures with what the model says of them.

use burn::tensor::{Tensor, TensorData};
use firelight_datablock::{OnError, Planes};
use firelight_losses::Loss;
use firelight_transforms::{Chance, Scratch, Size};
use image::RgbImage;

use super::marked::{compared, with_legend};
use crate::error::guarded;
use crate::readings::host;
use crate::task::Task;
use crate::{Learner, LearnerError, TargetDefaults};
use firelight_models::Model;
use firelight_plots::{Tile, grid};

impl<F: TargetDefaults, M: Model + Sync> Learner<F, M> {
    /// Validation pictures as the model sees them, with the predicted target, and the actual one where it is another: fastai's
    /// `show_results`. Points and boxes are drawn over the picture, of masks the actual one stands beside the predicted one.
    ///
    /// They are drawn by the learner's seed: `count` of them, or as many as there are. Broken pictures are left out where the
    /// loaders do so ([`OnError::Skip`]).
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn show_results(&self, count: usize) -> Result<RgbImage, LearnerError> {
        let Self { task, state, .. } = self;
        task.check_classes()?;
        task.check_trust(self.trust())?;
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
        Ok(self.sheet(&tiles))
    }

    /// The `k` validation pictures with the highest losses, as [`show_results`](Self::show_results) has them, with their losses: fastai's
    /// `plot_top_losses` for any target.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn show_top_losses(&self, k: usize) -> Result<RgbImage, LearnerError> {
        let dataset = self.task.data.valid().dataset();
        let mut scratch = Scratch::default();
        let tile = |high: crate::HighLoss<F::Target>| {
            let mut tile = self.tile(&dataset.seen(high.item, &mut scratch)?, &high.outputs, &high.path)?;
            tile.title.push(format!("loss {:.2}", high.loss));
            Ok(tile)
        };
        let tiles = self.top_losses(k)?.into_iter().map(tile).collect::<Result<Vec<_>, LearnerError>>()?;
        Ok(self.sheet(&tiles))
    }

    fn sheet(&self, tiles: &[Tile]) -> RgbImage {
        let fitted = self.task.data.train().dataset().fitted();
        with_legend(grid(tiles, 0), fitted.kind().is_map(), fitted.vocab())
    }

    /// A tile of one validation picture.
    fn result(&self, model: &M, item: usize, scratch: &mut Scratch) -> Result<Tile, LearnerError> {
        let Task { data, loss, .. } = &self.task;
        let dataset = data.valid().dataset();
        let (seen, path) = (dataset.seen(item, scratch)?, dataset.path(item));
        let at = || format!("a result of {}", path.display());
        let input = self.input(seen.size, seen.planes.clone());
        let row = guarded(at, || self.trust().calibrated(host(loss.activation(model.forward(input)))))?;
        self.tile(&seen, &row, &path)
    }

    fn tile(&self, seen: &Planes<F>, row: &[f32], path: &std::path::Path) -> Result<Tile, LearnerError> {
        let Task { data, decision, .. } = &self.task;
        let dataset = data.valid().dataset();
        let fitted = dataset.fitted();
        let pictures = dataset.shown(&seen.planes, seen.size);
        guarded(
            || format!("a result of {}", path.display()),
            || {
                let said = fitted.read(row, seen.size, decision);
                let (title, mark) = fitted.title(row, &said, &seen.target);
                let picture = compared(pictures, &fitted.marks(&seen.target), Some(&fitted.marks(&said)));
                Tile { picture, title, mark }
            },
        )
    }

    fn input(&self, size: Size, planes: Vec<f32>) -> Tensor<4> {
        let channels = planes.len() / (size.pixels() as usize).max(1);
        let shape = [1, channels, size.height as usize, size.width as usize];
        Tensor::from_data(TensorData::new(planes, shape), &self.task.plain_device())
    }
}
