use burn::tensor::{DType, Int, Tensor, TensorData};
use firelight_losses::{
    CostLog, CostRegularized, CrossEntropy, Distillation, ExpectedCost, Focal, HierarchicalCrossEntropy, Loss,
    OrdinalDistance, PairMean, PairWeighted, Reduction, SimilarityCrossEntropy, SoftLabelCrossEntropy, SoftLabels,
    TreeWasserstein, Vocab, meaning,
};
use serde_json::Value;

use crate::device::device;
use crate::reference::{Reference, floats, logits, number, numbers, rows, targets};

type ByClass = Box<dyn Loss<Tensor<1, Int>>>;

/// The loss of a case over class numbers, by the part of its name before the slash.
fn loss(reference: &Reference, name: &str) -> Option<ByClass> {
    let vocab = &reference.vocab();
    let tree = &reference.tree();
    let weights = &reference.class_weights();
    let soft = |matrix: &str| SoftLabelCrossEntropy::new(&reference.matrix::<meaning::Soft>(matrix), vocab).unwrap();
    let cost = |matrix: &str| reference.matrix::<meaning::Cost>(matrix);
    let weighted = || CrossEntropy::new().with_class_weights(weights, vocab).unwrap();
    let pair = || PairWeighted::new(CrossEntropy::new(), &reference.matrix("W_PAIR"), vocab).unwrap();
    let hierarchical = |alpha| HierarchicalCrossEntropy::new(tree, vocab, alpha).unwrap();
    let ordinal = |distance| {
        let labels = SoftLabels::ordinal(vocab, 1.0, distance).unwrap();
        SoftLabelCrossEntropy::new(&labels, vocab).unwrap()
    };
    Some(match name {
        "ce" | "edge/neg_inf_logits_one_hot" => Box::new(CrossEntropy::new()),
        "ignore_index" => Box::new(CrossEntropy::new().with_ignore_index(-100)),
        "ce_class_weight" => Box::new(weighted()),
        "ignore_index_class_weight" => Box::new(weighted().with_ignore_index(-100)),
        "label_smoothing_0.1" => Box::new(CrossEntropy::new().with_label_smoothing(0.1).unwrap()),
        "label_smoothing_0.1_class_weight_torch" => Box::new(weighted().with_label_smoothing(0.1).unwrap()),
        "soft_matrix_ce[T_FORUM]" | "edge/neg_inf_logits_soft_row" => Box::new(soft("T_FORUM")),
        "soft_matrix_ce[T_BETA4]" => Box::new(soft("T_BETA4")),
        "soft_matrix_ce[T_MIX]" => Box::new(soft("T_MIX")),
        "soft_matrix_kl[T_FORUM]" => Box::new(soft("T_FORUM").kl()),
        "soft_matrix_ce_class_weight_torch[T_FORUM]" => Box::new(soft("T_FORUM").with_class_weights(weights).unwrap()),
        "pair_scaled_ce[W_PAIR,argmax]" => Box::new(pair()),
        "pair_scaled_ce[W_PAIR,expected]" => Box::new(pair().expected()),
        "expected_cost[C_SP]" | "edge/neg_inf_logits_expected_cost" => {
            Box::new(ExpectedCost::new(&cost("C_SP"), vocab).unwrap())
        }
        "expected_cost[C_ASYM]" => Box::new(ExpectedCost::new(&cost("C_ASYM"), vocab).unwrap()),
        "expected_cost[D]" => Box::new(ExpectedCost::new(&cost("D"), vocab).unwrap()),
        "ce_plus_expected_cost[C_SP,lambda=10]" => {
            Box::new(CostRegularized::new(CrossEntropy::new(), &cost("C_SP"), 10.0, vocab).unwrap())
        }
        "cost_log[C_SP]" => Box::new(CostLog::new(&cost("C_SP"), vocab).unwrap()),
        "simloss[S_SIM]" => Box::new(SimilarityCrossEntropy::new(&reference.matrix("S_SIM"), vocab).unwrap()),
        "hxe[alpha=0.1,depth_unnorm]" => Box::new(hierarchical(0.1)),
        "hxe[alpha=0.1,depth_norm_fiveai]" => Box::new(hierarchical(0.1).normalize()),
        "hxe[alpha=0.1,height_unnorm]" => Box::new(hierarchical(0.1).by_height()),
        "hxe[alpha=0.1,ones]" => Box::new(hierarchical(0.0)),
        "sord[abs,alpha=1]" => Box::new(ordinal(OrdinalDistance::Absolute)),
        "sord_kl[abs,alpha=1]" => Box::new(ordinal(OrdinalDistance::Absolute).kl()),
        "sord[sq,alpha=1]" => Box::new(ordinal(OrdinalDistance::Squared)),
        "sord_kl[sq,alpha=1]" => Box::new(ordinal(OrdinalDistance::Squared).kl()),
        "focal[gamma=0.5]" => Box::new(Focal::new(0.5).unwrap()),
        "focal[gamma=2.0]" => Box::new(Focal::new(2.0).unwrap()),
        "focal[gamma=2,class_weight]" => Box::new(Focal::new(2.0).unwrap().with_class_weights(weights, vocab).unwrap()),
        "tree_wasserstein[T_FORUM]" => {
            let labels = reference.matrix::<meaning::Soft>("T_FORUM");
            Box::new(TreeWasserstein::new(tree, vocab).unwrap().with_labels(&labels).unwrap())
        }
        _ => return None,
    })
}

