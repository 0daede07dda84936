//! How well each of several classes an example is found, as a value and as a table.

use std::fmt;

use firelight_costs::Decision;
use firelight_vocab::Vocab;
use serde::Serialize;

use crate::classes::mean;
use crate::multi::Class;
use crate::ranking::{Steps, area, best_threshold, precision};
use crate::text::number;

/// Precision, recall and F1 of every class as a decision picks it, and what its probabilities are worth whatever the threshold, with `n/a`
/// where a number is not defined.
///
/// ```
/// use firelight_metrics::{Decision, MultiReport, Vocab};
///
/// let vocab = Vocab::from_labels(["boat", "sea"]);
/// let rows = [[0.9, 0.6], [0.3, 0.7], [0.2, 0.8]];
/// let report = MultiReport::of(&vocab, &rows, &[vec![0], vec![0, 1], vec![1]], &Decision::Threshold(0.5));
/// assert_eq!((report.classes[0].recall, report.classes[1].precision), (Some(0.5), Some(2.0 / 3.0)));
/// assert_eq!((report.classes[0].best_threshold, report.classes[0].best_f1), (Some(0.3), Some(1.0)));
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MultiReport {
    /// One row a class, in the order of the vocab.
    pub classes: Vec<MultiScores>,
    /// Plain means over the classes of what is defined; examples and picks in all, and no threshold.
    pub mean: MultiScores,
}

/// A row of a [`MultiReport`].
///
/// ```
/// use firelight_metrics::{Decision, MultiReport, Vocab};
///
/// let report = MultiReport::of(&Vocab::from_labels(["boat"]), &[[0.9], [0.2]], &[vec![0], vec![]], &Decision::Threshold(0.5));
/// assert_eq!((report.mean.examples, report.mean.roc_auc), (1, Some(1.0)));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MultiScores {
    /// The class.
    pub name: String,
    /// How many examples have it.
    pub examples: usize,
    /// How many examples it is picked for.
    pub picked: usize,
    /// Share of its picks that are right; `None` if there are none.
    pub precision: Option<f64>,
    /// Share of its examples that it is picked for; `None` if there are none.
    pub recall: Option<f64>,
    /// Harmonic mean of the two; `None` if the class is neither there nor picked.
    pub f1: Option<f64>,
    /// As [`average_precision`](crate::average_precision); `None` without examples.
    pub average_precision: Option<f64>,
    /// As [`roc_auc`](crate::roc_auc); `None` if all examples have the class, or none has.
    pub roc_auc: Option<f64>,
    /// The threshold of the best F1, as [`best_thresholds`](crate::best_thresholds) finds it.
    pub best_threshold: Option<f32>,
    /// F1 at that threshold.
    pub best_f1: Option<f64>,
}

impl MultiScores {
    /// The best threshold for a table: to three decimals, or to two digits where it is below a hundredth, and never above it, so that the
    /// number that is read picks what the threshold picks. `n/a` without one.
    ///
    /// ```
    /// use firelight_metrics::{Decision, MultiReport, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["boat"]);
    /// let report = MultiReport::of(&vocab, &[[0.66679]], &[vec![0]], &Decision::Threshold(0.5));
    /// assert_eq!(report.classes[0].best_threshold_text(), "0.666");
    /// ```
    pub fn best_threshold_text(&self) -> String {
        let Some(threshold) = self.best_threshold else { return number(None, 0) };
        let magnitude = threshold.abs().log10().floor();
        let decimals = if magnitude.is_finite() { (1.0 - magnitude).clamp(3.0, 11.0) as usize } else { 3 };
        let steps = 10_f64.powi(decimals as i32);
        let near = (f64::from(threshold) * steps).round();
        let text = |near: f64| number(Some(near / steps), decimals);
        let is_above = text(near).parse::<f32>().is_ok_and(|read| read > threshold);
        text(if is_above { near - 1.0 } else { near })
    }
}

impl MultiReport {
    /// Of rows of probabilities and the class numbers of each example.
    ///
    /// # Panics
    ///
    /// If a row has not one probability for each class.
    pub fn of(vocab: &Vocab, rows: &[impl AsRef<[f32]>], targets: &[Vec<usize>], decision: &Decision) -> Self {
        let mut counts = vec![Class::default(); vocab.len()];
        for (row, target) in rows.iter().map(AsRef::as_ref).zip(targets) {
            assert_eq!(row.len(), vocab.len(), "a probability for each class");
            // Of the classes that are there or picked alone, which are few of many; nothing asks for those that are neither.
            let picked = decision.decide(row);
            let missed = target.iter().enumerate().filter(|(at, class)| !target[..*at].contains(class));
            let missed = missed.map(|(_, class)| class).filter(|class| !picked.contains(class));
            let listed = picked.iter().map(|class| (class, true)).chain(missed.map(|class| (class, false)));
            for (&class, is_picked) in listed {
                if let Some(count) = counts.get_mut(class) {
                    count.add(target.contains(&class), is_picked);
                }
            }
        }
        let row = |(class, (name, count)): (usize, (&str, &Class))| {
            let steps = Steps::of_class(rows, targets, class);
            let steps = steps.as_ref();
            let best = steps.and_then(best_threshold);
            let (examples, picked) = (count.hits + count.misses, count.hits + count.alarms);
            let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
            MultiScores {
                name: name.to_owned(),
                examples,
                picked,
                precision: share(count.hits, picked),
                recall: share(count.hits, examples),
                f1: share(2 * count.hits, examples + picked),
                average_precision: steps.and_then(precision),
                roc_auc: steps.and_then(area),
                best_threshold: best.map(|best| best.0),
                best_f1: best.map(|best| best.1),
            }
        };
        let classes: Vec<MultiScores> = vocab.iter().zip(&counts).enumerate().map(row).collect();
        let of = |value: fn(&MultiScores) -> Option<f64>| mean(classes.iter().map(value));
        let mean = MultiScores {
            name: "mean".into(),
            examples: classes.iter().map(|class| class.examples).sum(),
            picked: classes.iter().map(|class| class.picked).sum(),
            precision: of(|class| class.precision),
            recall: of(|class| class.recall),
            f1: of(|class| class.f1),
            average_precision: of(|class| class.average_precision),
            roc_auc: of(|class| class.roc_auc),
            best_threshold: None,
            best_f1: of(|class| class.best_f1),
        };
        Self { classes, mean }
    }
}

/// One line a class, then the means.
impl fmt::Display for MultiReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.classes.iter().chain([&self.mean]);
        let side = rows().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let text = |value| number(value, 3);
        write!(f, "{:side$}  examples  picked  precision  recall     f1  avg precision  roc auc", "")?;
        write!(f, "  best threshold  best f1")?;
        for row in rows() {
            write!(f, "\n{:<side$}  {:>8}  {:>6}", row.name, row.examples, row.picked)?;
            write!(f, "  {:>9}  {:>6}  {:>5}", text(row.precision), text(row.recall), text(row.f1))?;
            write!(f, "  {:>13}  {:>7}", text(row.average_precision), text(row.roc_auc))?;
            write!(f, "  {:>14}  {:>7}", row.best_threshold_text(), text(row.best_f1))?;
        }
        Ok(())
    }
}
