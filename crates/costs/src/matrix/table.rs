use firelight_vocab::Vocab;

use crate::CostError;
use crate::error::single;
use crate::matrix::{Aligned, Meaning};

/// One number for each pair of classes, by name: rows are true classes, columns predicted ones.
///
/// `M` says what the numbers mean, and so what is a mistake: [`SoftLabels`](crate::SoftLabels),
/// [`CostMatrix`](crate::CostMatrix), [`PairWeights`](crate::PairWeights),
/// [`Similarity`](crate::Similarity) and [`Confusion`](crate::Confusion) are different types, so a cost
/// cannot be passed as a label.
///
/// A matrix is a value that may still be wrong: it can be normalised or edited first. [`check`](Self::check)
/// says what is wrong, and [`align`](Self::align), the only way into a decision or a loss, checks first. Names never get lost
/// on the way, so the order of the classes cannot be mistaken.
///
/// ```
/// use firelight_costs::{CostMatrix, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let cost = CostMatrix::from_fn(&vocab, |truth, predicted| if truth == predicted { 0.0 } else { 1.0 });
/// println!("{cost}"); // a table with names
/// assert!(cost.align(&Vocab::from_labels(["cat", "fox"])).is_err()); // other classes
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassMatrix<M> {
    pub(crate) vocab: Vocab,
    /// Row by row.
    pub(crate) values: Vec<f64>,
    pub(crate) meaning: M,
}

impl<M: Meaning> ClassMatrix<M> {
    /// The matrix whose entry for a true and a predicted class is `value(true, predicted)`.
    ///
    /// ```
    /// use firelight_costs::{CostMatrix, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["cat", "dog", "tiger"]);
    /// let cost = CostMatrix::from_fn(&vocab, |truth, predicted| match (truth, predicted) {
    ///     _ if truth == predicted => 0.0,
    ///     ("tiger", _) => 100.0,
    ///     _ => 1.0,
    /// });
    /// assert_eq!(cost.get("tiger", "cat")?, 100.0);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    pub fn from_fn(vocab: &Vocab, value: impl Fn(&str, &str) -> f64) -> Self {
        let values = vocab
            .iter()
            .flat_map(|truth| vocab.iter().map(move |predicted| (truth, predicted)))
            .map(|(truth, predicted)| value(truth, predicted))
            .collect();
        Self::new(vocab.clone(), values)
    }

    /// Rows with the names that rows and columns are in the order of.
    ///
    /// # Errors
    /// [`CostError::Vocab`] if a name comes twice, [`CostError::RowCount`] or [`CostError::RowLength`].
    pub fn from_rows<S: Into<String>, R: AsRef<[f64]>>(
        names: impl IntoIterator<Item = S>,
        rows: &[R],
    ) -> Result<Self, CostError> {
        let vocab = Vocab::ordered(names)?;
        if rows.len() != vocab.len() {
            return Err(CostError::RowCount { rows: rows.len(), names: vocab.len() });
        }
        for (name, row) in vocab.iter().zip(rows) {
            if row.as_ref().len() != vocab.len() {
                return Err(CostError::RowLength {
                    row: name.to_owned(),
                    values: row.as_ref().len(),
                    expected: vocab.len(),
                });
            }
        }
        let values = rows.iter().flat_map(AsRef::as_ref).copied().collect();
        Ok(Self::new(vocab, values))
    }

    pub(crate) fn new(vocab: Vocab, values: Vec<f64>) -> Self {
        debug_assert_eq!(values.len(), vocab.len() * vocab.len());
        Self { vocab, values, meaning: M::default() }
    }

    /// `value(true, predicted)` by class numbers.
    pub(crate) fn by_number(vocab: &Vocab, value: impl Fn(usize, usize) -> f64) -> Self {
        let classes = vocab.len();
        let values = (0..classes * classes).map(|at| value(at / classes, at % classes));
        Self::new(vocab.clone(), values.collect())
    }

    /// The classes, in the order of the rows and columns.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The entry for a true and a predicted class.
    ///
    /// # Errors
    /// [`CostError::Vocab`] if there is no such class.
    pub fn get(&self, truth: &str, predicted: &str) -> Result<f64, CostError> {
        Ok(self.value(self.vocab.o2i(truth)?, self.vocab.o2i(predicted)?))
    }

    /// The entry for two class numbers.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn value(&self, truth: usize, predicted: usize) -> f64 {
        self.row(truth)[predicted]
    }

    /// The row of a true class, by its number.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn row(&self, truth: usize) -> &[f64] {
        let classes = self.vocab.len();
        &self.values[truth * classes..(truth + 1) * classes]
    }

    /// The rows, true class 0 first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        (0..self.vocab.len()).map(|truth| self.row(truth))
    }

    /// The matrix with one entry changed.
    ///
    /// # Errors
    /// [`CostError::Vocab`] if there is no such class.
    pub fn with(mut self, truth: &str, predicted: &str, value: f64) -> Result<Self, CostError> {
        let at = self.vocab.o2i(truth)? * self.vocab.len() + self.vocab.o2i(predicted)?;
        self.values[at] = value;
        Ok(self)
    }

    /// Whether the entries are what the type says.
    ///
    /// # Errors
    /// [`CostError::NotFinite`], or what the type refuses: see each one.
    pub fn check(&self) -> Result<(), CostError> {
        if let Some(at) = self.values.iter().position(|value| !single(*value)) {
            let (row, column) = self.names_at(at);
            return Err(CostError::NotFinite { row, column, value: self.values[at] });
        }
        M::check(self)
    }

    /// The matrix in the order of a vocab, checked.
    ///
    /// # Errors
    /// What [`check`](Self::check) finds, or [`CostError::NamesDiffer`] unless the matrix names exactly the
    /// classes of the vocab.
    pub fn align(&self, vocab: &Vocab) -> Result<Aligned<M>, CostError> {
        self.check()?;
        let numbers = self.numbers_in(vocab)?;
        let mut aligned = Self::by_number(vocab, |truth, predicted| self.value(numbers[truth], numbers[predicted]));
        aligned.meaning = self.meaning.clone();
        Ok(Aligned::new(aligned))
    }

    /// For each class of `vocab` its number here.
    fn numbers_in(&self, vocab: &Vocab) -> Result<Vec<usize>, CostError> {
        same_names(&self.vocab, vocab)?;
        vocab.iter().map(|name| Ok(self.vocab.o2i(name)?)).collect()
    }

    pub(crate) fn names_at(&self, at: usize) -> (String, String) {
        let classes = self.vocab.len();
        (self.vocab[at / classes].to_owned(), self.vocab[at % classes].to_owned())
    }
}

