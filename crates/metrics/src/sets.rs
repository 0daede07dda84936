//! Whether sets of classes hold the actual one, and how large they are.

use std::fmt;

use firelight_costs::{CostError, HeldOut, Limit, SetRule, Sets};
use firelight_vocab::Groups;
use serde::Serialize;

use crate::mean::with_settings;
use crate::text::number;
use crate::{Better, ClassMetric, ratio};

/// Share of examples whose set holds the actual class, 0 to 1.
///
/// ```
/// use firelight_costs::{Limit, SetRule};
/// use firelight_metrics::{Decision, HeldOut, Vocab, measure, set_coverage};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "fox"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6]], &[0, 2, 2])?;
/// let sets = SetRule::lac().fit(&held, Limit::on_average(0.25)?)?;
/// let value = measure(set_coverage(&sets), &[[0.1, 0.5, 0.4], [0.9, 0.1, 0.0]], &[2, 1], &Decision::Argmax);
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn set_coverage(sets: &Sets) -> ClassMetric {
    let own = sets.clone();
    with_settings("set_coverage", Better::More, Some(sets.vocab()), settings(sets), move |example| {
        (f64::from(own.of(example.row).contains(example.target)), 1.0)
    })
}

/// Mean number of classes in a set: less says more, at the same coverage.
///
/// ```
/// use firelight_costs::{Limit, SetRule};
/// use firelight_metrics::{Decision, HeldOut, Vocab, measure, set_size};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "fox"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6]], &[0, 2, 2])?;
/// let sets = SetRule::lac().fit(&held, Limit::on_average(0.25)?)?;
/// let value = measure(set_size(&sets), &[[0.1, 0.5, 0.4], [0.9, 0.1, 0.0]], &[2, 1], &Decision::Argmax);
/// assert_eq!(value, Some(1.5));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
pub fn set_size(sets: &Sets) -> ClassMetric {
    let own = sets.clone();
    with_settings("set_size", Better::Less, Some(sets.vocab()), settings(sets), move |example| {
        (own.of(example.row).len() as f64, 1.0)
    })
}

fn settings(sets: &Sets) -> String {
    sets.to_string().replace('\n', "; ")
}

/// Coverage and size of the sets of each class, or of each group: a promise that holds for all examples together may be broken for some of
/// the classes.
///
/// ```
/// use firelight_costs::{Limit, SetRule};
/// use firelight_metrics::{HeldOut, SetReport, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog", "fox"]);
/// let rows = [[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6], [0.5, 0.3, 0.2]];
/// let (held, fresh) = HeldOut::of_probabilities(&vocab, &rows, &[0, 2, 2, 1])?.split(0.5, 1)?;
/// let report = SetReport::of(&SetRule::lac().fit(&held, Limit::on_average(0.4)?)?, &fresh);
/// println!("{report}");
/// assert_eq!((report.rows.len(), report.all.examples), (3, 2));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SetReport {
    /// One row a class or group of the actual class.
    pub rows: Vec<SetScores>,
    /// Of all examples.
    pub all: SetScores,
}

/// A row of a [`SetReport`].
///
/// ```
/// use firelight_costs::{Limit, SetRule};
/// use firelight_metrics::{HeldOut, SetReport, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let held = HeldOut::of_probabilities(&vocab, &[[0.8, 0.2], [0.4, 0.6]], &[0, 1])?;
/// let report = SetReport::of(&SetRule::lac().fit(&held, Limit::on_average(0.4)?)?, &held);
/// assert_eq!((report.rows[1].name.as_str(), report.rows[1].size), ("dog", Some(1.0)));
/// # Ok::<(), firelight_metrics::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SetScores {
    /// The class or group.
    pub name: String,
    /// Share of its examples whose set holds the actual class; `None` if there are none.
    pub coverage: Option<f64>,
    /// Mean number of classes in a set.
    pub size: Option<f64>,
    /// Share of its examples with a set of one class.
    pub single: Option<f64>,
    /// How many examples there are.
    pub examples: usize,
}

impl SetReport {
    /// Class by class, of examples that the sets were not fitted on.
    ///
    /// # Panics
    ///
    /// If the sets are of another number of classes.
    pub fn of(sets: &Sets, fresh: &HeldOut) -> Self {
        Self::by(sets, fresh, fresh.vocab().names(), |class| class)
    }

