use burn::tensor::{DType, Tensor, Transaction};

use crate::scores::wide;

/// What a batch's losses are made of: numerators and denominators, an example each.
///
/// A mean is the sum over the terms of (sum of numerators / sum of denominators). A loss gives parts
/// ([`Loss::parts`](crate::Loss::parts)) and everything that takes a mean adds them up and divides once, so a batch, the same
/// examples in several batches, and the same examples on several devices have the same mean. On a device it is
/// [`Reduction::apply`](crate::Reduction::apply), over several batches on the host [`Totals`](crate::Totals).
///
/// Nearly every loss has one term. Two have what divides by different sums, as
/// [`CrossEntropy::with_unweighted_smoothing`](crate::CrossEntropy::with_unweighted_smoothing) does.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::Parts;
///
/// let numbers = |values: [f32; 2]| Tensor::<1>::from_floats(values, &Device::flex());
/// let parts = Parts::new(numbers([1.0, 9.0]), Some(numbers([1.0, 3.0]))); // the second example counts three times
/// assert_eq!(parts.mean().into_scalar::<f32>(), 2.5);
/// ```
#[derive(Debug, Clone)]
pub struct Parts {
    /// At least one.
    terms: Vec<Term>,
}

/// One quotient of a mean.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_losses::{Parts, Term};
///
/// let losses = || Tensor::<1>::from_floats([1.0, 3.0], &Device::flex());
/// let second = Term { numerators: losses(), denominators: None }; // divided by the batch size
/// assert_eq!(Parts::new(losses(), None).with_term(second).mean().into_scalar::<f32>(), 4.0);
/// ```
#[derive(Debug, Clone)]
pub struct Term {
    /// What is added up, already weighted: `[batch]`.
    pub numerators: Tensor<1>,
    /// What the sum is divided by, at least 0 and outside any graph: `[batch]`. `None` counts every example 1.
    pub denominators: Option<Tensor<1>>,
}

impl Parts {
    /// One term.
    ///
    /// # Panics
    /// If the two differ in length.
    pub fn new(numerators: Tensor<1>, denominators: Option<Tensor<1>>) -> Self {
        Self { terms: vec![Term { numerators, denominators }.checked()] }
    }

    /// A further term.
    ///
    /// # Panics
    /// If it has another number of examples.
    pub fn with_term(mut self, term: Term) -> Self {
        assert_eq!(term.numerators.dims(), self.terms[0].numerators.dims(), "terms are of the same examples");
        self.terms.push(term.checked());
        self
    }

    /// The terms, at least one.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The loss of each example: the sum of the terms' numerators, `[batch]`.
    pub fn per_example(&self) -> Tensor<1> {
        let first = self.terms[0].numerators.clone();
        self.terms[1..].iter().fold(first, |sum, term| sum + term.numerators.clone())
    }

    /// Numerators and denominators among what a transaction reads from the device, term by term: one reading for them and for whatever else
    /// is in it. [`Totals::add_read`](crate::Totals::add_read) takes what comes of them.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor, Transaction};
    /// use firelight_losses::{Parts, Totals};
    ///
    /// let numbers = |values: [f32; 2]| Tensor::<1>::from_floats(values, &Device::flex());
    /// let parts = Parts::new(numbers([2.0, 9.0]), Some(numbers([1.0, 3.0])));
    /// let mut read = parts.register(Transaction::default().register(numbers([7.0, 8.0]))).execute().into_iter();
    /// assert_eq!(read.next().map(|other| other.iter::<f32>().sum()), Some(15.0));
    /// let mut totals = Totals::default();
    /// totals.add_read(&parts, read);
    /// assert_eq!(totals.mean(), 2.75);
    /// ```
    pub fn register(&self, reading: Transaction) -> Transaction {
        let tensors = self.terms.iter().flat_map(|term| [Some(&term.numerators), term.denominators.as_ref()]);
        tensors.flatten().fold(reading, |reading, tensor| reading.register(tensor.clone().inner()))
    }

    /// Each term by itself, changed: for a loss that weighs another one.
    ///
    /// # Panics
    /// If numerators and denominators of a changed term differ in length.
    pub fn map(self, f: impl FnMut(Term) -> Term) -> Self {
        Self { terms: self.terms.into_iter().map(f).map(Term::checked).collect() }
    }

