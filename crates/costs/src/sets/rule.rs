use std::fmt;

use firelight_vocab::{Groups, Vocab};
use serde::{Deserialize, Serialize};

use super::{Promise, SLACK, Sets, Threshold};
use crate::chance::uniform;
use crate::error::finite;
use crate::groups::aligned_groups;
use crate::{CostError, CostMatrix, HeldOut, Limit};

/// Which classes come into a set first, and of what coverage is promised: split conformal prediction.
///
/// | score of a class | sets |
/// |---|---|
/// | [`lac`](Self::lac) | the smallest on average; of an unsure example few or none |
/// | [`aps`](Self::aps) | larger ones where an example is harder |
/// | [`raps`](Self::raps) | the same without long tails of unlikely classes |
///
/// The promise is of all examples together, so that one class may be covered always and a rare one hardly ever, unless it is made
/// [for each class](Self::per_class) or [group](Self::per_group). It asks for examples of each: 9 for a limit of 0.1, and more for small
/// sets.
///
/// ```
/// use firelight_costs::{Groups, HeldOut, Limit, SetRule, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let rows = [[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6], [0.7, 0.2, 0.1]];
/// let held = HeldOut::of_probabilities(&vocab, &rows, &[0, 2, 2, 0])?;
/// let limit = Limit::on_average(0.4)?;
/// for rule in [SetRule::lac(), SetRule::aps().randomised(1), SetRule::raps(0.01, 2).per_group(&species)] {
///     let sets = rule.fit(&held, limit)?;
///     assert!(sets.of(&[0.1, 0.5, 0.4]).contains(&1));
/// }
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetRule {
    score: Score,
    seed: Option<u64>,
    parts: Parts,
    may_be_empty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Score {
    Lac,
    /// `free` classes are in without a penalty; there is none for APS.
    Aps {
        penalty: f64,
        free: usize,
    },
}

/// Of what coverage is promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Parts {
    All,
    Classes,
    Groups(Groups),
}

/// Below every score, which are at least 0: that of a class which is always in.
pub(super) const ALWAYS: f64 = -1.0;

impl SetRule {
    /// Every class from some probability on: a class scores `1 − p` (least ambiguous classifiers, Sadinle et al., 2019).
    pub fn lac() -> Self {
        Self { score: Score::Lac, seed: None, parts: Parts::All, may_be_empty: false }
    }

    /// The likeliest classes up to some sum: a class scores the probabilities down to its own (adaptive sets, Romano et al., 2020).
    pub fn aps() -> Self {
        Self::raps(0.0, 0)
    }

    /// [`aps`](Self::aps) where each class after the first `free` ones scores `penalty` more than the one before (Angelopoulos et al., 2021).
    /// 0.01 and 5 are usual for many classes.
    pub fn raps(penalty: f64, free: usize) -> Self {
        Self { score: Score::Aps { penalty, free }, ..Self::lac() }
    }

