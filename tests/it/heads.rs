//! The numbers of `reference/heads.json`, which the authors' own code made by `reference/heads.py`: frames, scores, losses and their gradients, products.

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight::costs::{ClassFrame, ClassHead, ClassTree, Ensemble};
use firelight::losses::{FrameCrossEntropy, Loss, Parts, SubspaceCrossEntropy};
use firelight::prelude::{Reduction, Taxonomy, Vocab};
use serde_json::Value;

use crate::reference::{number, numbers, texts};

/// Every tree with its classes in the order of their names, and the case that the authors' code made of it.
fn cases() -> impl Iterator<Item = (ClassTree, Value)> {
    let all: Value = serde_json::from_str(include_str!("../reference/heads.json")).unwrap();
    let cases: Vec<Value> = all.as_object().unwrap().values().cloned().collect();
    cases.into_iter().map(|case| {
        let paths = texts(&case["paths"]);
        let vocab = Vocab::from_labels(paths.iter().map(|path| path.rsplit('/').next().unwrap_or_default()));
        (ClassTree::new(&Taxonomy::from_paths(&paths).unwrap(), &vocab).unwrap(), case)
    })
}

fn list<'a>(case: &'a Value, part: &str) -> impl Iterator<Item = &'a Value> {
    case[part].as_array().unwrap().iter()
}

fn tensor(numbers: &[f64], rows: usize) -> Tensor<2> {
    let data = TensorData::new(numbers.to_vec(), [rows, numbers.len() / rows]).convert::<f32>();
    Tensor::from_data(data, &Device::flex().autodiff())
}

fn classes(case: &Value) -> Tensor<1, Int> {
    let targets: Vec<i64> = numbers(&case["targets"]).into_iter().map(|class| class as i64).collect();
    let count = targets.len();
    Tensor::from_data(TensorData::new(targets, [count]), &Device::flex().autodiff())
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn assert_near(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= 1e-5 * (1.0 + theirs.abs()), "{what} {at}: {ours}, not {theirs}");
    }
}

/// Rows of `a`, `[rows, n]`, times `b`, `[n, m]`.
fn product(a: &[f64], b: &[f64], rows: usize) -> Vec<f64> {
    let (n, mut out) = (a.len() / rows, Vec::new());
    let m = b.len() / n;
    for row in a.chunks(n) {
        out.extend((0..m).map(|column| row.iter().enumerate().map(|(at, a)| a * b[at * m + column]).sum::<f64>()));
    }
    out
}

fn transposed(matrix: &[f64], size: usize) -> Vec<f64> {
    (0..size * size).map(|at| matrix[at % size * size + at / size]).collect()
}

#[test]
fn frames_and_their_losses_are_those_of_the_authors_code() {
    for (tree, case) in cases() {
        for case in list(&case, "frames") {
            let (gamma, size) = (number(&case["gamma"]), tree.vocab().len());
            let frame = ClassFrame::new(&tree, gamma).unwrap();
            assert_near(frame.cosines(), &numbers(&case["cosines"]), "cosine");
            // Ours are theirs, turned: all products are the same.
            assert_near(
                &product(frame.vectors(), &transposed(frame.vectors(), size), size),
                frame.cosines(),
                "product",
            );
            let one: Vec<f64> = (0..size * size).map(|at| f64::from(u8::from(at % size == at / size))).collect();
            assert_near(&product(frame.vectors(), frame.inverse(), size), &one, "inverse");

            let (vectors, targets) = (numbers(&case["vectors"]), classes(case));
            let batch = targets.dims()[0];
            let scores = product(&numbers(&case["features"]), &transposed(&vectors, size), batch);
            let loss = FrameCrossEntropy::new(&frame).with_alpha(number(&case["alpha"])).unwrap();
            let output = tensor(&scores, batch).require_grad();
            let parts: Parts = loss.parts(output.clone(), targets.clone());
            assert_near(&floats(parts.per_example()), &numbers(&case["losses"]), "loss");
            let mean = loss.forward(output.clone(), targets, Reduction::Mean);
            assert_near(&floats(mean.clone()), &[number(&case["mean"])], "mean");
            let slopes = floats(output.grad(&mean.backward()).unwrap());
            assert_near(&product(&slopes, &vectors, batch), &numbers(&case["gradient"]), "slope");
        }
    }
}

#[test]
fn subspaces_and_their_losses_are_those_of_the_authors_code() {
    for (tree, case) in cases() {
        for case in list(&case, "subspaces") {
            let targets = classes(case);
            let (batch, classes, axes) = (targets.dims()[0], tree.vocab().len(), texts(&case["axes"]));
            // Their axes are in another order.
            let place = |node: usize| axes.iter().position(|axis| axis == tree.taxonomy().name(node)).unwrap();
            let ours = |theirs: &[f64]| -> Vec<Vec<f64>> {
                theirs.chunks(axes.len()).map(|row| (1..=axes.len()).map(|node| row[place(node)]).collect()).collect()
            };
            let rows = ours(&numbers(&case["numbers"]));
            let length = |row: &Vec<f64>, class: usize| {
                tree.path(class).filter(|node| *node > 0).map(|node| row[node - 1].powi(2)).sum::<f64>().sqrt()
            };
            let scores: Vec<f64> =
                rows.iter().flat_map(|row| (0..classes).map(move |class| length(row, class))).collect();
            assert_near(&scores, &numbers(&case["scores"]), "score");

            let whole: Vec<f64> =
                rows.iter().zip(scores.chunks(classes)).flat_map(|(row, scores)| [scores, row].concat()).collect();
            let output = tensor(&whole, batch).require_grad();
            let loss = SubspaceCrossEntropy::new(&tree).with_alpha(number(&case["alpha"])).unwrap();
            let mean = loss.forward(output.clone(), targets, Reduction::Mean);
            assert_near(&floats(mean.clone()), &[number(&case["mean"])], "mean");
            let slopes = floats(output.grad(&mean.backward()).unwrap());
            for (row, want) in slopes.chunks(classes + axes.len()).zip(ours(&numbers(&case["gradient"]))) {
                assert_near(&row[..classes], &vec![0.0; classes], "slope of a score");
                assert_near(&row[classes..], &want, "slope");
            }
        }
    }
}

#[test]
fn products_with_parents_are_those_of_the_authors_code() {
    for (tree, case) in cases() {
        let (case, classes) = (&case["ensemble"], tree.vocab().len());
        let parents = Vocab::ordered(texts(&case["parents"])).unwrap();
        let rows = |part: &str, columns: usize| -> Vec<Vec<f32>> {
            numbers(&case[part]).chunks(columns).map(|row| row.iter().map(|p| *p as f32).collect()).collect()
        };
        let ensemble = Ensemble::new(&tree.parents(), tree.vocab(), &parents).unwrap();
        let both = ensemble.products(&rows("leaves", classes), &rows("coarse", parents.len())).unwrap();
        let both: Vec<f64> = both.concat().into_iter().map(f64::from).collect();
        assert_near(&both, &numbers(&case["both"]), "product");
        assert_eq!(ClassHead::parents(&tree.parents()).outputs(classes), 2 * classes + parents.len());
    }
}
