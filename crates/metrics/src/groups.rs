//! Mistakes seen from the groups that classes belong to.

use firelight_costs::digest;
use firelight_vocab::Groups;

use crate::mean::with_settings;
use crate::{Better, ClassMetric, Example};

/// Share of examples whose picked class is in the actual class's group: the right species, whatever the breed.
///
/// ```
/// use firelight_costs::{Decision, Groups, Vocab};
/// use firelight_metrics::{group_accuracy, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(group_accuracy(&species), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.75));
/// ```
pub fn group_accuracy(groups: &Groups) -> ClassMetric {
    let same = in_group(groups);
    share_by("group_accuracy", Better::More, groups, same)
}

/// Share of examples whose picked class is in another group than the actual one: a dog taken for a cat.
///
/// ```
/// use firelight_costs::{Decision, Groups, Vocab};
/// use firelight_metrics::{cross_group_errors, measure};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(cross_group_errors(&species), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.25));
/// ```
pub fn cross_group_errors(groups: &Groups) -> ClassMetric {
    let same = in_group(groups);
    share_by("cross_group", Better::Less, groups, move |example| !same(example))
}

/// Share of examples whose likeliest group is the actual one, a group being as likely as its classes together; of equals
/// the lower group number is picked.
///
/// What a model of the groups alone would be judged by. It differs from [`group_accuracy`]: one likely cat loses to several
/// less likely dogs.
///
/// ```
/// use firelight_costs::{Decision, Groups, Vocab};
/// use firelight_metrics::{measure, summed_group_accuracy};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(summed_group_accuracy(&species), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(1.0));
/// ```
pub fn summed_group_accuracy(groups: &Groups) -> ClassMetric {
    let members = groups.clone();
    share_by("summed_group_accuracy", Better::More, groups, move |example| {
        if example.decided.is_none() {
            return false;
        }
        let mut mass = vec![0.0; members.len()];
        for (class, &probability) in example.row.iter().enumerate() {
            mass[members.of(class)] += f64::from(probability);
        }
        let likeliest = (1..mass.len()).fold(0, |best, group| if mass[group] > mass[best] { group } else { best });
        likeliest == members.of(*example.target)
    })
}

/// Share of the mistakes that stay in the actual class's group; not defined without mistakes.
///
/// ```
/// use firelight_costs::{Decision, Groups, Vocab};
/// use firelight_metrics::{measure, same_group_mistakes};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(same_group_mistakes(&species), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(0.5));
/// ```
pub fn same_group_mistakes(groups: &Groups) -> ClassMetric {
    let same = in_group(groups);
    by("same_group", Better::More, groups, move |example| {
        let mistake = !example.is_right();
        (f64::from(mistake && same(example)), f64::from(mistake))
    })
}

/// Mean cost of the mistakes alone: how bad a mistake is when one is made. With groups a mistake costs 1 inside the
/// group and 2 across groups, the heights of the two-level tree; not defined without mistakes.
/// [`mean_mistake_cost`](crate::mean_mistake_cost) takes other costs.
///
/// Read it beside the accuracy: a model can lower it by adding harmless mistakes.
///
/// ```
/// use firelight_costs::{Decision, Groups, Vocab};
/// use firelight_metrics::{measure, mistake_severity};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
/// assert_eq!(measure(mistake_severity(&species), &probabilities, &[0, 1, 1, 2], &Decision::Argmax), Some(1.5));
/// ```
pub fn mistake_severity(groups: &Groups) -> ClassMetric {
    let same = in_group(groups);
    by("severity", Better::Less, groups, move |example| match (example.is_right(), same(example)) {
        (true, _) => (0.0, 0.0),
        (false, true) => (1.0, 1.0),
        (false, false) => (2.0, 1.0),
    })
}

/// Whether a pick is in the actual class's group; no pick is in none.
fn in_group(groups: &Groups) -> impl Fn(&Example<usize>) -> bool + Send + Sync + use<> {
    let of = groups.of_classes().to_vec();
    move |example| example.decided.is_some_and(|decided| of[decided] == of[*example.target])
}

/// A ratio that depends on groups.
fn by(
    name: &str,
    better: Better,
    groups: &Groups,
    of: impl Fn(&Example<usize>) -> (f64, f64) + Send + Sync + 'static,
) -> ClassMetric {
    let settings = digest(groups.vocab(), groups.of_classes().iter().map(|group| *group as f64));
    with_settings(name, better, Some(groups.vocab()), settings, of)
}

/// The share of examples for which something holds that depends on groups.
fn share_by(
    name: &str,
    better: Better,
    groups: &Groups,
    holds: impl Fn(&Example<usize>) -> bool + Send + Sync + 'static,
) -> ClassMetric {
    by(name, better, groups, move |example| (f64::from(holds(example)), 1.0))
}
