use burn::tensor::{Int, Tensor};
use firelight_losses::{
    Caution, ClassWeights, CostLog, CostMatrix, CostRegularized, CrossEntropy, Decision, Loss, PairWeighted,
    PairWeights, SoftLabelCrossEntropy, Vocab,
};
use insta::assert_snapshot;

#[test]
fn the_calibration_error_is_named_where_it_matters() {
    assert_eq!(Caution::uncalibrated(0.0199), None);
    assert_eq!(Caution::uncalibrated(f64::NAN), None);
    assert_snapshot!(Caution::uncalibrated(0.0934).expect("a caution"), @"a decision of least expected cost weighs probabilities, and their calibration error is 0.093 here; calibrate them before (`learn.calibrate(&Calibrator::temperature())`)");
}

fn texts(loss: &dyn Loss<Tensor<1, Int>>, decision: &Decision) -> String {
    let cautions = Caution::about(&loss.traits(), decision);
    cautions.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_often_a_mistake_is_said() {
    let vocab = Vocab::from_labels(["cat", "dog", "tiger"]);
    let plain = CrossEntropy::new();
    let even = CostMatrix::uniform(&vocab);
    let uneven = even.clone().with("tiger", "cat", 100.0).unwrap();
    let weights = ClassWeights::new(vocab.iter().map(|name| (name, 2.0))).unwrap();
    let pair = PairWeights::from_fn(&vocab, |truth, predicted| if truth == predicted { 1.0 } else { 2.0 });
    let weighted = plain.clone().with_class_weights(&weights, &vocab).unwrap();
    let risk = Decision::minimum_risk(&even, &vocab).unwrap();

    assert_eq!(texts(&plain, &Decision::Argmax), "");
    assert_eq!(texts(&weighted, &risk), "");
    assert_eq!(texts(&PairWeighted::new(plain.clone(), &pair, &vocab).unwrap(), &risk), "");

    let both = PairWeighted::new(weighted, &pair, &vocab).unwrap();
    assert_snapshot!(texts(&both, &Decision::Argmax), @"class weights and pair weights multiply; one of them may be enough");
    let soft = SoftLabelCrossEntropy::new(&even.soft_labels(4.0, 0.3).unwrap(), &vocab).unwrap();
    assert_snapshot!(texts(&soft, &risk), @"a minimum-risk decision wants calibrated probabilities, and soft labels smooth them: near classes count twice; train with plain cross entropy, or decide by argmax");
    let asymmetric = r#"cost["cat"]["tiger"] is not cost["tiger"]["cat"]; rows are true classes"#;
    assert_eq!(texts(&CostLog::new(&uneven, &vocab).unwrap(), &Decision::Argmax), asymmetric);
    assert_eq!(texts(&CostRegularized::new(plain.clone(), &uneven, 1.0, &vocab).unwrap(), &risk), asymmetric);
    assert_eq!(texts(&plain, &Decision::minimum_risk(&uneven, &vocab).unwrap()), asymmetric);
}
