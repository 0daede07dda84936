//! All that was found, in one value.

mod review;
mod show;

use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

use crate::duplicates::Pair;
use crate::groups::{Group, groups};
use crate::look::{Fault, FaultLimits, Look};
use crate::outliers::{Outlier, outliers};
use crate::{
    AlikeClasses, ConfidentJoint, DoctorError, Features, Fingerprint, LabelError, LabelErrors, NearDuplicates,
    SeveralError, Twin,
};

/// What was found about items, the worst first in each list. Items and classes are numbers, in the order of their names.
///
/// Each `with_` looks into one thing and needs no other; what was not asked for is empty.
///
/// ```
/// use firelight_doctor::{Findings, LabelErrors, Part};
/// use firelight_vocab::Vocab;
///
/// let vocab = Vocab::from_labels(["beagle", "pug"]);
/// let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8]];
/// let findings = Findings::of(["1.jpg", "2.jpg", "3.jpg", "4.jpg"])
///     .with_labels(&vocab, &[0, 0, 1, 1], &probabilities, &LabelErrors::new())?;
/// assert_eq!(findings.name(findings.label_errors[0].item), "3.jpg");
/// println!("{findings}");
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Names of the items, such as their paths.
    pub items: Vec<String>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The part each item is in; empty where none was told.
    pub parts: Vec<Part>,
    /// The classes each item is labelled with; empty where none were told.
    pub labels: Vec<Vec<usize>>,
    /// Share of the labels that are estimated to be wrong; of one label an item alone.
    pub noise: Option<f64>,
    /// Wrong labels, of one label an item.
    pub label_errors: Vec<LabelError>,
    /// Labels too many or too few, of several an item.
    pub several_errors: Vec<SeveralError>,
    /// Classes that look like one: at least a tenth of the labels that stay within the two are estimated to be the other's.
    pub alike: Vec<AlikeClasses>,
    /// Items that are one; those first that are in two parts.
    pub duplicates: Vec<Group>,
    /// What metrics lose when the items go that are in an earlier part too; empty where nobody has measured it.
    pub effects: Vec<MetricEffect>,
    /// Items that are like no others: 2.7 times as far from their neighbours as the median or more.
    pub outliers: Vec<Outlier>,
    /// Pictures with something wrong whatever they show.
    pub faults: Vec<PictureFault>,
}

/// A picture with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PictureFault {
    /// The item, counted from 0.
    pub item: usize,
    /// What is wrong.
    pub fault: Fault,
    /// By how much: 1 at the limit, more beyond it.
    pub by: f64,
}

/// Which part of the data an item is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// What a model learns from.
    Train,
    /// What it is chosen by.
    Valid,
    /// What it is judged by.
    Test,
}

/// What a metric is with the leaks and without them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeakEffect {
    /// Over all items of the part.
    pub with: Option<f64>,
    /// Over those that are in no earlier part too.
    pub without: Option<f64>,
    /// How many items go.
    pub leaked: usize,
}

/// A metric of a part with its leaks and without them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricEffect {
    /// The metric's name.
    pub metric: String,
    /// The part.
    pub part: Part,
    /// What it is.
    pub effect: LeakEffect,
}

impl Findings {
    /// Nothing yet, about these items.
    pub fn of(items: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Says which part each item is in, so that items in two parts are seen.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`].
    pub fn with_parts(mut self, parts: &[Part]) -> Result<Self, DoctorError> {
        self.one_each("parts", parts.len())?;
        self.parts = parts.to_vec();
        self.sort_duplicates();
        Ok(self)
    }

    /// Looks for wrong labels and for classes that look like one, by out-of-fold probabilities.
    ///
    /// # Errors
    ///
    /// As [`LabelErrors::find`], and [`DoctorError::Classes`].
    pub fn with_labels(
        mut self,
        vocab: &Vocab,
        labels: &[usize],
        probabilities: &[impl AsRef<[f32]>],
        search: &LabelErrors,
    ) -> Result<Self, DoctorError> {
        self.classes_of(vocab, probabilities)?;
        self.one_each("labels", labels.len())?;
        let joint = ConfidentJoint::of(probabilities, labels)?;
        self.label_errors = search.find(probabilities, labels)?;
        self.alike = joint.alike();
        self.alike.retain(|pair| pair.share >= 0.1);
        self.noise = Some(joint.noise());
        self.labels = labels.iter().map(|&label| vec![label]).collect();
        Ok(self)
    }

    /// Looks for labels too many and too few, where an item may have several.
    ///
    /// # Errors
    ///
    /// As [`LabelErrors::find_several`], and [`DoctorError::Classes`].
    pub fn with_several_labels(
        mut self,
        vocab: &Vocab,
        labels: &[impl AsRef<[usize]>],
        probabilities: &[impl AsRef<[f32]>],
        search: &LabelErrors,
    ) -> Result<Self, DoctorError> {
        self.classes_of(vocab, probabilities)?;
        self.one_each("labels", labels.len())?;
        self.several_errors = search.find_several(probabilities, labels)?;
        self.labels = labels.iter().map(|labels| labels.as_ref().to_vec()).collect();
        Ok(self)
    }

    /// Looks for pictures that are there twice.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`].
    pub fn with_pictures(mut self, prints: &[Fingerprint], search: &NearDuplicates) -> Result<Self, DoctorError> {
        self.one_each("fingerprints", prints.len())?;
        self.add_pairs(search.find(prints));
        Ok(self)
    }

