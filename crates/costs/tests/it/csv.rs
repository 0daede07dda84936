use firelight_costs::ClassMatrix;
use firelight_costs::{CostMatrix, PairWeights, SoftLabels, Vocab, meaning};
use proptest::prelude::*;

#[test]
fn wide_tables_may_have_rows_in_any_order_marks_and_quoted_names() {
    let text = "\u{feff},\"cat, big\", dog \n dog,1,0\n\"cat, big\",0,2.5\n";
    let cost = CostMatrix::from_csv_wide(text).unwrap();
    assert_eq!(cost.vocab().names(), ["cat, big", "dog"]);
    assert_eq!(cost.get("cat, big", "dog"), Ok(2.5));
    assert_eq!(cost.get("dog", "cat, big"), Ok(1.0));
}

#[test]
fn long_tables_fill_in_what_they_leave_unsaid() {
    let vocab = Vocab::from_labels(["cat", "dog", "tiger"]);
    let text = "true,predicted,value,symmetric\ncat,tiger,0.2,yes\ndog,cat,0.1,\n";
    let labels = SoftLabels::from_csv_long(text, &vocab, 0.0).unwrap();
    assert_eq!(labels.row(0), [0.8, 0.0, 0.2]);
    assert_eq!(labels.row(1), [0.1, 0.9, 0.0]);
    assert_eq!(labels.row(2), [0.2, 0.0, 0.8]);
    assert_eq!(labels.check(), Ok(()));
    let weights = PairWeights::from_csv_long("cat,dog,3", &vocab, 1.5).unwrap();
    assert_eq!(weights.row(0), [1.0, 3.0, 1.5]);
    let cost = CostMatrix::from_csv_long("cat,dog,3", &vocab, 1.0).unwrap();
    assert_eq!(cost.row(0), [0.0, 3.0, 1.0]);
}

proptest! {
    #[test]
    fn a_matrix_read_from_csv_equals_the_one_written(
        names in prop::collection::hash_set("[a-zA-Z,\"é][a-zA-Z,\" é]{0,6}[a-z\"]", 1..6),
        seed in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 36),
    ) {
        let vocab = Vocab::ordered(names).unwrap();
        let classes = vocab.len();
        let rows: Vec<Vec<f64>> = seed.chunks(6).take(classes).map(|row| row[..classes].to_vec()).collect();
        let matrix = ClassMatrix::<meaning::Cost>::from_rows(vocab.iter(), &rows).unwrap();
        prop_assert_eq!(&CostMatrix::from_csv_wide(&matrix.to_csv_wide()).unwrap(), &matrix);
        prop_assert_eq!(&CostMatrix::from_csv_long(&matrix.to_csv_long(), &vocab, 7.0).unwrap(), &matrix);
    }
}
