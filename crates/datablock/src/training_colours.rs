//! Normalisation by what the training pictures look like.

use firelight_progress::Progress;
use firelight_transforms::{Bands, Colours, Normalize, Scratch};
use rayon::prelude::*;

use crate::{DataError, Dataset, FittedTarget};

/// Mean and standard deviation of a sample of the training pictures: fastai's `Normalize()` without statistics, which takes
/// one batch.
///
/// | parameter | default | meaning |
/// |---|---|---|
/// | [`with_pictures`](Self::with_pictures) | 1,000 | size of the sample, spread evenly over the training items; of fewer items all |
///
/// Pictures are counted as the validation's transforms show them, cropped and resized but not augmented. The result does
/// not depend on the number of threads. Broken pictures are left out here with a warning; what they do to training is the
/// loader's choice ([`OnError`](crate::OnError)).
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, TrainingColours, parent_label};
/// use firelight_transforms::Resize;
///
/// let dls = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
///     .with_item_transform(Resize::crop(128))
///     .with_training_colours(TrainingColours::default())
///     .dataloaders("cells", &Device::flex())?;
/// println!("{}", dls.transforms().normalize());
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingColours {
    pictures: usize,
}

impl Default for TrainingColours {
    fn default() -> Self {
        Self { pictures: 1000 }
    }
}

impl TrainingColours {
    /// Size of the sample, at least 1.
    pub fn with_pictures(self, pictures: usize) -> Self {
        Self { pictures }
    }

    pub(crate) fn check(self) -> Result<(), DataError> {
        if self.pictures > 0 {
            return Ok(());
        }
        let (setting, value) = ("pictures of the training colours", "0".into());
        Err(DataError::Setting { setting, value, remedy: "give at least 1".into() })
    }

    /// The statistics of `train`, whose own normalisation does not count. `progress` shows how far it is.
    ///
    /// # Errors
    ///
    /// [`DataError::NoColours`] when no picture of the sample can be read, [`DataError::Setting`] for a sample of none, and the
    /// first item's error that is not a broken file's.
    pub fn measure<F: FittedTarget>(&self, train: &Dataset<F>, progress: &Progress) -> Result<Normalize, DataError> {
        self.check()?;
        let plain = train.transforms().as_ref().clone().with_normalize(Normalize::none());
        let sample = self.pictures.min(train.len());
        let bar = progress.bar(sample, "colours");
        let count = |place: usize| -> Result<Colours, DataError> {
            let (size, planes, bytes) = train.plain(&plain, place * train.len() / sample, &mut Scratch::default())?;
            let mut colours = Colours::default();
            // Colours count as bytes, others as they are.
            let counted = if bytes {
                colours.add(&Normalize::none().decode(&planes, size))
            } else {
                Bands::new(size, planes).and_then(|bands| colours.add(&bands))
            };
            counted.map_err(DataError::Transforms)?;
            bar.inc(1);
            Ok(colours)
        };
        let counts: Vec<_> = (0..sample).into_par_iter().map(count).collect();
        let mut broken = None;
        let mut whole = Colours::default();
        for counted in counts {
            match counted {
                Ok(colours) => whole = whole.merge(colours).map_err(DataError::Transforms)?,
                Err(error) if !error.is_broken_file() => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "left a picture out of the colour statistics");
                    broken.get_or_insert(error);
                }
            }
        }
        whole.normalize().ok_or_else(|| DataError::NoColours {
            count: sample,
            why: broken.map_or_else(|| "they have fewer than two pixels".into(), |error| error.to_string()),
        })
    }
}
