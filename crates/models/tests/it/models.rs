//! Architectures, heads and models: shapes, counts, groups, freezing, folding.

use burn::module::{Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::tensor::{Device, Distribution, FloatDType, Tensor};
use firelight_models::{Arch, Body, BodyConfig, Fresh, Head, HeadConfig, Model, VisionModel};

/// The backend the numeric tests run on: `FIRELIGHT_DEVICE=ndarray`, else flex.
pub fn device() -> Device {
    match std::env::var("FIRELIGHT_DEVICE").as_deref() {
        #[cfg(feature = "ndarray")]
        #[expect(deprecated, reason = "the backend is kept for comparison")]
        Ok("ndarray") => Device::ndarray(),
        _ => Device::flex(),
    }
}

pub fn pictures(shape: [usize; 4], device: &Device) -> Tensor<4> {
    let count = shape.iter().product::<usize>() as i64;
    let wave = Tensor::arange(0..count, device).float().mul_scalar(0.37).sin();
    wave.reshape(shape)
}

fn model(arch: Arch, classes: usize, device: &Device) -> VisionModel {
    let head = HeadConfig::new(arch.features(), classes).init(2, device);
    VisionModel::new(arch.body(1, device), head)
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

#[track_caller]
pub fn assert_close(left: &[f32], right: &[f32], tolerance: f32) {
    assert_eq!(left.len(), right.len());
    let scale = right.iter().fold(1e-6_f32, |most, value| most.max(value.abs()));
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        assert!((left - right).abs() <= tolerance * scale, "number {index}: {left} and {right}, scale {scale}");
    }
}

#[test]
fn whole_networks_give_scores_in_single_precision_for_pictures_in_half() {
    let device = device();
    if !device.supports_dtype(FloatDType::BF16) {
        return;
    }
    let necks = [Arch::Small, Arch::ConvNeXtAtto, Arch::MobileNetV3Large, Arch::MobileNetV4ConvSmall, Arch::ViTTiny];
    for arch in necks {
        let (network, input) = (arch.classifier(5, 1, &device), pictures([2, 3, 64, 64], &device));
        let scores = network.forward(input.clone().cast(FloatDType::BF16));
        assert_eq!(scores.dtype(), input.dtype(), "{arch}");
        // Eight bits of each factor, over up to some hundred layers.
        assert_close(&values(scores), &values(network.forward(input)), 0.1);
    }
}

#[test]
fn every_architecture_is_found_under_its_name() {
    for arch in Arch::all() {
        assert_eq!(arch.to_string().parse(), Ok(arch));
        let json = serde_json::to_string(&arch).unwrap();
        assert_eq!(json, format!("\"{arch}\""));
        assert_eq!(serde_json::from_str::<Arch>(&json).unwrap(), arch);
    }
    assert_eq!("EfficientNet_Lite0".parse(), Ok(Arch::EfficientNetLite0));
}

#[test]
fn an_unknown_architecture_is_answered_with_the_near_one() {
    let error = |name: &str| name.parse::<Arch>().unwrap_err().to_string();
    let known = format!("known are {}", Arch::all().map(Arch::name).collect::<Vec<_>>().join(", "));
    assert_eq!(
        error("resnet81"),
        format!("there is no architecture \"resnet81\"; did you mean \"resnet18\"?; {known}")
    );
    assert_eq!(error("vgg"), format!("there is no architecture \"vgg\"; {known}"));
    let json = serde_json::from_str::<Arch>("\"vgg\"").unwrap_err().to_string();
    assert!(json.starts_with("there is no architecture \"vgg\""), "{json}");
}

#[test]
fn bodies_have_the_parameters_that_the_table_says() {
    let wrong = |arch: Arch| {
        let found = trainable(&BodyConfig::new(arch).fresh_body(&mut Fresh::zeros(), &device()));
        (found != arch.parameters()).then(|| format!("{arch} has {found}, not {}", arch.parameters()))
    };
    let wrong: Vec<String> = Arch::all().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn heads_have_fastais_parameter_counts() {
    let head = |features, classes| trainable(&HeadConfig::new(features, classes).init(0, &device()));
    assert_eq!(head(512, 37), 546_304);
    assert_eq!(head(512, 2), 528_384);
    assert_eq!(head(2048, 37), 2_125_312);
    assert_eq!(trainable(&model(Arch::ResNet34, 37, &device())), 21_830_976);
    assert_eq!(trainable(&model(Arch::ResNet18, 2, &device())), 11_704_896);
}

#[test]
fn head_settings_change_its_layers() {
    let count = |config: HeadConfig| trainable(&config.init(0, &device()));
    let plain = HeadConfig::new(10, 3).with_hidden([]).with_concat_pool(false);
    assert_eq!(plain.pooled_features(), 10);
    assert_eq!(count(plain.clone()), 2 * 10 + 10 * 3);
    assert_eq!(count(plain.clone().with_first_norm(false)), 10 * 3 + 3);
    assert_eq!(count(plain.with_final_norm(true)), 2 * 10 + 10 * 3 + 2 * 3);
    assert_eq!(count(HeadConfig::new(10, 3).with_hidden([7, 5])), 40 + 20 * 7 + 14 + 7 * 5 + 10 + 5 * 3);
}

#[test]
#[should_panic(expected = "dropout must be at least 0 and below 1, not 1")]
fn dropping_everything_is_a_programmer_error() {
    HeadConfig::new(4, 2).with_dropout(1.0).init(0, &device());
}

#[test]
fn pooling_gives_maximum_then_average() {
    let device = device();
    let map = Tensor::<4>::from_data([[[[1.0, 2.0], [3.0, 6.0]], [[-1.0, -2.0], [-3.0, -6.0]]]], &device);
    let head = HeadConfig::new(2, 2).init(0, &device);
    assert_eq!(values(head.pool(map.clone())), [6.0, -1.0, 3.0, -3.0]);
    let average = HeadConfig::new(2, 2).with_concat_pool(false).init(0, &device);
    assert_eq!(values(average.pool(map)), [3.0, -3.0]);
}

#[test]
fn head_weights_are_kaiming_normal_and_norms_begin_as_fastais() {
    let head = HeadConfig::new(512, 37).init(7, &device());
    let seen = Named::of(&head);
    let first = seen.find("layers.0.linear.weight");
    let mean = first.iter().sum::<f32>() / first.len() as f32;
    let variance = first.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / first.len() as f32;
    assert!(mean.abs() < 1e-3, "{mean}");
    assert!((variance.sqrt() - (2.0_f32 / 1024.0).sqrt()).abs() < 5e-4, "{variance}");
    for (layer, width) in [("layers.0", 1024), ("layers.1", 512)] {
        assert_eq!(seen.find(&format!("{layer}.norm.gamma")), vec![1.0; width]);
        assert_eq!(seen.find(&format!("{layer}.norm.beta")), vec![1e-3; width]);
    }
}

#[test]
fn weights_depend_on_the_seed_alone() {
    for arch in [Arch::Small, Arch::EfficientNetLite0] {
        let all = |seed, device: &Device| Named::of(&arch.body(seed, device)).values;
        device().seed(1);
        let first = all(3, &device());
        device().seed(2);
        assert_eq!(first, all(3, &device()));
        assert_eq!(first, all(3, &device().autodiff()));
        #[cfg(feature = "ndarray")]
        {
            #[expect(deprecated, reason = "the backend is kept for comparison")]
            let elsewhere = Device::ndarray();
            assert_eq!(first, all(3, &elsewhere));
        }
        assert_ne!(first, all(4, &device()));
    }
}

#[test]
fn feature_maps_have_the_promised_shape() {
    let device = device();
    for (arch, divisor) in [(Arch::Small, 16), (Arch::ResNet18, 32), (Arch::EfficientNetLite0, 32)] {
        for side in [64, 50] {
            let body = arch.body(0, &device);
            let stages = body.stages(pictures([2, 3, side, side], &device));
            let map = body.forward(pictures([2, 3, side, side], &device));
            let expected = usize::div_ceil(side, divisor);
            assert_eq!(map.dims(), [2, arch.features(), expected, expected], "{arch}");
            let sides: Vec<usize> = stages.iter().map(|stage| stage.dims()[2]).collect();
            assert!(sides.is_sorted_by(|fine, coarse| fine > coarse), "{arch}: {sides:?}");
            assert_eq!(values(stages.last().unwrap().clone()), values(map), "{arch}");
        }
    }
}

#[test]
fn every_parameter_is_in_exactly_one_group() {
    for arch in [Arch::Small, Arch::ResNet18, Arch::ResNet50, Arch::EfficientNetLite0] {
        let model = model(arch, 5, &device());
        let groups = model.groups();
        let patterns: Vec<ParamGroup> = groups.iter().map(|group| ParamGroup::from_regex(group).unwrap()).collect();
        let mut counts = vec![0; groups.len()];
        for (path, id) in &Named::of(&model).ids {
            let of: Vec<usize> = (0..groups.len()).filter(|group| patterns[*group].matches(id, Some(path))).collect();
            assert_eq!(of.len(), 1, "{path} is in groups {of:?} of {groups:?}");
            counts[of[0]] += 1;
        }
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        assert_eq!(groups.last().map(String::as_str), Some(r"^head\."));
    }
    assert_eq!(
        model(Arch::ResNet18, 2, &device()).groups(),
        [r"^body\.ResNet\.(stem|conv1|layer1|layer2)\.", r"^body\.ResNet\.(layer3|layer4)\.", r"^head\."]
    );
}

#[test]
fn a_frozen_body_builds_no_graph_and_keeps_its_statistics() {
    let device = device().autodiff();
    for arch in [Arch::Small, Arch::ResNet18, Arch::EfficientNetLite0] {
        let mut model = model(arch, 3, &device);
        let input = pictures([2, 3, 64, 64], &device);
        assert!(model.features(input.clone()).is_tracked());
        let groups = model.groups();
        for group in &groups[..groups.len() - 1] {
            model = model.freeze_group(ParamGroup::from_regex(group).unwrap());
        }
        let statistics = || running_statistics(&model.body);
        let before = statistics();
        let features = model.features(input);
        assert!(!features.is_tracked(), "{arch}");
        assert!(model.classify(features).is_tracked(), "{arch}");
        assert_eq!(before, statistics(), "{arch}");
        let thawed = model.unfreeze();
        assert!(thawed.features(pictures([2, 3, 64, 64], &device)).is_tracked(), "{arch}");
    }
}

#[test]
fn every_parameter_gets_a_gradient() {
    let device = device().autodiff();
    for arch in [Arch::Small, Arch::ResNet18, Arch::EfficientNetLite0] {
        let model = model(arch, 3, &device);
        let loss = model.forward(pictures([4, 3, 64, 64], &device)).powf_scalar(2.0).mean();
        let gradients = loss.backward();
        let without = WithoutGradient::of(&model, &gradients);
        assert!(without.visited > 10);
        assert_eq!(without.missing, Vec::<String>::new(), "{arch}");
    }
}

#[test]
fn evaluation_is_deterministic_and_training_is_not() {
    let device = device();
    let training = model(Arch::Small, 3, &device.clone().autodiff());
    let input = pictures([8, 3, 64, 64], &device);
    let tracked = Tensor::from_inner(input.clone());
    assert_ne!(values(training.forward(tracked.clone())), values(training.forward(tracked.clone())));
    let evaluated = training.valid();
    assert_eq!(values(evaluated.forward(input.clone())), values(evaluated.forward(input.clone())));
    let before = values(evaluated.forward(input.clone()));
    let again = training.valid().train();
    assert_eq!(before, values(again.valid().forward(input.clone())));
    assert!(again.forward(tracked).is_tracked());
    assert_ne!(before, values(again.valid().forward(input.clone())), "training moves the statistics");
    assert_eq!(before, values(evaluated.forward(input)), "of its own copy alone");
}

#[test]
fn features_and_classify_make_forward() {
    let device = device();
    let model = model(Arch::Small, 3, &device);
    let input = pictures([4, 3, 64, 64], &device);
    assert_eq!(values(model.forward(input.clone())), values(model.classify(model.features(input.clone()))));
    assert_eq!(values(model.forward(input.clone())), values(model.head.forward(model.body.forward(input))));
}

#[test]
fn folding_batch_norms_changes_no_output() {
    let device = device();
    for arch in [Arch::Small, Arch::ResNet18, Arch::ResNet50, Arch::EfficientNetLite0] {
        let model = model(arch, 3, &device.clone().autodiff());
        for _ in 0..3 {
            let noise = Tensor::<4>::random([4, 3, 64, 64], Distribution::Normal(0.3, 2.0), &device);
            model.forward(Tensor::from_inner(noise));
        }
        let plain = model.valid();
        let folded = model.for_inference();
        let input = pictures([2, 3, 64, 64], &device);
        assert_close(&values(folded.body.forward(input.clone())), &values(plain.body.forward(input.clone())), 1e-4);
        assert!(parameters(&folded.body) < parameters(&plain.body));
        assert_close(&values(folded.forward(input.clone())), &values(plain.forward(input)), 1e-4);
    }
}

#[test]
fn normalisation_constants_are_those_of_the_weights() {
    let (mean, std) = Arch::EfficientNetLite0.normalization();
    for value in [0.0_f32, 127.0, 255.0] {
        let ours = (value / 255.0 - mean[0]) / std[0];
        assert!((ours - (value - 127.0) / 128.0).abs() < 1e-6);
    }
    assert_eq!(Arch::ResNet50.normalization(), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]));
    assert!(Arch::EfficientNetLite0.bicubic() && !Arch::ResNet18.bicubic());
    assert_eq!((Arch::ResNet18.picture_size(), Arch::EfficientNetLite2.picture_size()), (224, 260));
}

