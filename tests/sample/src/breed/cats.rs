//! The cats. Birman and Siamese share their points and blue eyes; a red Persian is near a Bengal in colour.

use super::super::chance::Chance;
use super::coat::{Coat, Pattern};
use super::{Build, Ears, Tail};

/// What all cats have unless the breed says otherwise.
const CAT: Build = Build {
    ears: Ears::Pricked,
    tail: Tail::Loose,
    fluff: (0.0, 0.2),
    head_width: (0.95, 1.1),
    head_height: (0.8, 0.95),
    cheek: (0.85, 1.0),
    ear_size: (0.75, 1.15),
    ear_round: (0.05, 0.3),
    ear_set: (0.9, 1.1),
    eye_size: (0.18, 0.25),
    eye_tilt: (0.1, 0.5),
    eye_height: (-0.12, 0.02),
    muzzle_length: (0.1, 0.25),
    muzzle_width: (0.24, 0.32),
    length: (0.95, 1.35),
    depth: (0.7, 0.95),
    legs: (1.0, 1.6),
    tail_length: (2.2, 3.6),
    tail_width: (0.16, 0.24),
    head: (0.9, 1.1),
    droop: (-0.3, 0.1),
    eyes: &[0x00A8_B84A, 0x00C9_A227, 0x006F_A35A],
};

/// Build and coat of one cat.
pub fn breed(name: &str, chance: &mut Chance) -> (Build, Coat) {
    match name {
        "Bengal" => {
            (Build { ear_round: (0.15, 0.45), length: (1.1, 1.5), tail_width: (0.18, 0.28), ..CAT }, bengal(chance))
        }
        "Birman" => (
            Build {
                fluff: (0.4, 0.85),
                cheek: (0.9, 1.08),
                ear_size: (0.6, 0.95),
                ear_round: (0.15, 0.45),
                depth: (0.8, 1.05),
                legs: (0.85, 1.3),
                tail_width: (0.24, 0.42),
                eyes: &[0x005B_8FD0, 0x0048_78C0, 0x007F_A8D8],
                ..CAT
            },
            birman(chance),
        ),
        "Persian" => (
            Build {
                fluff: (0.6, 1.0),
                head_width: (1.02, 1.2),
                head_height: (0.85, 1.0),
                cheek: (0.96, 1.12),
                ear_size: (0.45, 0.65),
                ear_round: (0.3, 0.7),
                ear_set: (0.98, 1.2),
                eye_size: (0.21, 0.29),
                eye_tilt: (-0.1, 0.2),
                eye_height: (-0.02, 0.12),
                muzzle_length: (-0.1, 0.08),
                depth: (0.9, 1.15),
                legs: (0.65, 1.05),
                length: (0.9, 1.15),
                tail_length: (1.6, 2.6),
                tail_width: (0.3, 0.5),
                head: (1.0, 1.2),
                eyes: &[0x00D0_7A1E, 0x00C9_9227],
                ..CAT
            },
            persian(chance),
        ),
        "Russian_Blue" => (
            Build { eyes: &[0x0086_B84A, 0x009D_BE4E, 0x00B9_B04A], ear_size: (0.8, 1.2), depth: (0.65, 0.9), ..CAT },
            russian_blue(chance),
        ),
        _ => (
            Build {
                fluff: (0.0, 0.15),
                head_width: (0.82, 1.03),
                head_height: (0.86, 1.02),
                cheek: (0.7, 0.92),
                ear_size: (1.1, 1.5),
                ear_set: (0.95, 1.25),
                eye_tilt: (0.25, 0.65),
                muzzle_length: (0.15, 0.35),
                depth: (0.58, 0.85),
                legs: (1.1, 1.8),
                tail_width: (0.11, 0.24),
                head: (0.82, 1.02),
                eyes: &[0x005B_8FD0, 0x0048_78C0, 0x007F_A8D8],
                ..CAT
            },
            siamese(chance),
        ),
    }
}

const CREAMS: [u32; 3] = [0x00EF_E3CF, 0x00E5_D3B8, 0x00F2_ECE0];

fn bengal(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x00C4_8A4A, 0x00B0_7838, 0x00D2_A468]);
    let dark = chance.pick([0x0038_241A, 0x0044_2C1C]);
    let pattern = if chance.coin(0.1) { Pattern::Stripes } else { Pattern::Spots };
    Coat::new(base, dark, 0x00EA_DCC4, pattern, chance)
}

fn birman(chance: &mut Chance) -> Coat {
    let (base, dark) = (chance.pick(CREAMS), chance.pick([0x0068_6C7C, 0x0074_7888, 0x0080_8290]));
    Coat::new(base, dark, 0x00F6_F2EA, Pattern::Points { gloves: true }, chance)
}

fn siamese(chance: &mut Chance) -> Coat {
    let (base, dark) = (chance.pick(CREAMS), chance.pick([0x0036_2820, 0x0046_342B, 0x0052_3A2C]));
    Coat::new(base, dark, base, Pattern::Points { gloves: false }, chance)
}

fn persian(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x00DC_A868, 0x00C9_8348, 0x00D4_9450]);
    Coat::new(base, base, base, Pattern::Plain, chance)
}

fn russian_blue(chance: &mut Chance) -> Coat {
    let base = chance.pick([0x0080_8894, 0x006C_7684, 0x005D_6878]);
    Coat::new(base, base, base, Pattern::Plain, chance)
}
