use burn::tensor::{TensorData, Transaction};

use crate::Parts;

/// [`Parts`] added up on the host, in `f64`: batches, devices and accumulated steps add up and divide once.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Parts, Totals};
///
/// let numbers = |values: &[f32]| Tensor::<1>::from_floats(values, &Device::flex());
/// let mut totals = Totals::default();
/// totals.add(&Parts::new(numbers(&[1.0, 2.0]), None));
/// totals.add(&Parts::new(numbers(&[6.0]), None));
/// assert_eq!(totals.mean(), 3.0); // and not the mean of 1.5 and 6
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    terms: Vec<[f64; 2]>,
}

impl Totals {
    /// Adds a batch, which is read from its device at once, in one reading.
    pub fn add(&mut self, parts: &Parts) {
        self.add_read(parts, parts.register(Transaction::default()).execute());
    }

    /// Adds a batch whose numbers were read together with others: those that [`Parts::register`] put into a transaction, in their order.
    ///
    /// # Panics
    ///
    /// If there are fewer of them.
    pub fn add_read(&mut self, parts: &Parts, numbers: impl IntoIterator<Item = TensorData>) {
        let mut numbers = numbers.into_iter();
        let mut sum = || {
            let numbers = numbers.next().expect("as many tensors as the parts have");
            numbers.iter::<f64>().fold(0.0, |sum, number| sum + number)
        };
        let sums = parts.terms().iter().map(|term| {
            let numerators = sum();
            let examples = term.numerators.dims()[0] as f64;
            [numerators, if term.denominators.is_some() { sum() } else { examples }]
        });
        self.raise(sums.collect::<Vec<_>>());
    }

    /// Adds what was added up elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.raise(other.terms.iter().copied());
    }

    /// For each term the sums of numerators and of denominators so far. None before the first batch.
    pub fn terms(&self) -> &[[f64; 2]] {
        &self.terms
    }

    /// The mean loss of all that was added. A term whose denominators are 0 altogether counts 0, unless it is not a number.
    pub fn mean(&self) -> f64 {
        let quotient = |[numerator, denominator]: &[f64; 2]| match *denominator == 0.0 {
            true if !numerator.is_nan() => 0.0,
            true => f64::NAN,
            false => numerator / denominator,
        };
        self.terms.iter().map(quotient).fold(0.0, |sum, quotient| sum + quotient)
    }

    fn raise(&mut self, by: impl IntoIterator<Item = [f64; 2]>) {
        for (index, [numerator, denominator]) in by.into_iter().enumerate() {
            if index == self.terms.len() {
                self.terms.push([0.0; 2]);
            }
            self.terms[index][0] += numerator;
            self.terms[index][1] += denominator;
        }
    }
}