    /// The score of [`aps`](Self::aps) and [`raps`](Self::raps) counts a random part of a class's own probability, which makes sets smaller: without,
    /// they cover more than was promised. The part is a function of the seed and the row, so the same probabilities always make
    /// the same set.
    pub fn randomised(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The promise is made for each class (Mondrian prediction, Vovk et al., 2005). A class with too few examples is in every set.
    pub fn per_class(self) -> Self {
        Self { parts: Parts::Classes, ..self }
    }

    /// The promise is made for the classes of each group together.
    pub fn per_group(self, groups: &Groups) -> Self {
        Self { parts: Parts::Groups(groups.clone()), ..self }
    }

    /// Sets may have no class at all, of an example that is like none. Without this the likeliest class is in each, whatever it scores, and
    /// other thresholds follow from it; a model that is right more often than was promised then covers more than was promised.
    pub fn may_be_empty(self) -> Self {
        Self { may_be_empty: true, ..self }
    }

    /// Sets without the actual class as often as the limit says, and no more.
    ///
    /// # Errors
    /// [`CostError::NotFiniteParameter`] for the penalty, [`CostError::NamesDiffer`] for groups of other classes.
    pub fn fit(&self, held: &HeldOut, limit: Limit) -> Result<Sets, CostError> {
        let vocab = held.vocab();
        let rule = self.aligned(vocab)?;
        let mut scores = vec![Vec::new(); rule.parts(vocab)?];
        for (row, target) in held.examples() {
            let own = rule.scored(row).into_iter().filter(|(class, _)| *class == target);
            if let Some(scores) = scores.get_mut(rule.part_of(target)) {
                scores.extend(own.map(|(_, score)| score));
            }
        }
        let threshold = |(part, mut scores): (usize, Vec<f64>)| {
            scores.sort_by(f64::total_cmp);
            let highest = limit.place(scores.len()).and_then(|place| scores.get(place).copied());
            Threshold { name: rule.part_name(part, vocab), examples: scores.len(), highest }
        };
        let thresholds = scores.into_iter().enumerate().map(threshold).collect();
        Ok(Sets { vocab: vocab.clone(), rule, promise: Promise::Misses, limit, thresholds })
    }

    /// Sets whose nearest class costs no more than the limit says, as a share of the highest cost: what it costs to take for the actual
    /// class the one in the set that is least dear. With equal costs this is [`fit`](Self::fit). Where a mistake within a group is cheap,
    /// a set need not have all its classes. Conformal risk control (Angelopoulos et al., 2024), or with confidence the bound of Hoeffding
    /// and Bentkus.
    ///
    /// ```
    /// use firelight_costs::{CostMatrix, HeldOut, Limit, SetRule, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
    /// let cost = CostMatrix::uniform(&vocab).with("beagle", "pug", 0.1)?.with("pug", "beagle", 0.1)?;
    /// let rows: Vec<[f32; 3]> = (0..20).map(|i| if i % 2 == 0 { [0.1, 0.5, 0.4] } else { [0.1, 0.4, 0.5] }).collect();
    /// let held = HeldOut::of_probabilities(&vocab, &rows, &[1; 20])?;
    /// let limit = Limit::on_average(0.1)?;
    /// assert_eq!(SetRule::lac().fit(&held, limit)?.of(&[0.1, 0.5, 0.4]), [1, 2]);
    /// assert_eq!(SetRule::lac().fit_costs(&held, &cost, limit)?.of(&[0.1, 0.5, 0.4]), [1]); // a pug for a beagle is cheap
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// What the costs are refused for, [`CostError::NoCost`] if all are 0, [`CostError::NamesDiffer`] unless they name exactly the classes,
    /// [`CostError::CostsByClass`] for a rule [by class](Self::per_class) or group, [`CostError::NotFiniteParameter`] for the penalty.
    pub fn fit_costs(&self, held: &HeldOut, cost: &CostMatrix, limit: Limit) -> Result<Sets, CostError> {
        if self.parts != Parts::All {
            return Err(CostError::CostsByClass);
        }
        let (vocab, rule) = (held.vocab(), self.aligned(held.vocab())?);
        let (highest, cost) = (cost.highest()?, cost.align(vocab)?);
        // What is paid with no class in any set, and from which scores on how much less.
        let (mut paid, mut falls) = (held.len() as f64, Vec::new());
        for (row, target) in held.examples() {
            let mut nearest = 1.0;
            for (class, score) in rule.scored(row) {
                let share = cost.matrix().value(target, class) / highest;
                if share < nearest {
                    falls.push((score, nearest - share));
                    nearest = share;
                }
            }
        }
        falls.sort_by(|a, b| a.0.total_cmp(&b.0));
        let examples = held.len();
        let allowed = |paid: f64| limit.allows(paid / examples.max(1) as f64, examples);
        let mut threshold = None;
        for tied in falls.chunk_by(|a, b| b.0 - a.0 <= SLACK) {
            paid -= tied.iter().map(|fall| fall.1).sum::<f64>();
            if threshold.is_none() && allowed(paid.max(0.0)) {
                threshold = tied.last().map(|fall| fall.0);
            }
        }
        let thresholds = vec![Threshold { name: None, examples, highest: threshold }];
        Ok(Sets { vocab: vocab.clone(), rule, promise: Promise::Cost, limit, thresholds })
    }

    /// With groups in the order of the classes.
    pub(super) fn aligned(&self, vocab: &Vocab) -> Result<Self, CostError> {
        let mut rule = self.clone();
        if let Score::Aps { penalty, .. } = self.score {
            finite("penalty", penalty)?;
        }
        if let Parts::Groups(groups) = &self.parts {
            rule.parts = Parts::Groups(aligned_groups(groups, vocab)?);
        }
        Ok(rule)
    }

    /// How many thresholds there are.
    pub(super) fn parts(&self, vocab: &Vocab) -> Result<usize, CostError> {
        match &self.parts {
            Parts::All => Ok(1),
            Parts::Classes => Ok(vocab.len()),
            Parts::Groups(groups) if groups.vocab() == vocab => Ok(groups.len()),
            Parts::Groups(_) => Err(CostError::NoSets { classes: vocab.len() }),
        }
    }

    pub(super) fn part_of(&self, class: usize) -> usize {
        match &self.parts {
            Parts::All => 0,
            Parts::Classes => class,
            Parts::Groups(groups) => groups.of(class),
        }
    }

    fn part_name(&self, part: usize, vocab: &Vocab) -> Option<String> {
        match &self.parts {
            Parts::All => None,
            Parts::Classes => vocab.name(part).map(str::to_owned),
            Parts::Groups(groups) => groups.names().get(part).cloned(),
        }
    }

    /// Each class with its score, likeliest first, among equals the lower number. A class is in a set whose threshold is its score or more.
    pub(super) fn scored(&self, row: &[f32]) -> Vec<(usize, f64)> {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let own = self.seed.map_or(1.0, |seed| uniform(seed, row));
        let mut before = 0.0;
        let score = |(place, class): (usize, usize)| {
            let probability = f64::from(row[class]);
            let score = match self.score {
                _ if place == 0 && !self.may_be_empty => ALWAYS,
                Score::Lac => (1.0 - probability).max(0.0),
                Score::Aps { penalty, free } => {
                    before + own * probability + penalty * (place + 1).saturating_sub(free) as f64
                }
            };
            before += probability;
            (class, score)
        };
        order.into_iter().enumerate().map(score).collect()
    }
}

impl fmt::Display for SetRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.score {
            Score::Lac => write!(f, "LAC")?,
            Score::Aps { penalty: 0.0, .. } => write!(f, "APS")?,
            Score::Aps { penalty, free } => write!(f, "RAPS (penalty {penalty} after {free})")?,
        }
        if let Some(seed) = self.seed {
            write!(f, ", randomised (seed {seed})")?;
        }
        if self.may_be_empty { write!(f, ", may be empty") } else { Ok(()) }
    }
}
