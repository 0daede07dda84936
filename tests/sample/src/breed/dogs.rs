//! The dogs. Basset and beagle share markings and hanging ears, Samoyed and Shiba build, ears and tail.

use super::super::chance::Chance;
use super::coat::{Coat, Pattern};
use super::{Build, Ears, Tail};

/// What all dogs have unless the breed says otherwise.
const DOG: Build = Build {
    ears: Ears::Hanging,
    tail: Tail::Raised,
    fluff: (0.0, 0.2),
    head_width: (0.82, 0.98),
    head_height: (0.9, 1.05),
    cheek: (0.75, 0.95),
    ear_size: (0.9, 1.3),
    ear_round: (0.5, 0.9),
    ear_set: (0.9, 1.1),
    eye_size: (0.13, 0.18),
    eye_tilt: (-0.2, 0.2),
    eye_height: (-0.2, -0.06),
    muzzle_length: (0.38, 0.56),
    muzzle_width: (0.36, 0.48),
    length: (0.95, 1.3),
    depth: (0.8, 1.0),
    legs: (1.1, 1.6),
    tail_length: (1.3, 2.1),
    tail_width: (0.14, 0.22),
    head: (0.95, 1.1),
    droop: (-0.1, 0.3),
    eyes: &[0x0049_2C1A, 0x0036_2218, 0x0060_3C20],
};

/// What the two spitz breeds share.
const SPITZ: Build = Build {
    ears: Ears::Pricked,
    tail: Tail::Curled,
    head_width: (0.95, 1.1),
    head_height: (0.84, 0.98),
    cheek: (0.9, 1.06),
    ear_size: (0.5, 0.85),
    ear_round: (0.15, 0.5),
    ear_set: (0.85, 1.05),
    eye_tilt: (0.1, 0.5),
    muzzle_length: (0.32, 0.5),
    muzzle_width: (0.3, 0.42),
    tail_length: (1.9, 2.7),
    ..DOG
};

/// Build and coat of one dog.
pub fn breed(name: &str, chance: &mut Chance) -> (Build, Coat) {
    match name {
        "basset_hound" => (
            Build {
                head_width: (0.78, 0.94),
                head_height: (0.98, 1.16),
                ear_size: (1.5, 2.1),
                ear_set: (0.95, 1.2),
                eye_height: (-0.22, -0.08),
                muzzle_length: (0.44, 0.64),
                muzzle_width: (0.4, 0.52),
                length: (1.15, 1.65),
                depth: (0.85, 1.1),
                legs: (0.5, 0.85),
                head: (1.05, 1.25),
                droop: (0.5, 1.1),
                ..DOG
            },
            basset(chance),
        ),
        "beagle" => (Build { ear_size: (0.75, 1.1), ..DOG }, beagle(chance)),
        "pug" => (
            Build {
                ears: Ears::Folded,
                tail: Tail::Curled,
                head_width: (0.98, 1.15),
                head_height: (0.86, 1.0),
                cheek: (0.95, 1.08),
                ear_size: (0.5, 0.8),
                ear_round: (0.1, 0.4),
                eye_size: (0.18, 0.25),
                eye_height: (-0.1, 0.06),
                muzzle_length: (0.22, 0.36),
                muzzle_width: (0.44, 0.58),
                length: (0.8, 1.05),
                depth: (0.9, 1.15),
                legs: (0.75, 1.15),
                tail_length: (0.9, 1.4),
                tail_width: (0.16, 0.24),
                head: (1.05, 1.25),
                droop: (0.2, 0.9),
                ..DOG
            },
            pug(chance),
        ),
        "samoyed" => {
            (Build { fluff: (0.6, 1.0), depth: (0.9, 1.15), tail_width: (0.3, 0.5), ..SPITZ }, samoyed(chance))
        }
        _ => (Build { fluff: (0.08, 0.35), tail_width: (0.22, 0.38), ..SPITZ }, shiba(chance)),
    }
}

fn basset(chance: &mut Chance) -> Coat {
    let tan = chance.pick([0x00A8_6A38, 0x0094_582C, 0x00B8_7C48]);
    Coat::new(tan, tan, 0x00F1_EADF, Pattern::Saddle, chance)
}

fn beagle(chance: &mut Chance) -> Coat {
    let tan = chance.pick([0x00A8_6A38, 0x00B8_7C48, 0x00C8_9860]);
    Coat::new(0x0028_211F, tan, 0x00F1_EADF, Pattern::Saddle, chance)
}

fn pug(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x00D9_BC8E, 0x00C9_A878, 0x00E2_CDA8]);
    Coat::new(base, 0x002C_2523, base, Pattern::Mask, chance)
}

fn samoyed(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x00F4_F0E8, 0x00EE_E8DC, 0x00F8_F6F2]);
    Coat::new(base, base, 0x00F8_F5EE, Pattern::Underside, chance)
}

fn shiba(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x00C4_7E42, 0x00B0_6830, 0x00BC_7438]);
    Coat::new(base, base, 0x00F0_E6D4, Pattern::Underside, chance)
}
