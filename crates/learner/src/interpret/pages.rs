//! Pictures of data, training and mistakes.

use std::path::Path;

use burn::tensor::Tensor;
use firelight_datablock::{Categories, DataLoaders, Dataset, FittedTarget, Item};
use firelight_transforms::{Scratch, Size};
use firelight_vocab::Groups;
use image::RgbImage;

use super::marked::{compared, marked, side_by_side, with_legend};
use super::{High, Interpretation};
use crate::error::guarded;
use crate::examples::{Mixed, Mixing};
use crate::readings::host;
use crate::{History, Learner, LearnerError, TargetDefaults};
use firelight_models::Model;
use firelight_plots::{Tile, grid, loss_curve, rate_curve, save_png};

/// How many pictures a page of examples shows.
const SHOWN: usize = 16;

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// The first training batch as the model sees it, augmented, normalised and mixed, and then made visible again, with its
    /// targets: at most 16 pictures.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data.
    pub fn show_batch(&self) -> Result<RgbImage, LearnerError> {
        batch_picture(&self.task.data, self.task.mixing())
    }

    /// Writes `batch.png`, `losses.png` and `rates.png` into `folder`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data, and of writing.
    pub fn save_pictures(&self, folder: impl AsRef<Path>) -> Result<(), LearnerError> {
        let pictures =
            [("batch.png", self.show_batch()?), ("losses.png", self.plot_losses()), ("rates.png", self.plot_rates())];
        save(folder.as_ref(), &pictures)
    }

    /// Training losses by step and validation losses by epoch.
    pub fn plot_losses(&self) -> RgbImage {
        losses_picture(self.history())
    }

    /// Learning rates of the parameter groups, and momentum, by step.
    pub fn plot_rates(&self) -> RgbImage {
        rates_picture(self.history())
    }
}

/// What [`Learner::show_batch`] shows: the first batch of the first epoch, of fewer pictures where the part has no full one.
pub(crate) fn batch_picture<F: FittedTarget>(data: &DataLoaders<F>, mixing: Mixing) -> Result<RgbImage, LearnerError> {
    let train = data.train().view();
    let (train, dataset) = (train.with_drop_last(false), data.train().dataset().clone());
    let describe = |target: &F::Target| dataset.fitted().describe(target);
    let Some(batch) = train.batches(0)?.next() else { return Ok(grid(&[], 0)) };
    let seen = mixing.examples(batch?, &dataset, 0);
    let title = |row: usize, target: &F::Target| match &seen.mixed {
        None => vec![describe(target)],
        Some(Mixed { placed, shares, .. }) => {
            let part = |target: &F::Target, share: f32| format!("{} {:.0} %", describe(target), 100.0 * share);
            vec![part(target, shares[row]), part(&placed[row], 1.0 - shares[row])]
        }
    };
    let tiles: Vec<Tile> = visible(&seen.inputs, &dataset)
        .into_iter()
        .zip(&seen.placed)
        .enumerate()
        .map(|(row, (pictures, target))| {
            let marks = dataset.fitted().marks(target);
            Tile { picture: marked(pictures, &marks), title: title(row, target), mark: None }
        })
        .take(SHOWN)
        .collect();
    let masks = seen.placed.first().is_some_and(|target| !dataset.fitted().marks(target).mask.is_empty());
    Ok(with_legend(grid(&tiles, 0), masks, dataset.fitted().vocab()))
}

/// What [`Learner::plot_losses`] plots.
pub(crate) fn losses_picture(history: &History) -> RgbImage {
    let train: Vec<f32> = history.steps.iter().map(|step| step.loss as f32).collect();
    let valid: Vec<_> = history.epochs.iter().filter_map(|row| Some((row.steps, row.valid_loss? as f32))).collect();
    loss_curve(&train, &valid)
}

