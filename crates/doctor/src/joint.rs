//! How many examples of each given class are truly of which.

use crate::DoctorError;
use crate::probabilities::{Probabilities, Rows};
use crate::rounding::{pairwise_sum, round_keeping_sum};

/// What a probability may fall short of a threshold by, and still reaches it.
pub(crate) const SLACK: f64 = 1e-6;

/// The confident joint: how many examples that are labelled as one class are, by the model's confident opinion, of another.
///
/// A class's threshold is the mean probability that its own examples have for it. An example counts as truly of the classes whose
/// thresholds it reaches (the likeliest of several); one that reaches none does not count. Every class counts at least one example as
/// right. Northcutt, Jiang, Chuang: *Confident learning: estimating uncertainty in dataset labels*, JAIR 70 (2021), section 3.1.
///
/// ```
/// use firelight_doctor::ConfidentJoint;
///
/// // Three that are surely of class 0, of which one is labelled 1, and one that is of class 1.
/// let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8]];
/// let joint = ConfidentJoint::of(&probabilities, &[0, 0, 1, 1])?;
/// assert_eq!(joint.confident(1, 0), 1);
/// assert_eq!(joint.estimated(1, 0), 1);
/// assert!((joint.noise() - 0.25).abs() < 1e-9);
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConfidentJoint {
    classes: usize,
    examples: usize,
    thresholds: Vec<Option<f64>>,
    confident: Vec<usize>,
    estimated: Vec<usize>,
    /// The class of which each example confidently is.
    actual: Vec<Option<usize>>,
}

impl ConfidentJoint {
    /// Counts over out-of-fold probabilities, a row of classes for each example, and the given classes.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`], [`DoctorError::Columns`], [`DoctorError::Probability`] or [`DoctorError::UnknownClass`].
    pub fn of(probabilities: &[impl AsRef<[f32]>], labels: &[usize]) -> Result<Self, DoctorError> {
        let rows = Rows::new(probabilities, labels.len())?;
        labels.iter().enumerate().try_for_each(|(item, &class)| rows.check(item, class))?;
        Ok(Self::counted(&rows, labels))
    }

    pub(crate) fn counted(rows: &impl Probabilities, labels: &[usize]) -> Self {
        let (classes, examples) = (rows.classes(), rows.examples());
        let mut sums = vec![(0.0, 0_usize); classes];
        for (example, &given) in labels.iter().enumerate() {
            let (sum, count) = &mut sums[given];
            (*sum, *count) = (*sum + rows.at(example, given), *count + 1);
        }
        // Above the slack, so that a probability of 0 reaches no threshold.
        let mean = |&(sum, count): &(f64, usize)| (count > 0).then(|| (sum / count as f64).max(2.0 * SLACK));
        let thresholds: Vec<Option<f64>> = sums.iter().map(mean).collect();
        let actual: Vec<Option<usize>> = (0..examples)
            .map(|example| {
                let probability = |class| rows.at(example, class);
                let mut reached = (0..classes)
                    .filter(|&class| thresholds[class].is_some_and(|least| probability(class) >= least - SLACK));
                let first = reached.next()?;
                Some(if reached.next().is_some() { rows.likeliest(example) } else { first })
            })
            .collect();
        let mut confident = vec![0; classes * classes];
        for (&given, actual) in labels.iter().zip(&actual) {
            if let Some(actual) = actual {
                confident[given * classes + actual] += 1;
            }
        }
        for class in 0..classes {
            let right = &mut confident[class * classes + class];
            *right = (*right).max(1);
        }
        let counts: Vec<usize> = sums.iter().map(|sum| sum.1).collect();
        let estimated = calibrated(&confident, &counts);
        Self { classes, examples, thresholds, confident, estimated, actual }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Each class's threshold, `None` for a class without examples.
    pub fn thresholds(&self) -> &[Option<f64>] {
        &self.thresholds
    }

    /// How many examples that are labelled `given` count confidently as `actual`.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn confident(&self, given: usize, actual: usize) -> usize {
        self.confident[self.place(given, actual)]
    }

    /// How many examples that are labelled `given` are estimated to be of `actual`: the confident counts brought to the number of
    /// examples that each label has, so that all of them add up to the number of examples.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn estimated(&self, given: usize, actual: usize) -> usize {
        self.estimated[self.place(given, actual)]
    }

    /// Share of the labels that are estimated to be wrong, from 0 to 1; 0 without examples.
    pub fn noise(&self) -> f64 {
        let right: usize = (0..self.classes).map(|class| self.estimated(class, class)).sum();
        if self.examples == 0 { 0.0 } else { 1.0 - right as f64 / self.examples as f64 }
    }

    /// The class of which an example confidently is.
    pub(crate) fn actual(&self, example: usize) -> Option<usize> {
        self.actual[example]
    }

    fn place(&self, given: usize, actual: usize) -> usize {
        assert!(given < self.classes && actual < self.classes, "classes {given} and {actual} of {}", self.classes);
        given * self.classes + actual
    }
}

/// Confident counts brought to the number of examples that each label has.
fn calibrated(confident: &[usize], counts: &[usize]) -> Vec<usize> {
    let classes = counts.len();
    let examples = counts.iter().sum::<usize>() as f64;
    let scaled = |given: usize, actual: usize| {
        let row = &confident[given * classes..][..classes];
        row[actual] as f64 / row.iter().sum::<usize>() as f64 * counts[given] as f64
    };
    // Halves are common, and which way they go hangs on the last bit of this sum: it is made in cleanlab's order.
    let by_actual = (0..classes).flat_map(|actual| (0..classes).map(move |given| (given, actual)));
    let sum = pairwise_sum(&by_actual.map(|(given, actual)| scaled(given, actual)).collect::<Vec<f64>>());
    let row = |given: usize| {
        let row: Vec<f64> =
            (0..classes).map(|actual| scaled(given, actual) / sum.max(f64::MIN_POSITIVE) * examples).collect();
        round_keeping_sum(&row)
    };
    (0..classes).flat_map(row).collect()
}
