//! Masks: a class for every pixel.
//!
//! A target is a list of codes in rows, a row of outputs the map `[classes, height, width]` flattened: the first class's number for every
//! pixel, then the second's. All pixels of an evaluation are counted together, whichever picture they are of. Where a mask has another length
//! than the map, or a code that no class has, there is nothing to compare, and the value is not defined.

mod confusion;
mod counted;
mod report;

use firelight_vocab::Vocab;

pub use confusion::PixelConfusion;
use counted::of_pixels;
pub use firelight_costs::{VOID, decided_codes};
pub use report::{MaskReport, MaskScores};

use crate::{Metric, MetricError};

/// Mean over the classes of intersection over union: pixels that are of a class and picked as it, among those that are either
/// (the Jaccard index; fastai's `JaccardCoeffMulti`). Classes that are nowhere, neither actual nor picked, are left out.
///
/// ```
/// use firelight_metrics::{Decision, Vocab, mean_iou, measure};
///
/// let vocab = Vocab::ordered(["ground", "cat"])?;
/// // Two classes, three pixels: the cat is likeliest in the last two.
/// let maps = [[0.9, 0.4, 0.2, /* cat */ 0.1, 0.6, 0.8]];
/// let value = measure(mean_iou(&vocab), &maps, &[vec![0, 0, 1]], &Decision::Argmax);
/// assert_eq!(value, Some((1.0 / 2.0 + 1.0 / 2.0) / 2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mean_iou<T: AsRef<[u8]> + 'static>(vocab: &Vocab) -> Box<dyn Metric<T>> {
    of_pixels("mean_iou", Some(vocab), PixelConfusion::mean_iou)
}

/// Intersection over union of one class, by name. Not defined where the class is nowhere.
///
/// ```
/// use firelight_metrics::{Decision, Vocab, class_iou, measure};
///
/// let vocab = Vocab::ordered(["ground", "cat"])?;
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// let cat = class_iou(&vocab, "cat")?;
/// assert_eq!(measure(&cat, &maps, &[vec![0, 0, 1]], &Decision::Argmax), Some(0.5));
/// assert_eq!(cat.name(), "iou_cat");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MetricError::Vocab`] for a name that is no class.
pub fn class_iou<T: AsRef<[u8]> + 'static>(vocab: &Vocab, name: &str) -> Result<Box<dyn Metric<T>>, MetricError> {
    let class = vocab.o2i(name)?;
    Ok(of_pixels(&format!("iou_{name}"), Some(vocab), move |pixels| pixels.iou(class)))
}

/// Mean over the classes of their Dice coefficients, twice the pixels that are of a class and picked as it, divided by how many are
/// of it plus how many are picked (fastai's `DiceMulti`). Classes that are nowhere are left out.
///
/// ```
/// use firelight_metrics::{Decision, Vocab, dice_multi, measure};
///
/// let vocab = Vocab::ordered(["ground", "cat"])?;
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// let value = measure(dice_multi(&vocab), &maps, &[vec![0, 0, 1]], &Decision::Argmax);
/// assert_eq!(value, Some(2.0 / 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dice_multi<T: AsRef<[u8]> + 'static>(vocab: &Vocab) -> Box<dyn Metric<T>> {
    of_pixels("dice_multi", Some(vocab), PixelConfusion::mean_dice)
}

/// Dice coefficient of the foreground, all that is not class 0: twice the pixels that are foreground and picked as foreground, divided by
/// how many are plus how many are picked. Of two classes this is fastai's `Dice`; of more, which foreground class is picked does not
/// matter (look at [`dice_multi`] for that). Not defined where there is no foreground, neither actual nor picked.
///
/// The number of classes is that of the map's numbers for each pixel of the mask.
///
/// ```
/// use firelight_metrics::{Decision, dice, measure};
///
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// assert_eq!(measure(dice(), &maps, &[vec![0, 0, 1]], &Decision::Argmax), Some(2.0 / 3.0));
/// ```
pub fn dice<T: AsRef<[u8]> + 'static>() -> Box<dyn Metric<T>> {
    of_pixels("dice", None, |pixels| {
        let (both, actual, picked) = pixels.foreground();
        part(2 * both, actual + picked)
    })
}

/// Intersection over union of the foreground, all that is not class 0 (of two classes, fastai's `JaccardCoeff`): as [`dice`].
///
/// ```
/// use firelight_metrics::{Decision, foreground_iou, measure};
///
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// assert_eq!(measure(foreground_iou(), &maps, &[vec![0, 0, 1]], &Decision::Argmax), Some(0.5));
/// ```
pub fn foreground_iou<T: AsRef<[u8]> + 'static>() -> Box<dyn Metric<T>> {
    of_pixels("foreground_iou", None, |pixels| {
        let (both, actual, picked) = pixels.foreground();
        part(both, actual + picked - both)
    })
}

/// Share of the pixels whose picked class is the actual one. High by itself where most of a picture is ground; look at [`mean_iou`] too.
///
/// The number of classes is that of the map's numbers for each pixel of the mask.
///
/// ```
/// use firelight_metrics::{Decision, measure, pixel_accuracy};
///
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// assert_eq!(measure(pixel_accuracy(), &maps, &[vec![0, 0, 1]], &Decision::Argmax), Some(2.0 / 3.0));
/// // A pixel of code 255 does not count.
/// assert_eq!(measure(pixel_accuracy(), &maps, &[vec![0, 255, 1]], &Decision::Argmax), Some(1.0));
/// ```
pub fn pixel_accuracy<T: AsRef<[u8]> + 'static>() -> Box<dyn Metric<T>> {
    of_pixels("pixel_accuracy", None, PixelConfusion::pixel_accuracy)
}

/// Share of the pixels whose actual class is not the background that are recognised: fastai's `foreground_acc`. Ground that is taken
/// for foreground does not lower it. Not defined where all is background.
///
/// The number of classes is that of the map's numbers for each pixel of the mask.
///
/// ```
/// use firelight_metrics::{Decision, foreground_accuracy, measure};
///
/// let maps = [[0.9, 0.4, 0.2, 0.1, 0.6, 0.8]];
/// assert_eq!(measure(foreground_accuracy(0), &maps, &[vec![0, 0, 1]], &Decision::Argmax), Some(1.0));
/// ```
pub fn foreground_accuracy<T: AsRef<[u8]> + 'static>(background: u8) -> Box<dyn Metric<T>> {
    let name = if background == 0 { "foreground_accuracy".into() } else { format!("foreground_accuracy_{background}") };
    of_pixels(&name, None, move |pixels| {
        let classes = || (0..pixels.classes()).filter(|&class| class != usize::from(background));
        part(classes().map(|class| pixels.hits(class)).sum(), classes().map(|class| pixels.actual(class)).sum())
    })
}

/// A share of pixels, if there are any.
fn part(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
