use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use firelight_models::Model;
use firelight_predict::{PredictError, Predictor};
use firelight_transforms::Scratch;

use crate::{head, model, picture};

/// With average pooling and one linear layer the gradient of a score is that layer's column over the number of cells, so the
/// evidence is known in closed form (a class activation map).
#[test]
fn evidence_of_a_linear_head_is_its_class_activation_map() {
    let linear = head().with_hidden([]).with_concat_pool(false).with_first_norm(false).with_dropout(0.0);
    let (manifest, model) = model(linear);
    let predictor = Predictor::new(manifest.clone(), model.for_inference(), Device::flex()).expect("a predictor");
    let seen = picture(5, 32, 32);
    let planes = manifest.transforms.planes(&seen, None, &mut Scratch::default()).expect("planes").1;
    let map = model.body.forward(Tensor::from_data(TensorData::new(planes, [1, 3, 32, 32]), &Device::flex()));
    let [_, channels, rows, columns] = map.dims();
    let map: Vec<f32> = map.into_data().iter::<f32>().collect();
    let Matrices(weights) = {
        let mut matrices = Matrices(Vec::new());
        model.head.visit(&mut matrices);
        matrices
    };
    assert_eq!(weights.len(), channels * 3, "the one linear layer, [channels, classes]");
    let mut some = false;
    for class in 0..3 {
        let found = predictor.explain(&seen, Some(class)).expect("evidence");
        assert_eq!((found.class, found.columns, found.heat.len()), (class, columns, rows * columns));
        let cell =
            |cell: usize| (0..channels).map(|c| map[c * rows * columns + cell] * weights[3 * c + class]).sum::<f32>();
        let heat: Vec<f32> = (0..rows * columns).map(|at| cell(at).max(0.0)).collect();
        let most = heat.iter().copied().fold(0.0, f32::max);
        some |= most > 0.0;
        for (found, heat) in found.heat.iter().zip(heat) {
            let expected = if most > 0.0 { heat / most } else { 0.0 };
            assert!((found - expected).abs() < 1e-4, "class {class}: {found} instead of {expected}");
        }
    }
    assert!(some, "evidence for some class");
}

/// The numbers of all matrices of a module.
struct Matrices(Vec<f32>);

impl ModuleVisitor for Matrices {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if D == 2 {
            self.0.extend(parameter.val().into_data().iter::<f32>());
        }
    }
}

/// Finite weights so large that the map overflows: no evidence is made of what is no number.
#[test]
fn evidence_that_is_no_number_is_an_error() {
    struct Huge;
    impl ModuleMapper for Huge {
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            parameter.map(|tensor| if D == 4 { tensor * 1e30 } else { tensor })
        }
    }
    let (manifest, model) = model(head());
    let predictor =
        Predictor::new(manifest, model.map(&mut Huge).for_inference(), Device::flex()).expect("a predictor");
    for class in [None, Some(0), Some(2)] {
        let error = predictor.explain(&picture(1, 40, 36), class).expect_err("no evidence");
        assert!(matches!(error, PredictError::NoNumbers { .. }), "{class:?}: {error}");
    }
}