    /// Looks for items that are like no others, among ten neighbours each, and for those that are one: whose cosine is at least `twin`, from
    /// 0 to 1. How high that must be hangs on the model; 0.98 is a start.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`], and [`DoctorError::Setting`] for a cosine outside its range.
    pub fn with_features(mut self, features: &Features, twin: f32) -> Result<Self, DoctorError> {
        self.one_each("rows of features", features.len())?;
        if !(0.0..=1.0).contains(&twin) {
            return Err(DoctorError::Setting { name: "twin", value: f64::from(twin), range: "from 0 to 1" });
        }
        let neighbours = features.neighbours(10);
        self.outliers = outliers(&neighbours);
        self.outliers.retain(|outlier| outlier.score <= (-2.7_f64).exp());
        let pairs = neighbours.iter().enumerate().flat_map(|(item, near)| {
            let near = near.iter().filter(|near| near.cosine >= twin);
            near.map(move |near| Pair {
                first: item.min(near.item),
                second: item.max(near.item),
                likeness: near.cosine,
                how: Twin::Features,
            })
        });
        self.add_pairs(pairs.collect());
        Ok(self)
    }

    /// Looks for pictures that are dark, blurred, empty and so on.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Length`].
    pub fn with_looks(mut self, looks: &[Look], limits: &FaultLimits) -> Result<Self, DoctorError> {
        self.one_each("looks", looks.len())?;
        let faults = |(item, look): (usize, &Look)| {
            look.faults(limits).into_iter().map(move |(fault, by)| PictureFault { item, fault, by })
        };
        self.faults = looks.iter().enumerate().flat_map(faults).collect();
        self.faults.sort_by(|a, b| b.by.total_cmp(&a.by));
        Ok(self)
    }

    /// An item's name; empty where there is no such item.
    pub fn name(&self, item: usize) -> &str {
        self.items.get(item).map_or("", String::as_str)
    }

    /// A class's name; empty where there is no such class.
    pub fn class(&self, class: usize) -> &str {
        self.classes.get(class).map_or("", String::as_str)
    }

    /// Items of a part that are in an earlier part too, by a twin: what a model has seen before it is judged by it.
    pub fn leaked(&self, part: Part) -> Vec<usize> {
        let mut leaked: Vec<usize> = Vec::new();
        for group in &self.duplicates {
            if group.items.iter().any(|&item| self.parts.get(item).is_some_and(|other| *other < part)) {
                leaked.extend(group.items.iter().filter(|&&item| self.parts.get(item) == Some(&part)));
            }
        }
        leaked.sort_unstable();
        leaked
    }

    /// What a metric of a part loses when its leaks go. `measure` is given numbers of items, and says how good predictions of these are.
    ///
    /// ```
    /// # use firelight_doctor::{Findings, Features, Part};
    /// let features = Features::new(&[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])?;
    /// let findings = Findings::of(["1.jpg", "2.jpg", "3.jpg"])
    ///     .with_parts(&[Part::Train, Part::Valid, Part::Valid])?
    ///     .with_features(&features, 0.98)?;
    /// let right = [true, true, false];
    /// let accuracy = |items: &[usize]| {
    ///     let count = items.iter().filter(|item| right[**item]).count();
    ///     (!items.is_empty()).then(|| count as f64 / items.len() as f64)
    /// };
    /// let effect = findings.effect_of_leaks(Part::Valid, accuracy);
    /// assert_eq!((effect.with, effect.without, effect.leaked), (Some(0.5), Some(0.0), 1));
    /// # Ok::<(), firelight_doctor::DoctorError>(())
    /// ```
    pub fn effect_of_leaks(&self, part: Part, measure: impl Fn(&[usize]) -> Option<f64>) -> LeakEffect {
        let leaked = self.leaked(part);
        let all: Vec<usize> = (0..self.items.len()).filter(|&item| self.parts.get(item) == Some(&part)).collect();
        let kept: Vec<usize> = all.iter().copied().filter(|item| leaked.binary_search(item).is_err()).collect();
        LeakEffect { with: measure(&all), without: measure(&kept), leaked: leaked.len() }
    }

    /// Whether a group's items are in two parts or more.
    pub fn is_leak(&self, group: &Group) -> bool {
        let mut parts = group.items.iter().filter_map(|&item| self.parts.get(item));
        let first = parts.next();
        parts.any(|part| Some(part) != first)
    }

    fn one_each(&self, what: &'static str, given: usize) -> Result<(), DoctorError> {
        let items = self.items.len();
        if given == items { Ok(()) } else { Err(DoctorError::Length { what, given, items }) }
    }

    fn classes_of(&mut self, vocab: &Vocab, probabilities: &[impl AsRef<[f32]>]) -> Result<(), DoctorError> {
        if let Some(row) = probabilities.first().map(AsRef::as_ref)
            && row.len() != vocab.len()
        {
            return Err(DoctorError::Classes { columns: row.len(), classes: vocab.len() });
        }
        self.classes = vocab.names().to_vec();
        Ok(())
    }

    fn add_pairs(&mut self, mut pairs: Vec<Pair>) {
        pairs.extend(self.duplicates.drain(..).flat_map(|group| group.pairs));
        self.duplicates = groups(pairs);
        self.sort_duplicates();
    }

    fn sort_duplicates(&mut self) {
        let mut groups = std::mem::take(&mut self.duplicates);
        groups.sort_by_key(|group| !self.is_leak(group));
        self.duplicates = groups;
    }
}
