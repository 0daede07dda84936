//! What is mixed with what.

use firelight_transforms::*;

#[test]
fn partners_are_a_permutation_and_shares_at_least_half() {
    for alpha in [0.001, 0.4, 1.0, 30.0] {
        let draw = MixUp::new(alpha).draw(50, &mut Chance::new(3, 0, 0));
        let mut partners = draw.partners.clone();
        partners.sort_unstable();
        assert_eq!(partners, (0..50).collect::<Vec<_>>());
        assert_eq!(draw.shares.len(), 50);
        assert!(draw.shares.iter().all(|share| (0.5..=1.0).contains(share)), "alpha {alpha}: {:?}", draw.shares);
    }
}

#[test]
fn shares_have_the_variance_of_the_beta_distribution() {
    // with both parameters alpha: 1 / (4 (2 alpha + 1)) around the mean ½, which folding at ½ does not change
    for alpha in [0.2_f32, 1.0, 5.0] {
        let shares = MixUp::new(alpha).draw(20_000, &mut Chance::new(4, 0, 0)).shares;
        let variance = shares.iter().map(|share| (share - 0.5) * (share - 0.5)).sum::<f32>() / shares.len() as f32;
        let want = 1.0 / (4.0 * (2.0 * alpha + 1.0));
        assert!((variance / want - 1.0).abs() < 0.05, "alpha {alpha}: {variance} is not {want}");
    }
}

#[test]
fn a_pasted_box_lies_in_the_picture_and_counts_by_area() {
    let size = Size::new(40, 30);
    for item in 0..500 {
        let draw = CutMix::default().draw(8, size, &mut Chance::new(5, 0, item));
        let Patch { left, top, size: pasted } = draw.patch;
        assert!(left + pasted.width <= 40 && top + pasted.height <= 30);
        assert_eq!(draw.share, 1.0 - pasted.pixels() as f32 / 1200.0);
    }
}
