use std::fmt;

use firelight_vocab::Groups;

use crate::SoftLabels;

/// [`SoftLabels`] from groups, with two shares to set.
///
/// | setting | default | what it is |
/// |---|---|---|
/// | [`within_mass`](Self::within_mass) | 0.2 | shared equally among the other classes of the group |
/// | [`within_each`](Self::within_each) | – | the same for each other class of the group, whatever their number |
/// | [`across_mass`](Self::across_mass) | 0 | shared equally among the classes of all other groups |
///
/// The rest stays with the class itself, and so does the share of a class alone in its group.
///
/// A mass is safe for groups of any size. An amount for each sibling is not: 0.1 for each of 24 siblings is
/// more than there is, which is refused when the labels are aligned.
///
/// It is used where [`SoftLabels`] are: by reference in a loss, or turned into them with `into()`.
///
/// ```
/// use firelight_costs::{Groups, SoftLabels, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "boxer", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
/// let labels = SoftLabels::from_groups(&species).within_each(0.1).across_mass(0.02);
/// assert!((labels.labels().get("pug", "pug")? - 0.78).abs() < 1e-12);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSoftLabels {
    groups: Groups,
    within: Within,
    across: f64,
    labels: SoftLabels,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Within {
    Mass(f64),
    Each(f64),
}

impl GroupSoftLabels {
    pub(crate) fn new(groups: &Groups) -> Self {
        Self::made(groups.clone(), Within::Mass(0.2), 0.0)
    }

    /// The share for the other classes of the group, all together.
    pub fn within_mass(self, mass: f64) -> Self {
        Self::made(self.groups, Within::Mass(mass), self.across)
    }

    /// The share for each other class of the group.
    pub fn within_each(self, each: f64) -> Self {
        Self::made(self.groups, Within::Each(each), self.across)
    }

    /// The share for the classes of all other groups, all together.
    pub fn across_mass(self, mass: f64) -> Self {
        Self::made(self.groups, self.within, mass)
    }

    /// The labels made so far.
    pub fn labels(&self) -> &SoftLabels {
        &self.labels
    }

    fn made(groups: Groups, within: Within, across: f64) -> Self {
        let vocab = groups.vocab();
        let sizes: Vec<usize> = (0..groups.len()).map(|group| groups.members(group).count()).collect();
        let shares = |class: usize| {
            let siblings = sizes[groups.of(class)] - 1;
            let others = vocab.len() - siblings - 1;
            let each = match within {
                Within::Mass(mass) if siblings > 0 => mass / siblings as f64,
                Within::Each(each) if siblings > 0 => each,
                _ => 0.0,
            };
            let beyond = if others > 0 { across / others as f64 } else { 0.0 };
            let own = 1.0 - given(within, siblings) - if others > 0 { across } else { 0.0 };
            (own, each, beyond)
        };
        let mut labels = SoftLabels::by_number(vocab, |truth, predicted| {
            let (own, each, beyond) = shares(truth);
            if truth == predicted {
                own
            } else if groups.of(truth) == groups.of(predicted) {
                each
            } else {
                beyond
            }
        });
        if let Within::Each(each) = within {
            labels.meaning.each = Some(each);
        }
        Self { groups, within, across, labels }
    }
}

/// What goes to the siblings all together; by the mass itself where it was given, so that 0.8 stays 0.8.
fn given(within: Within, siblings: usize) -> f64 {
    match within {
        _ if siblings == 0 => 0.0,
        Within::Mass(mass) => mass,
        Within::Each(each) => each * siblings as f64,
    }
}

impl AsRef<SoftLabels> for GroupSoftLabels {
    fn as_ref(&self) -> &SoftLabels {
        &self.labels
    }
}

impl AsRef<SoftLabels> for SoftLabels {
    fn as_ref(&self) -> &SoftLabels {
        self
    }
}

impl From<GroupSoftLabels> for SoftLabels {
    fn from(made: GroupSoftLabels) -> Self {
        made.labels
    }
}

impl fmt::Display for GroupSoftLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.labels.fmt(f)
    }
}
