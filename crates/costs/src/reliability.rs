use std::fmt;

use serde::Serialize;

use crate::Decision;

/// How often what is said with some confidence is right: the numbers of a reliability diagram.
///
/// A bin where accuracy is below confidence is one where a model is too sure.
///
/// ```
/// use firelight_costs::{Binning, Reliability};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// let reliability = Reliability::of(probabilities, &[0, 1, 1, 2], Binning::Width(2));
/// println!("{reliability}"); // a line a bin
/// let sure = &reliability.bins[1]; // more than 0.5
/// assert_eq!((sure.examples, sure.accuracy), (2, 1.0));
/// # assert!((sure.confidence - 0.65).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// The bins that have examples, in order of confidence.
    pub bins: Vec<ReliabilityBin>,
    /// How many examples have a confidence that is no number, and so are in no bin.
    pub left_out: usize,
}

/// A range of confidence, and what came of it.
///
/// ```
/// use firelight_costs::{Binning, Reliability};
///
/// let bin = &Reliability::of_pairs([(0.6, true), (0.9, false)], Binning::Count(1)).bins[0];
/// assert_eq!((bin.lower, bin.upper, bin.confidence, bin.accuracy, bin.examples), (0.6, 0.9, 0.75, 0.5, 2));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// Where it begins: its edge, or the least confidence in it where bins have equal counts.
    pub lower: f64,
    /// Where it ends.
    pub upper: f64,
    /// Mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share that is right, 0 to 1.
    pub accuracy: f64,
    /// How many examples are in it.
    pub examples: usize,
}

/// How examples are put into bins.
///
/// ```
/// use firelight_costs::{Binning, Reliability};
///
/// let pairs = [(0.91, true), (0.92, true), (0.93, false), (0.99, true)];
/// let bins = |binning| Reliability::of_pairs(pairs, binning).bins.len();
/// assert_eq!((bins(Binning::Width(10)), bins(Binning::Count(2))), (1, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binning {
    /// So many bins of confidence of equal width, open below and closed above (Guo et al., 2017); 15 are usual.
    Width(usize),
    /// So many bins of equal counts, to one example (Nixon et al., 2019). Examples of one confidence share their hits, so that their order
    /// does not matter.
    Count(usize),
}

impl Reliability {
    /// Of the likeliest class of each row; its confidence is its probability.
    ///
    /// # Panics
    /// If there are not as many rows as targets.
    pub fn of<R: AsRef<[f32]>>(rows: impl IntoIterator<Item = R>, targets: &[usize], binning: Binning) -> Self {
        Self::of_rows(rows, targets, binning, |row, target| {
            let known = row.iter().all(|probability| !probability.is_nan());
            match Decision::Argmax.best(row).filter(|_| known) {
                Some(likeliest) => (f64::from(row[likeliest]), likeliest == target),
                None => (f64::NAN, false),
            }
        })
    }

    /// Of one class: its confidence is its probability in each row, whatever else is likelier.
    ///
    /// # Panics
    /// If there are not as many rows as targets.
    pub fn of_class<R: AsRef<[f32]>>(
        rows: impl IntoIterator<Item = R>,
        targets: &[usize],
        class: usize,
        binning: Binning,
    ) -> Self {
        Self::of_rows(rows, targets, binning, |row, target| {
            (row.get(class).map_or(f64::NAN, |confidence| f64::from(*confidence)), class == target)
        })
    }

    fn of_rows<R: AsRef<[f32]>>(
        rows: impl IntoIterator<Item = R>,
        targets: &[usize],
        binning: Binning,
        pair: impl Fn(&[f32], usize) -> (f64, bool),
    ) -> Self {
        let rows: Vec<R> = rows.into_iter().collect();
        assert_eq!(rows.len(), targets.len(), "rows and targets");
        Self::of_pairs(rows.iter().zip(targets).map(|(row, target)| pair(row.as_ref(), *target)), binning)
    }

    /// Of a confidence from 0 to 1 for each example, and whether it was right.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (f64, bool)>, binning: Binning) -> Self {
        let (pairs, unknown): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(confidence, _)| !confidence.is_nan());
        let bins = match binning {
            Binning::Width(bins) => of_width(&pairs, bins),
            Binning::Count(bins) => of_count(pairs, bins),
        };
        Self { bins, left_out: unknown.len() }
    }

    /// How far confidence is from accuracy, 0 to 1: the mean gap of the bins, weighted by their examples. `None` without examples.
    pub fn error(&self) -> Option<f64> {
        let examples: usize = self.bins.iter().map(|bin| bin.examples).sum();
        let gap = |bin: &ReliabilityBin| (bin.confidence - bin.accuracy).abs() * bin.examples as f64;
        (examples > 0).then(|| self.bins.iter().map(gap).sum::<f64>() / examples as f64)
    }
}

fn of_width(pairs: &[(f64, bool)], bins: usize) -> Vec<ReliabilityBin> {
    let mut sums = vec![(0.0, 0.0, 0); bins];
    for &(confidence, hit) in pairs {
        let bin = ((confidence * bins as f64).ceil() as usize).clamp(1, bins.max(1)) - 1;
        if let Some((sum, hits, examples)) = sums.get_mut(bin) {
            *sum += confidence;
            *hits += f64::from(hit);
            *examples += 1;
        }
    }
    let edge = |bin: usize| bin as f64 / bins as f64;
    let bins = sums.into_iter().enumerate().filter(|(_, sums)| sums.2 > 0);
    bins.map(|(bin, sums)| ReliabilityBin::of(edge(bin), edge(bin + 1), sums)).collect()
}

fn of_count(mut pairs: Vec<(f64, bool)>, bins: usize) -> Vec<ReliabilityBin> {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let hits = |tied: &[(f64, bool)]| tied.iter().filter(|pair| pair.1).count() as f64 / tied.len() as f64;
    let shared: Vec<(f64, f64)> = pairs
        .chunk_by(|a, b| a.0 >= b.0) // equal, as they are sorted
        .flat_map(|tied| std::iter::repeat_n((tied[0].0, hits(tied)), tied.len()))
        .collect();
    let edge = |bin: usize| bin * shared.len() / bins;
    let bins = (0..bins).map(|bin| &shared[edge(bin)..edge(bin + 1)]);
    let of = |bin: &[(f64, f64)]| {
        let (first, last) = (bin.first()?, bin.last()?);
        let (confidence, hits) = bin.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        Some(ReliabilityBin::of(first.0, last.0, (confidence, hits, bin.len())))
    };
    bins.filter_map(of).collect()
}

impl ReliabilityBin {
    /// From sums of confidence and hits.
    fn of(lower: f64, upper: f64, (confidence, hits, examples): (f64, f64, usize)) -> Self {
        let mean = |sum: f64| sum / examples as f64;
        Self { lower, upper, confidence: mean(confidence), accuracy: mean(hits), examples }
    }
}

/// One line a bin.
impl fmt::Display for Reliability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from   to     confidence  accuracy  examples")?;
        for ReliabilityBin { lower, upper, confidence, accuracy, examples } in &self.bins {
            write!(f, "\n{lower:.3}  {upper:.3}  {confidence:>10.3}  {accuracy:>8.3}  {examples:>8}")?;
        }
        Ok(())
    }
}
