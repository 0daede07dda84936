//! Any bytes either become planes of finite numbers or are refused: no panic, no hang, no more memory than the limit.
//!
//! The first byte chooses the source of chance, the rest is the file.

#![no_main]

use firelight_transforms::{
    Chance, Limits, Normalize, PictureTransforms, Policy, RandomErasing, Resize, Scratch, aug_transforms, decode,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: quiet(), |bytes: &[u8]| {
    let Some((seed, file)) = bytes.split_first() else { return };
    let limits = Limits::default().with_pixels(1_000_000).with_bytes(16 << 20);
    let Ok(picture) = decode(file, &limits) else { return };
    let augment = aug_transforms().size(32).min_scale(0.5).max_hue(0.1).erasing(RandomErasing::default());
    let augment = match seed % 5 {
        0 => augment,
        1 => augment.policy(Policy::TrivialAugmentWide),
        2 => augment.policy(Policy::RandAugment { operations: 4, magnitude: 30 }),
        3 => augment.policy(Policy::ThreeAugment),
        _ => augment.policy(Policy::aug_mix()),
    };
    let transforms = PictureTransforms::new()
        .with_item(Resize::pad(48))
        .with_augment(augment)
        .with_normalize(Normalize::imagenet());
    let mut scratch = Scratch::default();
    let mut chance = Chance::new(u64::from(*seed), 0, 0);
    for chance in [Some(&mut chance), None] {
        let (_, planes) = transforms.planes(&picture, chance, &mut scratch).expect("a decoded picture has pixels");
        assert!(planes.iter().all(|number| number.is_finite()));
    }
});

/// `decode` turns the panics of decoders into errors, so a panic is a finding only where it leaves this target; libFuzzer's own
/// hook would stop at each.
fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}