    /// The parts of mixed examples: `share · self + (1 - share) · other`, numerators and denominators alike.
    ///
    /// `share` is `[batch]`, from 0 to 1. Of a side with a share of 0 nothing is taken, not even what is infinite or not a number.
    ///
    /// # Panics
    /// If the two differ in their terms or examples: they are of one loss and one batch.
    pub fn mix(self, other: Self, share: &Tensor<1>) -> Self {
        assert_eq!(self.terms.len(), other.terms.len(), "parts that are mixed are of one loss");
        let share = share.clone().inner();
        let mix = |own: Tensor<1>, other: Tensor<1>| {
            let share = share.clone().cast(own.dtype());
            let rest = share.clone().neg() + 1.0;
            taken(own, share) + taken(other, rest)
        };
        let terms = self.terms.into_iter().zip(other.terms).map(|(own, other)| {
            let denominators = match (&own.denominators, &other.denominators) {
                (None, None) => None,
                _ => Some(mix(own.counts(), other.counts())),
            };
            Term { numerators: mix(own.numerators, other.numerators), denominators }
        });
        Self { terms: terms.collect() }
    }

    /// For each term the sum of its numerators and that of its denominators, `[1]` each, on the device. The first is on the graph
    /// of the losses.
    pub fn sums(&self) -> Vec<[Tensor<1>; 2]> {
        self.terms.iter().map(|term| [total(term.numerators.clone()), total(term.counts())]).collect()
    }

    /// The mean loss, `[1]`: [`Reduction::Mean`](crate::Reduction::Mean).
    pub fn mean(&self) -> Tensor<1> {
        self.terms[1..].iter().fold(quotient(&self.terms[0]), |sum, term| sum + quotient(term))
    }
}

impl Term {
    /// In the precision that sums need, the same for both, with denominators outside any graph.
    fn checked(self) -> Self {
        let Self { numerators, denominators } = self;
        let numerators = wide(numerators);
        let denominators = denominators.map(|denominators| denominators.inner().cast(numerators.dtype()));
        if let Some(denominators) = &denominators {
            assert_eq!(denominators.dims(), numerators.dims(), "each example has a numerator and a denominator");
        }
        Self { numerators, denominators }
    }

    /// The denominators, ones where there are none.
    fn counts(&self) -> Tensor<1> {
        self.denominators.clone().unwrap_or_else(|| self.numerators.clone().inner().ones_like())
    }
}

/// The one place where a loss is divided.
fn quotient(term: &Term) -> Tensor<1> {
    let sum = total(term.numerators.clone());
    let Some(denominators) = &term.denominators else {
        return sum / term.numerators.dims()[0].max(1) as f32;
    };
    // Decided on the device, which is not asked whether the sum is 0.
    let divisor = total(denominators.clone());
    let empty = divisor.clone().equal_elem(0.0);
    let nothing = empty.clone().bool_and(sum.clone().inner().is_nan().bool_not());
    sum.mask_fill(nothing, 0.0) / divisor.mask_fill(empty, 1.0)
}

/// `values · share`, which is 0 for a share of 0.
fn taken(values: Tensor<1>, share: Tensor<1>) -> Tensor<1> {
    let none = share.clone().equal_elem(0.0);
    (values * share).mask_fill(none, 0.0)
}

/// The sum, which for an empty batch is 0 without asking a backend to reduce nothing.
pub(crate) fn total(values: Tensor<1>) -> Tensor<1> {
    if values.dims() == [0] {
        let dtype: DType = values.dtype();
        return Tensor::zeros([1], (&values.device(), dtype));
    }
    values.sum()
}

/// Each example times its factor, `[batch]`, in every term; `in_means` says whether it counts as much in what a mean divides by. A factor of
/// 0 makes 0 of an infinite loss, as of any other number.
pub(crate) fn scaled(parts: Parts, factors: &Tensor<1>, in_means: bool) -> Parts {
    parts.map(|Term { numerators, denominators }| {
        let nothing = factors.clone().equal_elem(0.0).bool_and(numerators.clone().inner().is_inf());
        Term {
            numerators: (numerators * factors.clone()).mask_fill(nothing, 0.0),
            denominators: if in_means { Some(counted(denominators, factors)) } else { denominators },
        }
    })
}

/// What examples count, `[batch]`, times their factors; `None` counts every example 1.
pub(crate) fn counted(counts: Option<Tensor<1>>, factors: &Tensor<1>) -> Tensor<1> {
    counts.map_or_else(|| factors.clone(), |counts| counts * factors.clone())
}
