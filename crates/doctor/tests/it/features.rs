//! Neighbours, and who has none.

use firelight_doctor::{Features, outliers};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    features: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    k: usize,
    rows: Vec<Vec<f32>>,
    scores: Vec<f64>,
}

/// Of cleanlab's out-of-distribution score (`reference/confident.py`).
#[test]
fn scores_are_those_of_cleanlab() {
    let reference: Reference = serde_json::from_str(include_str!("reference/confident.json")).expect("the reference");
    for case in reference.features {
        let found = outliers(&Features::new(&case.rows).expect("features").neighbours(case.k));
        assert_eq!(found.len(), case.rows.len());
        for outlier in &found {
            let theirs = case.scores[outlier.item];
            assert!((outlier.score - theirs).abs() < 1e-5, "{}: {}, there {theirs}", outlier.item, outlier.score);
        }
        assert!(found.windows(2).all(|pair| pair[0].score <= pair[1].score));
    }
}

proptest! {
    /// Tiles and vectors change nothing: of each item the others by falling cosine, the earlier of two first.
    #[test]
    fn neighbours_are_those_of_a_plain_search(
        values in prop::collection::vec(-3_i8..4, 70 * 11), count in 1_usize..71, k in 0_usize..12,
    ) {
        let mut rows: Vec<Vec<f32>> =
            values.chunks(11).take(count).map(|row| row.iter().map(|&value| f32::from(value)).collect()).collect();
        for row in &mut rows {
            row[10] += 4.0; // none is all zeros
        }
        let features = Features::new(&rows).expect("features");
        let cosine = |a: &[f32], b: &[f32]| {
            let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            product(a, b) / (product(a, a) * product(b, b)).sqrt()
        };
        for (item, near) in features.neighbours(k).iter().enumerate() {
            prop_assert_eq!(near.len(), k.min(count - 1));
            prop_assert!(near.iter().all(|other| other.item != item));
            let mut all: Vec<f64> =
                (0..count).filter(|other| *other != item).map(|other| cosine(&rows[item], &rows[other])).collect();
            all.sort_by(|a, b| b.total_cmp(a));
            for (found, expected) in near.iter().zip(all) {
                prop_assert!((f64::from(found.cosine) - expected).abs() < 1e-5);
                prop_assert!((f64::from(found.cosine) - cosine(&rows[item], &rows[found.item])).abs() < 1e-5);
            }
        }
        let query = features.similar(&rows[0], count).expect("neighbours");
        prop_assert_eq!(query.len(), count);
        prop_assert!((query[0].cosine - 1.0).abs() < 1e-5);
    }
}

#[test]
fn items_alone_and_rows_without_a_direction_are_no_surprise() {
    assert!(outliers(&Features::new(&[[1.0, 2.0]]).expect("features").neighbours(10)).is_empty());
    assert!(Features::new(&Vec::<Vec<f32>>::new()).expect("features").neighbours(3).is_empty());
    let same = Features::new(&[[1.0, 2.0]; 5]).expect("features");
    assert!(
        outliers(&same.neighbours(3)).iter().all(|outlier| outlier.score > 0.8),
        "nobody is out of a crowd of one point"
    );
    let text = |rows: &[Vec<f32>]| Features::new(rows).expect_err("refused").to_string();
    insta::assert_snapshot!(text(&[vec![1.0], vec![f32::NAN]]), @"features of item 1: a value is NaN or infinite; leave the item out, or compute its features again");
    insta::assert_snapshot!(text(&[vec![1.0], vec![0.0]]), @"features of item 1: all values are 0, which has no direction; leave the item out, or compute its features again");
    insta::assert_snapshot!(text(&[vec![1.0], vec![0.0, 1.0]]), @"features of item 1: 2 numbers, and 1 in the first row; give rows of one length");
    assert!(same.similar(&[1.0], 1).is_err());
}
