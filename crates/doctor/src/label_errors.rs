//! Which examples have a wrong label, the likeliest first.

use serde::{Deserialize, Serialize};

use crate::joint::SLACK;
use crate::probabilities::{Probabilities, Rows};
use crate::{ConfidentJoint, DoctorError};

/// An example whose label is likely to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabelError {
    /// The example, counted from 0.
    pub item: usize,
    /// The class that it is labelled as.
    pub given: usize,
    /// The likeliest class.
    pub suggested: usize,
    /// Probability of the given class, from 0 to 1: less is worse.
    pub self_confidence: f64,
    /// Probability of the given class less that of the likeliest other one, moved into 0 to 1: `(given − other + 1) / 2`. Less is worse.
    pub margin: f64,
}

/// Which examples count as wrongly labelled, by a [`ConfidentJoint`].
///
/// Of all of them, those whose given class is the likeliest one anyway are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rule {
    /// Of each class as many as it is estimated to have wrong ones of, those with the lowest probability of it.
    Class,
    /// Of each pair of a given class and another as many as are estimated, those with the widest margin between the two. The default.
    #[default]
    NoiseRate,
    /// Those that both of these name: the fewest, and the surest.
    Both,
    /// Those that count confidently as another class.
    Confident,
}

/// What the worst label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Order {
    /// That with the lowest [`self_confidence`](LabelError::self_confidence), which finds pictures of no class at all too. The default.
    #[default]
    SelfConfidence,
    /// That with the lowest [`margin`](LabelError::margin), which finds pictures of another class.
    Margin,
}

/// A search for wrong labels, by confident learning.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_rule`](Self::with_rule) | [`Rule::NoiseRate`] | which examples count as wrong |
/// | [`with_order`](Self::with_order) | [`Order::SelfConfidence`] | which of them comes first |
///
/// Probabilities must be of models that have not seen the example: those of its own fold in a cross-validation. The rules are those of
/// cleanlab (2.9), with the same examples in the same order; where numbers tie, the earlier example goes first.
///
/// ```
/// use firelight_doctor::LabelErrors;
///
/// let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8]];
/// let errors = LabelErrors::new().find(&probabilities, &[0, 0, 1, 1])?;
/// assert_eq!((errors.len(), errors[0].item, errors[0].suggested), (1, 2, 0));
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LabelErrors {
    rule: Rule,
    order: Order,
}

impl LabelErrors {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which examples count as wrong.
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    /// Which of them comes first.
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// The examples that are likely to be labelled wrongly, the worst first: from out-of-fold probabilities, a row of classes for each
    /// example, and the given classes.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`], [`DoctorError::Columns`], [`DoctorError::Probability`] or [`DoctorError::UnknownClass`].
    pub fn find(&self, probabilities: &[impl AsRef<[f32]>], labels: &[usize]) -> Result<Vec<LabelError>, DoctorError> {
        let rows = Rows::new(probabilities, labels.len())?;
        labels.iter().enumerate().try_for_each(|(item, &class)| rows.check(item, class))?;
        Ok(self.found(&rows, labels))
    }

    pub(crate) fn found(self, rows: &impl Probabilities, labels: &[usize]) -> Vec<LabelError> {
        let wrong = marked(rows, labels, self.rule);
        let mut found: Vec<LabelError> =
            (0..labels.len()).filter(|&item| wrong[item]).filter_map(|item| judged(rows, item, labels[item])).collect();
        let score = |error: &LabelError| match self.order {
            Order::SelfConfidence => error.self_confidence,
            Order::Margin => error.margin,
        };
        found.sort_by(|a, b| score(a).total_cmp(&score(b)));
        found
    }
}

/// What is wrong with a label; `None` where the given class is the likeliest one.
fn judged(rows: &impl Probabilities, item: usize, given: usize) -> Option<LabelError> {
    let others = (0..rows.classes()).filter(|class| *class != given);
    let likelier = |best, class| if rows.at(item, class) > rows.at(item, best) { class } else { best };
    let suggested = others.reduce(likelier)?;
    let (self_confidence, other) = (rows.at(item, given), rows.at(item, suggested));
    let own = self_confidence + SLACK;
    let agrees = own > other || (own >= other && given < suggested);
    let margin = f64::midpoint(self_confidence - other, 1.0);
    (!agrees).then_some(LabelError { item, given, suggested, self_confidence, margin })
}

/// Which examples a rule names.
fn marked(rows: &impl Probabilities, labels: &[usize], rule: Rule) -> Vec<bool> {
    let joint = ConfidentJoint::counted(rows, labels);
    if rule == Rule::Confident {
        let other = |(item, given): (usize, &usize)| joint.actual(item).is_some_and(|actual| actual != *given);
        return labels.iter().enumerate().map(other).collect();
    }
    let mut members = vec![Vec::new(); rows.classes()];
    for (item, &given) in labels.iter().enumerate() {
        members[given].push(item);
    }
    let mut wrong = vec![false; labels.len()];
    // The only example of a class stays.
    for (given, members) in members.iter().enumerate().filter(|(_, members)| members.len() > 1) {
        let pruned = pruned(&joint, given);
        let by_class = || worst(members, members.len().saturating_sub(pruned[given]), |item| rows.at(item, given));
        let by_noise = || -> Vec<usize> {
            let others = (0..rows.classes()).filter(|other| *other != given && pruned[*other] > 0);
            let margin = |other| move |item| rows.at(item, given) - rows.at(item, other);
            others.flat_map(|other| worst(members, pruned[other], margin(other))).collect()
        };
        let named = match rule {
            Rule::Class => by_class(),
            Rule::Both => {
                let (by_noise, mut both) = (by_noise(), by_class());
                both.retain(|item| by_noise.contains(item));
                both
            }
            Rule::NoiseRate | Rule::Confident => by_noise(),
        };
        for item in named {
            wrong[item] = true;
        }
    }
    wrong
}

/// Of the examples that are labelled as one class, how many are of each, such that at least one is right: what that takes comes off the
/// others alike.
fn pruned(joint: &ConfidentJoint, given: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = (0..joint.classes()).map(|actual| joint.estimated(given, actual)).collect();
    if counts[given] == 0 {
        let others = counts.iter().filter(|&&count| count > 0).count().saturating_sub(1).max(1);
        for count in &mut counts {
            *count = (*count as f64 - 1.0 / others as f64).max(0.0) as usize;
        }
        counts[given] = 1;
    }
    counts
}

/// The `count` examples with the lowest score, the earlier of two that tie.
fn worst(items: &[usize], count: usize, score: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut scored: Vec<(f64, usize)> = items.iter().map(|&item| (score(item), item)).collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    scored.into_iter().take(count).map(|scored| scored.1).collect()
}