/// What a [`ClassMatrix`] holds without its type, to be drawn or printed.
///
/// ```
/// use firelight_costs::{CostMatrix, MatrixRows, Vocab};
///
/// let costs = MatrixRows::from(&CostMatrix::uniform(&Vocab::from_labels(["cat", "dog"])));
/// assert_eq!((costs.title, costs.rows[0].len()), ("Costs", 2));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixRows {
    /// What stands over a picture of it, such as `Soft labels`.
    pub title: &'static str,
    /// Row by row, in the order of its vocab.
    pub rows: Vec<Vec<f64>>,
}

impl<M: Meaning> From<&ClassMatrix<M>> for MatrixRows {
    fn from(matrix: &ClassMatrix<M>) -> Self {
        Self { title: M::TITLE, rows: matrix.rows().map(<[f64]>::to_vec).collect() }
    }
}

/// # Errors
/// [`CostError::NamesDiffer`] unless both have the same names, in whatever order.
pub(crate) fn same_names(ours: &Vocab, vocab: &Vocab) -> Result<(), CostError> {
    let lacking = |from: &Vocab, names: &Vocab| -> Vec<String> {
        let absent = names.iter().filter(|name| from.find(name).is_none());
        absent.map(str::to_owned).collect()
    };
    let missing = lacking(ours, vocab);
    let unknown = lacking(vocab, ours);
    if missing.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    Err(CostError::NamesDiffer { matrix: ours.len(), vocab: vocab.len(), missing, unknown })
}
