//! The generator is a function of its three numbers and uniform enough for pictures.

use firelight_transforms::Chance;

/// The numbers themselves, worked out apart from this code (`SplitMix64` and xoshiro256++ in a few lines of Python): pictures, and what was
/// measured on them, are the same in every version.
#[test]
fn the_streams_are_these() {
    for ((seed, epoch, item), words) in [
        ((42, 0, 7), [0x4aba_b52a_52ae_28a4, 0x4997_dbae_0304_fc83, 0xe8f2_15da_7e50_9784]),
        ((1, 2, 3), [0xfeca_9588_fec7_0619, 0x7af9_1f75_48fc_722c, 0xae10_7f5d_a7fe_0494]),
        ((0, 0, 0), [0xd5e6_00ee_13a3_4a7a_u64, 0x89a8_e642_d8e3_5f16, 0xd4d8_9529_a6d8_15f8]),
    ] {
        let mut chance = Chance::new(seed, epoch, item);
        assert_eq!([chance.bits(), chance.bits(), chance.bits()], words, "{seed}, {epoch}, {item}");
    }
}

#[test]
fn neighbouring_streams_share_nothing() {
    let mut seen = std::collections::HashSet::new();
    for (seed, epoch, item) in (0..8).flat_map(|s| (0..8).flat_map(move |e| (0..64).map(move |i| (s, e, i)))) {
        assert!(seen.insert(Chance::new(seed, epoch, item).bits()), "{seed}, {epoch}, {item}");
    }
}

#[test]
fn numbers_are_uniform_over_streams_and_within_one() {
    let check = |numbers: Vec<f32>| {
        let n = numbers.len() as f32;
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = numbers.iter().sum::<f32>() / n;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        for tenth in 0..10 {
            let low = tenth as f32 / 10.0;
            let share = numbers.iter().filter(|x| (low..low + 0.1).contains(*x)).count() as f32 / n;
            assert!((share - 0.1).abs() < 0.015, "{share} in tenth {tenth}");
        }
    };
    check((0..10_000).map(|item| Chance::new(1, 0, item).uniform()).collect());
    check((0..10_000).map(|epoch| Chance::new(1, epoch, 0).uniform()).collect());
    let mut stream = Chance::new(1, 2, 3);
    check((0..10_000).map(|_| stream.uniform()).collect());
}

#[test]
fn draws_stay_in_their_ranges() {
    let mut chance = Chance::new(0, 0, 0);
    let mut counts = [0; 6];
    for _ in 0..6000 {
        counts[chance.below(6) as usize] += 1;
        assert!((-2.0..=3.0).contains(&chance.range(-2.0, 3.0)));
        assert!(chance.coin(1.0) && !chance.coin(0.0));
        assert!(chance.normal().is_finite());
    }
    assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    assert_eq!(chance.below(0), 0);
    assert_eq!(chance.range(1.5, 1.5), 1.5);
}