/// Values that training changes: without the running statistics.
fn trainable<M: Module>(module: &M) -> usize {
    Named::of(module).values.iter().filter(|(path, _)| !path.contains("running_")).map(|(_, values)| values.len()).sum()
}

/// Number of tensors, running statistics included.
fn parameters(body: &Body) -> usize {
    Named::of(body).values.len()
}

fn running_statistics(body: &Body) -> Vec<(String, Vec<f32>)> {
    Named::of(&body.valid()).values.into_iter().filter(|(path, _)| path.contains("running_")).collect()
}

/// All float parameters by path.
#[derive(Default)]
pub struct Named {
    pub values: Vec<(String, Vec<f32>)>,
    pub ids: Vec<(String, ParamId)>,
    path: Vec<String>,
}

impl Named {
    pub fn of<M: Module>(module: &M) -> Self {
        let mut seen = Self::default();
        module.visit(&mut seen);
        seen
    }

    fn find(&self, path: &str) -> &[f32] {
        let (_, values) = self.values.iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}"));
        values
    }
}

impl ModuleVisitor for Named {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        self.ids.push((path.clone(), param.id));
        self.values.push((path, values(param.val())));
    }
}

pub struct WithoutGradient<'a> {
    gradients: &'a burn::tensor::Gradients,
    path: Vec<String>,
    pub missing: Vec<String>,
    pub visited: usize,
}

