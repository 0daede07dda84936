//! What makes a breed: ranges that the single animals of it fall into, overlapping those of its neighbours.

mod bands;
mod cats;
mod coat;
mod dogs;
mod marks;

pub use coat::{Coat, Part};

use super::brush::Tint;
use super::chance::Chance;

/// What two breeds may have in common without being alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Species {
    /// Upright triangular ears, slit eyes, whiskers; names start with a capital letter.
    Cat,
    /// A long muzzle, round dark eyes, at times a tongue or a collar; names start with a small letter.
    Dog,
}

impl Species {
    /// `cat` or `dog`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cat => "cat",
            Self::Dog => "dog",
        }
    }
}

/// The sample breeds in the order of their numbers: the official names of the Oxford-IIIT Pet data set.
pub const BREEDS: [(&str, Species); 10] = [
    ("Bengal", Species::Cat),
    ("Birman", Species::Cat),
    ("Persian", Species::Cat),
    ("Russian_Blue", Species::Cat),
    ("Siamese", Species::Cat),
    ("basset_hound", Species::Dog),
    ("beagle", Species::Dog),
    ("pug", Species::Dog),
    ("samoyed", Species::Dog),
    ("shiba_inu", Species::Dog),
];

/// How ears are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ears {
    Pricked,
    Hanging,
    Folded,
}

/// How a tail is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Any way, often along the ground.
    Loose,
    /// Up in a light bow.
    Raised,
    /// Rolled over the back.
    Curled,
}

/// Lowest and highest value of a trait over a breed; the middle is the most common.
type Span = (f32, f32);

/// The build of a breed. Lengths are in radii of the animal's head.
struct Build {
    ears: Ears,
    tail: Tail,
    fluff: Span,
    head_width: Span,
    head_height: Span,
    cheek: Span,
    ear_size: Span,
    ear_round: Span,
    ear_set: Span,
    eye_size: Span,
    eye_tilt: Span,
    eye_height: Span,
    muzzle_length: Span,
    muzzle_width: Span,
    length: Span,
    depth: Span,
    legs: Span,
    tail_length: Span,
    tail_width: Span,
    head: Span,
    /// Wrinkles and hanging lids, 0 none to 1 many.
    droop: Span,
    eyes: &'static [u32],
}

/// One animal: every trait has its value.
#[derive(Debug, Clone)]
pub struct Look {
    pub species: Species,
    pub coat: Coat,
    pub ears: Ears,
    pub tail: Tail,
    /// Length of the hair, 0 smooth to 1 a cloud.
    pub fluff: f32,
    pub head_width: f32,
    pub head_height: f32,
    /// Width at the cheeks as a part of the head's width.
    pub cheek: f32,
    pub ear_size: f32,
    pub ear_round: f32,
    pub ear_set: f32,
    pub eye_size: f32,
    /// How far the outer corners stand above the inner ones.
    pub eye_tilt: f32,
    pub eye_height: f32,
    pub muzzle_length: f32,
    pub muzzle_width: f32,
    pub length: f32,
    pub depth: f32,
    pub legs: f32,
    pub tail_length: f32,
    pub tail_width: f32,
    /// Size of the head against the body.
    pub head: f32,
    pub droop: f32,
    pub iris: Tint,
}

impl Look {
    /// One animal of breed number `breed` (a place in [`BREEDS`]).
    pub fn of(breed: usize, chance: &mut Chance) -> Self {
        let (name, species) = BREEDS[breed];
        let (build, coat) = match species {
            Species::Cat => cats::breed(name, chance),
            Species::Dog => dogs::breed(name, chance),
        };
        let iris = Tint::hex(build.eyes[chance.below(build.eyes.len())]).near(0.12, chance);
        let mut value = |span: Span| chance.bell(span.0, span.1);
        Self {
            species,
            coat,
            ears: build.ears,
            tail: build.tail,
            fluff: value(build.fluff).max(0.0),
            head_width: value(build.head_width),
            head_height: value(build.head_height),
            cheek: value(build.cheek),
            ear_size: value(build.ear_size),
            ear_round: value(build.ear_round),
            ear_set: value(build.ear_set),
            eye_size: value(build.eye_size),
            eye_tilt: value(build.eye_tilt),
            eye_height: value(build.eye_height),
            muzzle_length: value(build.muzzle_length),
            muzzle_width: value(build.muzzle_width),
            length: value(build.length),
            depth: value(build.depth),
            legs: value(build.legs),
            tail_length: value(build.tail_length),
            tail_width: value(build.tail_width),
            head: value(build.head),
            droop: value(build.droop).max(0.0),
            iris,
        }
    }
}
