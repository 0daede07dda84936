//! Answers with the names of what they are about: what a program of any language reads.

use firelight_transforms::{Mask, RleOrder};
use firelight_vocab::Vocab;
use serde::{Serialize, Serializer};

use crate::cells::shares;
use crate::{Answer, HowSure, Predictor, TargetKind};

/// An [`Answer`] with the names of its classes, numbers and points, to serialise; made by [`Predictor::named`].
///
/// As JSON it is an object, and its fields say of which kind:
///
/// | answer | fields |
/// |---|---|
/// | one class | `class`, its `probability`, and the `probabilities` of all by name; `calibrated`, whether these are; where the model has them `set`, with `classes` and `promise`, and `node`, with `name`, `path`, `probability` and `promise` (or `null`) |
/// | any of some classes | `classes`, those that are taken, and the `probabilities` of all by name |
/// | numbers | `values` by name: `value`, or `value 1`, `value 2` and so on |
/// | a mask | `mask`: `width` and `height`; `classes` by name, each with its `pixels`, its `share` of those that the model looked at and its `runs`; `unseen`, the number of pixels that the model did not look at |
/// | points | `points` by name, x and y in pixels of the picture that was given, or `null` |
/// | a box | `box`: left, top, right and bottom, likewise, or `null` |
/// | two of them | `first` and `second`, an object each |
///
/// What is `null` lies nowhere in the plane of the picture. Runs are Kaggle's, `start length start length …`: pixels count from 1, down each
/// column ([`Mask::with_rle`] reads them).
///
/// ```
/// use firelight_predict::{Answer, NamedAnswer, TargetKind, Vocab};
///
/// let kind = TargetKind::Points(Vocab::ordered(["nose", "tail"])?);
/// let answer = Answer::Points(vec![[12.5, 40.0], [f32::NAN; 2]]);
/// let json = serde_json::to_string(&NamedAnswer { kind: &kind, answer: &answer })?;
/// assert_eq!(json, r#"{"points":{"nose":[12.5,40.0],"tail":null}}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NamedAnswer<'a> {
    /// What the model tells, with the names.
    pub kind: &'a TargetKind,
    /// What it said; an answer of another kind has no names.
    pub answer: &'a Answer,
}

impl Predictor {
    /// An answer of this model with the names of what it is about, for JSON.
    ///
    /// ```no_run
    /// # use firelight_predict::Predictor;
    /// # fn print(predictor: Predictor) -> Result<(), Box<dyn std::error::Error>> {
    /// let answer = predictor.answer("my-pet.jpg")?;
    /// println!("{}", serde_json::to_string(&predictor.named(&answer))?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn named<'a>(&'a self, answer: &'a Answer) -> NamedAnswer<'a> {
        NamedAnswer { kind: &self.manifest().target, answer }
    }
}

impl Serialize for NamedAnswer<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(to)
    }
}

impl<'a> NamedAnswer<'a> {
    fn fields(self) -> Fields<'a> {
        let Self { kind, answer } = self;
        let classes = || kind.vocab().into_iter().flat_map(Vocab::iter).map(str::to_owned);
        match answer {
            Answer::Category(told) => Fields::Category {
                class: &told.class,
                probability: told.probability(),
                probabilities: ByName::of(classes(), told.probabilities.iter().copied()),
                sure: &told.sure,
            },
            Answer::Categories(tags) => Fields::Categories {
                classes: &tags.classes,
                probabilities: ByName::of(classes(), tags.probabilities.iter().copied()),
            },
            Answer::Values(values) => {
                Fields::Values { values: ByName::of(kind.names().into_iter(), values.iter().copied()) }
            }
            Answer::Mask(mask) => Fields::Mask { mask: MaskFields::of(classes(), mask, kind.columns()) },
            Answer::Points(points) => {
                Fields::Points { points: ByName::of(classes(), points.iter().map(|point| known(*point))) }
            }
            Answer::Box(area) => Fields::Box { area: known(*area) },
            Answer::Pair(first, second) => {
                let (one, other) =
                    if let TargetKind::Pair(one, other) = kind { (&**one, &**other) } else { (kind, kind) };
                Fields::Pair { first: Self { kind: one, answer: first }, second: Self { kind: other, answer: second } }
            }
        }
    }
}

/// The fields of each kind.
#[derive(Serialize)]
#[serde(untagged)]
enum Fields<'a> {
    Category {
        class: &'a str,
        probability: f32,
        probabilities: ByName<f32>,
        #[serde(flatten)]
        sure: &'a HowSure,
    },
    Categories {
        classes: &'a [String],
        probabilities: ByName<f32>,
    },
    Values {
        values: ByName<f32>,
    },
    Mask {
        mask: MaskFields,
    },
    Points {
        points: ByName<Option<[f32; 2]>>,
    },
    Box {
        #[serde(rename = "box")]
        area: Option<[f32; 4]>,
    },
    Pair {
        first: NamedAnswer<'a>,
        second: NamedAnswer<'a>,
    },
}

#[derive(Serialize)]
struct MaskFields {
    width: u32,
    height: u32,
    classes: ByName<ClassFields>,
    unseen: usize,
}

#[derive(Serialize)]
struct ClassFields {
    pixels: usize,
    share: f32,
    runs: String,
}

impl MaskFields {
    fn of(names: impl Iterator<Item = String>, mask: &Mask, classes: usize) -> Self {
        let (size, counts) = (mask.size(), mask.counts());
        let of_class = |(code, share): (u8, f32)| {
            let pixels = counts.get(&code).copied().unwrap_or_default();
            // Looking for the runs of a class takes a look at every pixel.
            let runs = if pixels == 0 { String::new() } else { mask.to_rle(code, RleOrder::Columns) };
            ClassFields { pixels, share, runs }
        };
        let classes = ByName::of(names, (0..Mask::VOID).zip(shares(mask, classes)).map(of_class));
        let unseen = counts.get(&Mask::VOID).copied().unwrap_or_default();
        Self { width: size.width, height: size.height, classes, unseen }
    }
}

/// Position numbers, if they are any.
fn known<const N: usize>(numbers: [f32; N]) -> Option<[f32; N]> {
    numbers.iter().all(|number| number.is_finite()).then_some(numbers)
}

/// An object whose fields stand in the order of the names.
struct ByName<T>(Vec<(String, T)>);

impl<T> ByName<T> {
    fn of(names: impl Iterator<Item = String>, things: impl Iterator<Item = T>) -> Self {
        Self(names.zip(things).collect())
    }
}

impl<T: Serialize> Serialize for ByName<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, thing)| (name, thing)))
    }
}
