//! The same numbers in, the same bits out: whatever the thread, the buffers' past or the machine.

use firelight_transforms::*;
use rayon::prelude::*;

use crate::pattern;

fn pets() -> PictureTransforms {
    PictureTransforms::new()
        .with_item(Resize::crop(120))
        .with_augment(aug_transforms().size(64).min_scale(0.9).erasing(RandomErasing::new(0.3)))
        .with_normalize(Normalize::imagenet())
}

fn bits(planes: &[f32]) -> Vec<u32> {
    planes.iter().map(|x| x.to_bits()).collect()
}

fn batch(threads: usize) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pictures: Vec<_> = (0..24).map(|i| pattern(90 + 7 * i, 200 - 5 * i)).collect();
    let transforms = pets();
    let mut out = vec![0.0; 24 * Size::square(64).planes()];
    pool.install(|| {
        let jobs = out.par_chunks_exact_mut(Size::square(64).planes()).zip(&pictures).enumerate();
        jobs.for_each_init(Scratch::default, |scratch, (item, (planes, picture))| {
            let mut chance = Chance::new(42, 3, item as u64);
            transforms.apply(picture, Some(&mut chance), scratch, planes).unwrap();
        });
    });
    bits(&out)
}

#[test]
fn for_one_two_and_eight_threads() {
    let one = batch(1);
    assert!(one == batch(2));
    assert!(one == batch(8));
}

#[test]
fn with_new_and_used_buffers() {
    let transforms = pets();
    let picture = pattern(200, 150);
    let mut used = Scratch::default();
    for (w, h) in [(900, 40), (3, 3), (64, 64)] {
        transforms.planes(&pattern(w, h), Some(&mut Chance::new(0, 0, 0)), &mut used).unwrap();
    }
    let seen = |scratch: &mut Scratch| transforms.planes(&picture, Some(&mut Chance::new(1, 1, 1)), scratch).unwrap().1;
    assert!(bits(&seen(&mut used)) == bits(&seen(&mut Scratch::default())));
}

#[test]
fn for_any_width_of_simd() {
    let transforms = pets();
    for item in 0..40 {
        let picture = pattern(80 + 9 * item, 300 - 5 * item);
        let seen = |mut scratch: Scratch| {
            let mut chance = Chance::new(8, 0, u64::from(item));
            bits(&transforms.planes(&picture, Some(&mut chance), &mut scratch).unwrap().1)
        };
        assert!(seen(Scratch::default()) == seen(Scratch::without_wide_simd()), "item {item}");
    }
}

#[test]
fn validation_repeats_and_training_does_not() {
    let picture = pattern(200, 150);
    let transforms = pets();
    let seen = |chance: Option<&mut Chance>| transforms.planes(&picture, chance, &mut Scratch::default()).unwrap();
    let (size, valid) = seen(None);
    assert_eq!(size, Size::square(64));
    assert!(bits(&valid) == bits(&seen(None).1));
    let train = |epoch| seen(Some(&mut Chance::new(42, epoch, 0))).1;
    assert!(bits(&train(0)) == bits(&train(0)));
    assert!(bits(&train(0)) != bits(&train(1)));
    // one stream for all pictures of a batch: they share their draws
    let draw = |size| transforms.draw(size, Some(&mut Chance::new(42, 0, 0))).unwrap();
    assert_eq!(draw(Size::square(200)).lighting, draw(Size::square(300)).lighting);
}

#[test]
fn on_every_machine() {
    let digest = |bits: Vec<u32>| {
        bits.iter()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, word| (hash ^ u64::from(*word)).wrapping_mul(0x0100_0000_01B3))
    };
    // One number for the whole pipeline, pinned: SIMD width, processor and system must not change it.
    insta::assert_snapshot!(format!("{:016x}", digest(batch(2))), @"2faf6fc9a5c292c0");
}