    /// Group by group.
    ///
    /// # Errors
    ///
    /// [`CostError::Vocab`] for a class that is in no group.
    ///
    /// # Panics
    ///
    /// If the sets are of another number of classes.
    pub fn by_group(sets: &Sets, fresh: &HeldOut, groups: &Groups) -> Result<Self, CostError> {
        let group = |name| Ok(groups.of(groups.vocab().o2i(name)?));
        let of = fresh.vocab().iter().map(group).collect::<Result<Vec<usize>, CostError>>()?;
        Ok(Self::by(sets, fresh, groups.names(), |class| of[class]))
    }

    /// Class by class of the very examples that sets are fitted on: each of so many parts by sets of the others.
    ///
    /// ```
    /// use firelight_costs::{Limit, SetRule};
    /// use firelight_metrics::{HeldOut, SetReport, Vocab};
    ///
    /// let rows: Vec<[f32; 2]> = (0..40).map(|i| if i % 4 == 0 { [0.3, 0.7] } else { [0.8, 0.2] }).collect();
    /// let held = HeldOut::of_probabilities(&Vocab::from_labels(["cat", "dog"]), &rows, &[0; 40])?;
    /// let report = SetReport::out_of_fold(&SetRule::lac(), Limit::on_average(0.5)?, &held, 5)?;
    /// assert_eq!((report.all.examples, report.all.coverage), (40, Some(0.75)));
    /// # Ok::<(), firelight_metrics::CostError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SetRule::fit`].
    pub fn out_of_fold(rule: &SetRule, limit: Limit, held: &HeldOut, parts: usize) -> Result<Self, CostError> {
        let names = held.vocab().names();
        let mut tally = Tally::of(names.len());
        for (part, others) in held.parts(parts) {
            tally.add(&rule.fit(&others, limit)?, &part, |class| class);
        }
        Ok(tally.report(names))
    }

    fn by(sets: &Sets, fresh: &HeldOut, names: &[String], part_of: impl Fn(usize) -> usize) -> Self {
        let mut tally = Tally::of(names.len());
        tally.add(sets, fresh, part_of);
        tally.report(names)
    }
}

/// Sums of all examples and of each class or group.
struct Tally {
    all: Sums,
    parts: Vec<Sums>,
}

impl Tally {
    fn of(parts: usize) -> Self {
        Self { all: Sums::default(), parts: vec![Sums::default(); parts] }
    }

    fn add(&mut self, sets: &Sets, fresh: &HeldOut, part_of: impl Fn(usize) -> usize) {
        for (row, target) in fresh.examples() {
            let set = sets.of(row);
            for sums in [&mut self.all, &mut self.parts[part_of(target)]] {
                sums.covered += f64::from(set.contains(&target));
                sums.size += set.len() as f64;
                sums.single += f64::from(set.len() == 1);
                sums.examples += 1;
            }
        }
    }

    fn report(self, names: &[String]) -> SetReport {
        let rows = names.iter().zip(self.parts).map(|(name, sums)| sums.scores(name)).collect();
        SetReport { rows, all: self.all.scores("all") }
    }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    covered: f64,
    size: f64,
    single: f64,
    examples: usize,
}

impl Sums {
    fn scores(self, name: &str) -> SetScores {
        let Self { covered, size, single, examples } = self;
        let [coverage, size, single] = [covered, size, single].map(|sum| ratio(sum, examples));
        SetScores { name: name.to_owned(), coverage, size, single, examples }
    }
}

/// One line a class or group, then one for all.
impl fmt::Display for SetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.rows.iter().chain([&self.all]);
        let widest = rows().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let text = |value| number(value, 3);
        write!(f, "{:widest$}  coverage   size  single  examples", "")?;
        for SetScores { name, coverage, size, single, examples } in rows() {
            let (coverage, size, single) = (text(*coverage), text(*size), text(*single));
            write!(f, "\n{name:<widest$}  {coverage:>8}  {size:>5}  {single:>6}  {examples:>8}")?;
        }
        Ok(())
    }
}