impl<'a> WithoutGradient<'a> {
    pub fn of<M: Module>(module: &M, gradients: &'a burn::tensor::Gradients) -> Self {
        let mut seen = Self { gradients, path: vec![], missing: vec![], visited: 0 };
        module.visit(&mut seen);
        seen
    }
}

impl ModuleVisitor for WithoutGradient<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        if path.contains("running_") {
            return;
        }
        self.visited += 1;
        match param.val().grad(self.gradients) {
            Some(gradient) if values(gradient.clone()).iter().all(|value| value.is_finite()) => {}
            _ => self.missing.push(path),
        }
    }
}

/// `Head` is usable by itself, on any feature map.
#[test]
fn a_head_takes_maps_of_any_size() {
    let device = device();
    let head: Head = HeadConfig::new(4, 3).init(0, &device);
    for side in [1, 2, 7] {
        assert_eq!(head.forward(pictures([2, 4, side, side], &device)).dims(), [2, 3]);
    }
}

#[test]
fn chunks_change_no_feature() {
    let device = device();
    let model = model(Arch::Small, 3, &device).for_inference();
    for count in [1, 4, 5, 11] {
        let input = pictures([count, 3, 64, 64], &device);
        assert_eq!(values(model.features_in_chunks(input.clone())), values(model.features(input)), "{count} pictures");
    }
}