/// What [`Learner::plot_rates`] plots.
pub(crate) fn rates_picture(history: &History) -> RgbImage {
    let steps = &history.steps;
    let groups = steps.first().map_or(0, |step| step.rates.len());
    let rates: Vec<Vec<f32>> =
        (0..groups).map(|group| steps.iter().map(|step| step.rates[group] as f32).collect()).collect();
    let momentum: Vec<f32> = steps.iter().map(|step| step.momentum as f32).collect();
    rate_curve(&rates, &momentum)
}

impl<I: Item + ?Sized> Interpretation<Categories<I>> {
    /// Writes `confusion.png` (in the order of `groups`, if given) and `worst.png` into `folder`, which is made if it is
    /// not there.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of reading pictures and of writing.
    pub fn save_pictures(&self, folder: impl AsRef<Path>, groups: Option<&Groups>) -> Result<(), LearnerError> {
        let pictures = [("confusion.png", self.plot_confusion(groups)), ("worst.png", self.plot_top_losses(SHOWN)?)];
        save(folder.as_ref(), &pictures)
    }
}

impl<F: TargetDefaults> Interpretation<F> {
    /// The `k` pictures with the highest losses, at most 96, with what the model says, what is true, and the loss. A target that lies in the
    /// picture is drawn over it as the model saw it; others are told below the picture as its file has it.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Data`] if a picture cannot be read any more.
    pub fn plot_top_losses(&self, k: usize) -> Result<RgbImage, LearnerError> {
        let tiles = self.high().iter().take(k).map(|high| self.tile(high)).collect::<Result<Vec<_>, LearnerError>>()?;
        let fitted = self.dataset().fitted();
        Ok(with_legend(grid(&tiles, 0), fitted.kind().is_map(), fitted.vocab()))
    }

    pub(crate) fn tile(&self, high: &High<F::Target>) -> Result<Tile, LearnerError> {
        let (dataset, mut title) = (self.dataset(), high.title.clone());
        title.push(format!("loss {:.2}", high.loss));
        let fitted = dataset.fitted();
        if !fitted.moves() {
            return Ok(Tile { picture: self.picture(high.item)?, title, mark: high.mark });
        }
        let seen = dataset.seen(high.item, &mut Scratch::default())?;
        let pictures = dataset.shown(&seen.planes, seen.size);
        let path = self.path(high.item).into_owned();
        let drawn = || compared(pictures, &fitted.marks(&seen.target), Some(&fitted.marks(&high.said)));
        let picture = guarded(|| format!("a picture of {}", path.display()), drawn)?;
        Ok(Tile { picture, title, mark: high.mark })
    }

    /// A picture of an item as its file has it, small enough for a page.
    pub(crate) fn picture(&self, item: usize) -> Result<RgbImage, LearnerError> {
        const SIDE: u32 = 288;
        let picture = side_by_side(self.dataset().picture(item)?.shown());
        if picture.width().max(picture.height()) <= SIDE {
            return Ok(picture);
        }
        Ok(image::DynamicImage::from(picture).thumbnail(SIDE, SIDE).into_rgb8())
    }
}

fn save(folder: &Path, pictures: &[(&str, RgbImage)]) -> Result<(), LearnerError> {
    std::fs::create_dir_all(folder).map_err(|why| LearnerError::Write {
        stage: "pictures",
        path: folder.to_path_buf(),
        why,
    })?;
    for (name, picture) in pictures {
        let path = folder.join(name);
        save_png(picture, &path).map_err(|why| LearnerError::Picture { stage: "pictures", path, why })?;
    }
    Ok(())
}

/// The pictures of each item, with their normalisation taken back.
fn visible<F: FittedTarget>(inputs: &Tensor<4>, dataset: &Dataset<F>) -> Vec<Vec<RgbImage>> {
    let [_, planes, height, width] = inputs.dims();
    let size = Size::new(width as u32, height as u32);
    host(inputs.clone()).chunks(planes * height * width).map(|planes| dataset.shown(planes, size)).collect()
}