/// The loss of a case over rows, and its rows.
fn row_loss<'a>(name: &str, case: &'a Value) -> Option<(Box<dyn Loss<Tensor<2>>>, &'a Value)> {
    match name {
        "kd[tau=4]" => Some((Box::new(Distillation::new(4.0).unwrap()), &case["teacher_logits"])),
        "edge/unnormalised_and_zero_rows" => Some((Box::new(CrossEntropy::new()), &case["target_probs"])),
        _ => None,
    }
}

/// Values in every reduction, and the gradient of the mean, on a plain and on an autodiff device.
fn assert_case<T: Clone>(name: &str, case: &Value, loss: &dyn Loss<T>, targets: &T) {
    let extreme = name.ends_with("/extreme");
    let plain = logits(&case["logits"], &device());
    let value = |output: Tensor<2>, reduction| loss.forward(output, targets.clone(), reduction);
    for output in [plain.clone(), plain.clone().autodiff().require_grad()] {
        let none = floats(value(output.clone(), Reduction::None));
        assert_close(&format!("{name} none"), &none, &numbers(&case["none"]), extreme);
        if case.get("mean").is_some() {
            let mean = floats(value(output.clone(), Reduction::Mean));
            assert_close(&format!("{name} mean"), &mean, &[number(&case["mean"])], extreme);
            let sum = floats(value(output, Reduction::Sum));
            assert_close(&format!("{name} sum"), &sum, &[number(&case["sum"])], extreme);
        }
    }
    if case.get("grad_mean").is_some() {
        let output = plain.autodiff().require_grad();
        let grads = value(output.clone(), Reduction::Mean).backward();
        let gradient = floats(output.grad(&grads).unwrap());
        let want = rows(&case["grad_mean"]).concat();
        assert_close(&format!("{name} gradient"), &gradient, &want, extreme);
    }
}

/// Base cases within 1e-5 absolute or relative; extreme ones relative, down to a unit of f32 around 1.
fn assert_close(what: &str, got: &[f64], want: &[f64], extreme: bool) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        let floor: f64 = if extreme { 2e-7 } else { 1e-5 };
        let near = (got - want).abs() <= floor.max(1e-5 * want.abs());
        assert!(
            near || (want.is_infinite() && got.total_cmp(want).is_eq()),
            "{what}[{at}]: got {got:e}, want {want:e}"
        );
    }
}

#[test]
fn every_reference_case_has_its_values_and_gradients() {
    let reference = Reference::read();
    let mut seen = 0;
    for (name, case) in reference.cases() {
        let short = name.strip_suffix("/base").or(name.strip_suffix("/extreme")).unwrap_or(name);
        if let Some(loss) = loss(&reference, short) {
            let targets = targets(&case["target"], &device());
            assert_case(name, case, loss.as_ref(), &targets);
            seen += 1;
        } else if let Some((loss, rows)) = row_loss(short, case) {
            assert_case(name, case, loss.as_ref(), &logits(rows, &device()));
            seen += 1;
        }
    }
    // The other three have tests of their own: one class, a tie, an empty batch.
    assert_eq!(seen + 3, reference.cases().count());
}

#[test]
fn one_class_is_certain_and_costs_nothing() {
    let reference = Reference::read();
    let case = reference.case("edge/one_class");
    let vocab = Vocab::ordered(["only"]).unwrap();
    let cost = firelight_losses::CostMatrix::uniform(&vocab);
    let targets = targets(&case["target"], &device());
    let losses: [(&str, ByClass); 4] = [
        ("ce", Box::new(CrossEntropy::new())),
        ("focal2", Box::new(Focal::new(2.0).unwrap())),
        ("expected_cost", Box::new(ExpectedCost::new(&cost, &vocab).unwrap())),
        ("expected_cost", Box::new(CostLog::new(&cost, &vocab).unwrap())),
    ];
    for (name, loss) in &losses {
        let mut want = case[name].clone();
        want["logits"] = case["logits"].clone();
        assert_case(name, &want, loss.as_ref(), &targets);
    }
    let loss = losses[1].1.as_ref();
    let output = logits(&case["logits"], &device()).autodiff().require_grad();
    let grads = loss.forward(output.clone(), targets, Reduction::Mean).backward();
    assert_eq!(floats(output.grad(&grads).unwrap()), [0.0, 0.0]);
}

