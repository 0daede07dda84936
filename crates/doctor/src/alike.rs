//! Classes that look like one.

use serde::{Deserialize, Serialize};

use crate::ConfidentJoint;

/// Two classes whose labels are taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlikeClasses {
    /// The class of the lower number.
    pub first: usize,
    /// The other one.
    pub second: usize,
    /// How many labels of one are estimated to be of the other.
    pub examples: usize,
    /// Their share of all labels that stay within the two, from 0 to 1; at 0.5 a label says nothing about which of the two it is.
    pub share: f64,
}

impl ConfidentJoint {
    /// Pairs of classes of which some labels are estimated to be the other's, those with the most examples first.
    ///
    /// ```
    /// use firelight_doctor::ConfidentJoint;
    ///
    /// // Nobody knows 0 from 1.
    /// let probabilities = [[0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.0, 0.0, 1.0]];
    /// let alike = ConfidentJoint::of(&probabilities, &[0, 0, 1, 1, 2])?.alike();
    /// assert_eq!((alike.len(), alike[0].first, alike[0].second, alike[0].share), (1, 0, 1, 0.5));
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    pub fn alike(&self) -> Vec<AlikeClasses> {
        let classes = self.classes();
        let pairs = (0..classes).flat_map(|first| (first + 1..classes).map(move |second| (first, second)));
        let mut alike: Vec<AlikeClasses> = pairs
            .map(|(first, second)| {
                let examples = self.estimated(first, second) + self.estimated(second, first);
                let within = examples + self.estimated(first, first) + self.estimated(second, second);
                AlikeClasses { first, second, examples, share: examples as f64 / within.max(1) as f64 }
            })
            .filter(|pair| pair.examples > 0)
            .collect();
        alike.sort_by(|a, b| b.examples.cmp(&a.examples).then(b.share.total_cmp(&a.share)));
        alike
    }
}
