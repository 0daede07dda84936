//! Metrics made of a confusion matrix of pixels.

use firelight_costs::Decision;
use firelight_vocab::Vocab;

use super::PixelConfusion;
use crate::{Accumulator, Better, Metric, Outcomes};

/// A metric of which more is better. Without a vocab there are as many classes as numbers of the first map for each pixel of its mask.
pub(super) fn of_pixels<T: AsRef<[u8]> + 'static>(
    name: &str,
    vocab: Option<&Vocab>,
    value: impl Fn(&PixelConfusion) -> Option<f64> + Send + Sync + 'static,
) -> Box<dyn Metric<T>> {
    Box::new(OfPixels { name: name.into(), vocab: vocab.cloned(), value })
}

struct OfPixels<V> {
    name: String,
    vocab: Option<Vocab>,
    value: V,
}

impl<T: AsRef<[u8]>, V: Fn(&PixelConfusion) -> Option<f64> + Send + Sync> Metric<T> for OfPixels<V> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        let counted = self.vocab.as_ref().map(|vocab| PixelConfusion::new(vocab.len()));
        Box::new(Pixels { value: &self.value, vocab: self.vocab.as_ref(), counted, fits: true })
    }

    fn vocab(&self) -> Option<&Vocab> {
        self.vocab.as_ref()
    }

    fn reads_decided(&self) -> bool {
        false
    }
}

struct Pixels<'a, V> {
    value: &'a V,
    vocab: Option<&'a Vocab>,
    /// `None` until the number of classes is known.
    counted: Option<PixelConfusion>,
    /// Whether all masks were of their maps' sizes and classes.
    fits: bool,
}

impl<T: AsRef<[u8]>, V: Fn(&PixelConfusion) -> Option<f64> + Sync> Accumulator<T> for Pixels<'_, V> {
    fn update(&mut self, outcomes: &Outcomes<T>) {
        // Of pairs a rule may be for the other target.
        let decision = self.vocab.map_or(outcomes.decision, |vocab| outcomes.decision.about(vocab, &Decision::Argmax));
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            let target = target.as_ref();
            let counted = self
                .counted
                .get_or_insert_with(|| PixelConfusion::new(row.len().checked_div(target.len()).unwrap_or_default()));
            self.fits &= counted.add(row, target, decision).is_ok();
        }
    }

    fn value(&self) -> Option<f64> {
        self.counted.as_ref().filter(|_| self.fits).and_then(self.value)
    }
}
