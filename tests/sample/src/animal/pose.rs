//! The poses, how much room each takes, and the way from a pose to the parts.

use super::super::breed::Look;
use super::super::brush::{Extent, Spot};
use super::super::chance::Chance;
use super::Animal;

/// What the animal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pose {
    Standing,
    Sitting,
    Lying,
    /// The head and the chest fill the picture.
    Portrait,
}

impl Pose {
    /// A pose; portraits and sitting animals are the most common, as in holiday pictures.
    pub fn any(chance: &mut Chance) -> Self {
        chance.pick([Self::Standing, Self::Sitting, Self::Sitting, Self::Lying, Self::Portrait, Self::Portrait])
    }

    /// The room that the animal takes, near enough to frame it.
    pub fn extent(self, look: &Look) -> Extent {
        let (left, top, right, bottom) = match self {
            Self::Standing => {
                let top = -look.legs - 2.0 * look.depth - 1.1 * look.head;
                (-1.9 * look.length - 0.5, top - 0.4, 1.4 * look.length + 0.4 + look.head, 0.1)
            }
            Self::Sitting => (-1.9, Self::shoulder(look) - 2.0 * look.head, 1.7, 0.15),
            Self::Lying => (-2.2 * look.length, -0.9 - look.depth - 1.5 * look.head, 1.25 * look.length + 1.1, 0.15),
            Self::Portrait => (-1.4, -1.5, 1.4, 1.6),
        };
        Extent::around([(left, top), (right, bottom)].into_iter())
    }

    /// Where the shadow falls: the middle and half the width of what touches the ground.
    pub fn footing(self, look: &Look) -> Option<(Spot, f32)> {
        match self {
            Self::Standing => Some(((-0.2 * look.length, 0.0), 1.9 * look.length)),
            Self::Sitting => Some(((0.0, 0.0), 1.5)),
            Self::Lying => Some(((-0.3 * look.length, 0.0), 2.2 * look.length)),
            Self::Portrait => None,
        }
    }

    /// Height of the shoulders of a sitting animal.
    pub fn shoulder(look: &Look) -> f32 {
        -1.35 - 0.75 * look.legs
    }
}

impl Animal<'_> {
    /// Paints the whole animal, what is behind first, and returns where its eyes are: the viewer's left one first, in pixels.
    pub fn paint(mut self, pose: Pose) -> [Spot; 2] {
        match pose {
            Pose::Standing => self.standing(),
            Pose::Sitting => self.sitting(),
            Pose::Lying => self.lying(),
            Pose::Portrait => self.portrait(),
        }
        // Half of the animals face left, which mirrors their sides.
        self.eyes.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.eyes
    }
}