#[test]
fn among_equal_logits_the_first_class_is_predicted() {
    let reference = Reference::read();
    let case = reference.case("edge/tie_argmax_first");
    let loss = loss(&reference, "pair_scaled_ce[W_PAIR,argmax]").unwrap();
    let output = logits(&case["logits"], &device());
    let got = loss.per_example(output, targets(&case["target"], &device()));
    assert_close("tie", &floats(got), &[number(&case["loss"])], false);
}

#[test]
fn an_empty_batch_and_one_with_every_row_ignored_are_0_with_gradients_of_0() {
    let reference = Reference::read();
    let names: Vec<&str> = reference.cases().map(|(name, _)| name).collect();
    for name in names {
        let Some(loss) = loss(&reference, name.trim_end_matches("/base")) else {
            continue;
        };
        let output = Tensor::<2>::zeros([0, 6], &device().autodiff()).require_grad();
        let none = Tensor::<1, Int>::zeros([0], &device());
        assert_eq!(loss.per_example(output.clone(), none.clone()).dims(), [0], "{name}");
        for reduction in [Reduction::Mean, Reduction::Sum] {
            let value = loss.forward(output.clone(), none.clone(), reduction);
            assert_eq!(floats(value), [0.0], "{name}");
        }
    }
    let output = Tensor::<2>::ones([3, 6], &device().autodiff()).require_grad();
    let targets = Tensor::<1, Int>::full([3], -100, &device());
    for name in ["ignore_index", "ignore_index_class_weight"] {
        let loss = loss(&reference, name).unwrap();
        let value = loss.forward(output.clone(), targets.clone(), Reduction::Mean);
        assert_eq!(floats(value.clone()), [0.0]);
        let grads = value.backward();
        assert_eq!(floats(output.grad(&grads).unwrap()), [0.0; 18]);
    }
}

#[test]
fn a_mean_over_pair_weights_divides_by_them_if_asked() {
    let reference = Reference::read();
    for batch in ["base", "extreme"] {
        let case = reference.case(&format!("pair_scaled_ce[W_PAIR,argmax]/{batch}"));
        let weights = reference.matrix("W_PAIR");
        let loss =
            PairWeighted::new(CrossEntropy::new(), &weights, &reference.vocab()).unwrap().with_mean(PairMean::Weights);
        let targets = targets(&case["target"], &device());
        let output = logits(&case["logits"], &device());
        let mean = floats(loss.forward(output, targets, Reduction::Mean));
        assert_close(batch, &mean, &[number(&case["weighted_mean"])], batch == "extreme");
    }
}

#[test]
fn fastai_smoothing_and_focal_are_options_that_differ() {
    let reference = Reference::read();
    let case = reference.case("ce/base");
    let (vocab, weights) = (reference.vocab(), reference.class_weights());
    let mean = |loss: &dyn Loss<Tensor<1, Int>>| {
        let output = logits(&case["logits"], &device());
        floats(loss.forward(output, targets(&case["target"], &device()), Reduction::Mean))
    };
    let smoothing = CrossEntropy::new()
        .with_class_weights(&weights, &vocab)
        .and_then(|loss| loss.with_label_smoothing(0.1))
        .unwrap();
    assert_close("PyTorch", &mean(&smoothing), &[3.72752788], false);
    assert_close("fastai", &mean(&smoothing.with_unweighted_smoothing()), &[3.71445], false);
    let focal = Focal::new(2.0).unwrap().with_class_weights(&weights, &vocab).unwrap();
    let fastai = focal.clone().with_weighted_probability();
    assert_close("outside", &mean(&focal), &[4.93637205], false);
    let weighted = mean(&fastai)[0];
    assert!((weighted - 5.0925).abs() < 5e-5, "{weighted}");
}

#[test]
fn half_precision_logits_are_computed_in_f32() {
    let reference = Reference::read();
    let losses: Vec<f64> = [DType::F32, DType::F16, DType::BF16]
        .into_iter()
        .filter(|dtype| device().supports_dtype(*dtype))
        .map(|dtype| {
            let data = TensorData::new([8.0f32, -8.0, 0.5, 0.25, 0.0, 0.0].repeat(256), [256, 6]);
            let output = Tensor::<2>::from_data(data, (&device(), dtype));
            let targets = Tensor::<1, Int>::full([256], 1, &device());
            let loss = loss(&reference, "ce").unwrap();
            let sum = loss.forward(output, targets, Reduction::Sum);
            assert_eq!(sum.dtype(), DType::F32);
            floats(sum)[0]
        })
        .collect();
    assert!(losses[0] > 65504.0 / 16.0);
    assert!(losses.iter().all(|loss| (loss - losses[0]).abs() < 1e-3), "{losses:?}");
}
