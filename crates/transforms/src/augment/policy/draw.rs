use super::Policy;
use super::magnitude::{ALL, AUG_MIX, Act, Operation, RAND, Strength, TRIVIAL};
use crate::gamma::dirichlet;
use crate::{Chance, ColourOperation, Map, Size};

/// What [`Policy::AugMix`] drew for one picture: it becomes a mixture of itself and of its chains, whose shares are 1 together.
///
/// ```
/// use firelight_transforms::{Chance, Policy, Size, aug_transforms};
///
/// let drawn = aug_transforms().policy(Policy::aug_mix()).draw(Size::square(64), Some(&mut Chance::new(42, 0, 7)));
/// let mix = drawn.mix.expect("a mixture");
/// let sum = mix.share + mix.chains.iter().map(|chain| chain.share).sum::<f32>();
/// assert!((sum - 1.0).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AugMixDraw {
    /// The share of the picture itself, 0 to 1.
    pub share: f32,
    /// What is mixed with it.
    pub chains: Vec<AugMixChain>,
}

/// One chain of operations of [`AugMixDraw`].
#[derive(Debug, Clone, PartialEq)]
pub struct AugMixChain {
    /// Its share of the mixture, 0 to 1.
    pub share: f32,
    /// Its geometry, from the result to the result without it, in pixels.
    pub map: Map,
    /// Its operations on colours, in order.
    pub operations: Vec<ColourOperation>,
}

/// What a policy drew.
#[derive(Debug, Default)]
pub(in super::super) struct Drawn {
    /// The geometry, from the result to the result without it; `None` where nothing moves.
    pub map: Option<Map>,
    pub operations: Vec<ColourOperation>,
    pub mix: Option<AugMixDraw>,
}

impl Drawn {
    /// One operation more: it moves what the others have moved, or comes after their colours.
    fn take(&mut self, act: Option<Act>) {
        match act {
            None => {}
            Some(Act::Move(map)) => self.map = Some(self.map.map_or(map, |before| before.after(map))),
            Some(Act::Colour(operation)) => self.operations.push(operation),
        }
    }
}

impl Policy {
    /// For a result of this size.
    pub(in super::super) fn draw(self, size: Size, chance: &mut Chance) -> Drawn {
        let mut drawn = Drawn::default();
        match self {
            Self::TrivialAugmentWide => {
                drawn.take(act(&TRIVIAL, &ALL, size, chance, |chance| chance.below(u64::from(TRIVIAL.levels)) as u32));
            }
            Self::RandAugment { operations, magnitude } => {
                for _ in 0..operations {
                    drawn.take(act(&RAND, &ALL, size, chance, |_| magnitude));
                }
            }
            Self::ThreeAugment => drawn.operations.push(match chance.below(3) {
                0 => ColourOperation::Grayscale,
                1 => ColourOperation::Solarize(128.0),
                _ => ColourOperation::GaussianBlur { sigma: chance.range(0.1, 2.0) },
            }),
            Self::AugMix { severity, width, alpha } => {
                let own = dirichlet(alpha, 2, chance);
                let shares = dirichlet(alpha, width as usize, chance);
                let chains = shares.into_iter().map(|share| {
                    let mut chain = Drawn::default();
                    for _ in 0..=chance.below(DEPTH) {
                        // All but the identity.
                        let level = |chance: &mut Chance| chance.below(u64::from(severity)) as u32;
                        chain.take(act(&AUG_MIX, &ALL[1..], size, chance, level));
                    }
                    let map = chain.map.unwrap_or(Map::IDENTITY);
                    AugMixChain { share: share * own[1], map, operations: chain.operations }
                });
                drawn.mix = Some(AugMixDraw { share: own[0], chains: chains.collect() });
            }
        }
        drawn
    }

    /// The strongest of its geometry: strengths, level, and how many operations may follow each other; `None` without geometry.
    fn strongest(self) -> Option<(Strength, u32, u32)> {
        match self {
            Self::TrivialAugmentWide => Some((TRIVIAL, TRIVIAL.levels - 1, 1)),
            Self::RandAugment { operations, magnitude } => Some((RAND, magnitude, operations)),
            Self::ThreeAugment => None,
            Self::AugMix { severity, .. } => Some((AUG_MIX, severity - 1, DEPTH as u32)),
        }
    }

    /// The least distance of what neighbouring pixels show, in pixels of the result without the policy, where that may be `turned`; and how
    /// far the middle may move.
    pub(crate) fn closest(self, size: Size, turned: bool) -> (f64, (f64, f64)) {
        let Some((strength, level, operations)) = self.strongest() else { return (1.0, (0.0, 0.0)) };
        let shear = strength.shear * f64::from(level) / f64::from(strength.levels - 1);
        // The singular values of a shear: it shrinks one direction as far as it stretches the other. Rows and columns it only stretches.
        let half = shear / 2.0;
        let most = half + libm::sqrt(half * half + 1.0);
        let stretch = libm::pow(most, f64::from(operations));
        let least = if turned || operations > 1 { 1.0 / stretch } else { 1.0 };
        let (x, y) = strength.shift(level, size);
        let times = f64::from(operations) * stretch / most;
        (least, (x * times, y * times))
    }
}

/// The most operations of a chain.
const DEPTH: u64 = 3;

fn act(
    strength: &Strength,
    among: &[Operation],
    size: Size,
    chance: &mut Chance,
    level: impl FnOnce(&mut Chance) -> u32,
) -> Option<Act> {
    let operation = among[chance.below(among.len() as u64) as usize];
    let level = if operation.has_levels() { level(chance) } else { 0 };
    let negative = operation.has_sign() && chance.coin(0.5);
    strength.act(operation, level, negative, size)
}
