//! Outputs that are maps, and the masks that they are compared with.

use burn::tensor::{Bool, Int, Tensor};
use firelight_costs::VOID;
use firelight_vocab::Vocab;

use crate::LossError;
use crate::scores::{wide, wide_dtype};

/// The pixels of a batch of masks, picture after picture and row after row.
#[derive(Debug, Clone)]
pub(crate) struct Pixels {
    /// With 0 for [`VOID`], so that every number is a class: `[batch * pixels]`.
    pub classes: Tensor<1, Int>,
    void: Tensor<1, Bool>,
    batch: usize,
    /// Those of one picture, at least 1.
    each: usize,
}

impl Pixels {
    /// Of masks that an output is compared with; `None` of an empty batch, so that no kernel runs over nothing.
    ///
    /// # Panics
    /// If the output is no map over as many pixels.
    pub fn of(output: &Tensor<2>, masks: Tensor<3, Int>) -> Option<Self> {
        let ([rows, numbers], [batch, height, width]) = (output.dims(), masks.dims());
        assert!(rows == batch, "outputs are of {rows} pictures, masks of {batch}: a picture has no partner");
        if batch == 0 {
            return None;
        }
        let each = height * width;
        let fits = numbers > 0 && each > 0 && numbers.is_multiple_of(each);
        assert!(fits, "{}", LossError::MapDiffers { numbers, pixels: each });
        let codes = masks.inner().reshape([batch * each]);
        let void = codes.clone().equal_elem(VOID);
        Some(Self { classes: codes.mask_fill(void.clone(), 0), void, batch, each })
    }

    /// `[batch, classes, pixels]` of an output.
    pub fn map(&self, output: Tensor<2>) -> Tensor<3> {
        let [batch, numbers] = output.dims();
        output.reshape([batch, numbers / self.each, self.each])
    }

    /// Where a map of so many channels is of no class: `[batch, channels, pixels]`.
    pub fn void(&self, channels: usize) -> Tensor<3, Bool> {
        self.void.clone().reshape([self.batch, 1, self.each]).expand([self.batch, channels, self.each])
    }

    /// An output as a row of logits a pixel, `[batch * pixels, classes]`, zeros in the void ones: what is infinite there must not
    /// reach a gradient that is 0 times it.
    pub fn rows(&self, output: Tensor<2>) -> Tensor<2> {
        let rows = by_pixel(output, self.each);
        let shape = rows.dims();
        rows.mask_fill(self.void.clone().unsqueeze_dim::<2>(1).expand(shape), 0.0)
    }

    /// The numbers of pixels, `[batch * pixels]`, added up for each picture and divided by its pixels, void ones 0: `[batch]`.
    pub fn mean(&self, numbers: Tensor<1>) -> Tensor<1> {
        let kept = numbers.mask_fill(self.void.clone(), 0.0);
        kept.reshape([self.batch, self.each]).mean_dim(1).reshape([self.batch])
    }

    /// 1 for a pixel that counts and 0 for a void one, in the precision of a loss of `output`: `[batch * pixels]`.
    pub fn counted(&self, output: &Tensor<2>) -> Tensor<1> {
        self.void.clone().bool_not().float().cast(wide_dtype(output))
    }

    /// 1 for a picture with a pixel that counts, 0 for another: `[batch]`.
    pub fn any(&self, output: &Tensor<2>) -> Tensor<1> {
        self.counted(output).reshape([self.batch, self.each]).max_dim(1).reshape([self.batch])
    }

    /// 1 where a pixel that counts is of a class: `[batch, classes, pixels]`.
    pub fn one_hot(&self, like: &Tensor<3>) -> Tensor<3> {
        let shape = like.dims();
        let device = self.classes.device();
        let numbers = Tensor::<1, Int>::arange(0..shape[1] as i64, &device).reshape([1, shape[1], 1]).expand(shape);
        let classes = self.classes.clone().reshape([self.batch, 1, self.each]).expand(shape);
        let own = classes.equal(numbers).bool_and(self.void(shape[1]).bool_not());
        own.float().cast(like.dtype())
    }
}

/// A row of logits a pixel, `[batch * pixels, classes]`, of an output, `[batch, classes * pixels]`, in at least single precision.
fn by_pixel(output: Tensor<2>, pixels: usize) -> Tensor<2> {
    let [batch, numbers] = output.dims();
    let classes = numbers / pixels;
    wide(output).reshape([batch, classes, pixels]).swap_dims(1, 2).reshape([batch * pixels, classes])
}

/// An output, `[batch, classes * pixels]`, whose rows of logits a pixel have become others by `change`.
///
/// # Panics
/// If the number of classes is not known, or the output has not as many numbers for each pixel.
pub(crate) fn changed(output: Tensor<2>, vocab: Option<&Vocab>, change: impl Fn(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
    let [batch, numbers] = output.dims();
    if batch == 0 {
        return output;
    }
    let Some(classes) = vocab.map(Vocab::len) else { panic!("{}", LossError::ClassesUnknown) };
    let fits = classes > 0 && numbers > 0 && numbers.is_multiple_of(classes);
    assert!(fits, "{}", LossError::ChannelsDiffer { numbers, classes });
    let pixels = numbers / classes;
    change(by_pixel(output, pixels)).reshape([batch, pixels, classes]).swap_dims(1, 2).reshape([batch, numbers])
}
