//! Last layers that know a tree: how wide a row is, what trains, what a file says of them.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use firelight_costs::{ClassTree, Groups, Taxonomy, Vocab};
use firelight_models::{ClassHead, Head, HeadConfig, Units};

fn tree() -> ClassTree {
    let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
    ClassTree::new(&Taxonomy::from_paths(["cat/Bengal", "dog/hound/beagle", "dog/pug"]).unwrap(), &vocab).unwrap()
}

fn ends() -> [ClassHead; 4] {
    let tree = tree();
    [
        ClassHead::Linear,
        ClassHead::frame(&tree).unwrap(),
        ClassHead::subspaces(&tree),
        ClassHead::parents(&tree.parents()),
    ]
}

fn config(end: ClassHead) -> HeadConfig {
    HeadConfig::new(4, 3).with_hidden([5]).with_dropout(0.0).with_end(end)
}

fn rows(head: &Head, width: usize) -> Vec<f32> {
    let features: Vec<f32> = (0..16).map(|at| (at * 7 % 11) as f32 / 4.0 - 1.0).collect();
    let features = Tensor::<1>::from_floats(features.as_slice(), &Device::flex()).reshape([2, 8]);
    let output = head.classify(features);
    assert_eq!(output.dims(), [2, width]);
    output.into_data().iter::<f32>().collect()
}

#[test]
fn a_row_has_the_scores_first_and_then_what_is_for_the_loss() {
    let device = Device::flex();
    let widths = [3, 3, 3 + 6, 3 + 3 + 3];
    // Fixed numbers neither train nor are they in a record.
    let trained = [3, 3, 6, 3 + 3].map(|last| last * 5);
    for ((end, width), last) in ends().into_iter().zip(widths).zip(trained) {
        let config = config(end.clone());
        assert_eq!((config.outputs(), config.classes()), (width, 3), "{end}");
        let branches = if matches!(end, ClassHead::Parents(_)) { 2 } else { 1 };
        let (norms, first) = (4 * (8 + 5), 8 * 5);
        let head = config.init(7, &device);
        assert_eq!(head.num_params(), branches * (norms + first) + last, "{end}");
        assert_eq!(config.numbers(), branches * first + last, "{end}");
        let row = rows(&head, width);
        let moved = head.clone().train().to_device(&device.clone().autodiff()).valid();
        assert_eq!(rows(&moved, width), row, "{end}");
    }
}

#[test]
fn a_frame_makes_scores_of_what_a_linear_head_gives() {
    let device = Device::flex();
    let [linear, frame, ..] = ends();
    let plain = rows(&config(linear).init(7, &device), 3);
    let framed = rows(&config(frame.clone()).init(7, &device), 3);
    let ClassHead::Frame(frame) = frame else { panic!("a frame") };
    for (plain, framed) in plain.chunks(3).zip(framed.chunks(3)) {
        for (class, score) in framed.iter().enumerate() {
            let want: f64 = plain.iter().zip(frame.vector(class)).map(|(x, w)| f64::from(*x) * w).sum();
            assert!((f64::from(*score) - want).abs() < 1e-5, "{score}, not {want}");
        }
    }
}

#[test]
fn a_file_says_what_comes_last_where_that_is_something() {
    for end in ends() {
        let config = config(end.clone());
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(text.contains("\"end\""), !end.is_linear(), "{text}");
        assert_eq!(serde_json::from_str::<HeadConfig>(&text).unwrap(), config);
    }
}

#[test]
fn an_end_for_other_classes_is_a_problem() {
    let head = HeadConfig::new(4, 2).with_end(ClassHead::subspaces(&tree()));
    assert_eq!(head.problem().unwrap(), "its last layer is made for 3 classes, and it has 2");
    let none = Groups::by(&Vocab::from_labels([""; 0]), str::to_owned);
    let head = HeadConfig::new(4, 0).with_end(ClassHead::parents(&none));
    assert_eq!(head.problem().unwrap(), "a head needs at least one feature, one class and no empty layer");
}

#[test]
fn units_are_those_of_the_values_and_nothing_else_changes() {
    let device = Device::flex();
    let plain = HeadConfig::new(8, 2).init(42, &device);
    let config = HeadConfig::new(8, 2).with_units(Units::new([10.0, -1e6], [0.5, 2e5]));
    let map = Tensor::<4>::ones([3, 8, 4, 4], &device);
    let told = |head: &Head| head.forward(map.clone()).into_data().iter::<f32>().collect::<Vec<_>>();
    let raw = told(&plain);
    for (told, raw) in told(&config.init(42, &device)).chunks(2).zip(raw.chunks(2)) {
        assert_eq!(told, [raw[0] * 0.5 + 10.0, raw[1] * 2e5 - 1e6]);
    }
    // A file of the head's weights has no units; the config has.
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<HeadConfig>(&text).unwrap(), config);
    for (units, said) in [
        (Units::new([0.0], [1.0]), "its units are of 1 means and 1 spreads, and it has 2 numbers"),
        (Units::new([0.0, f32::NAN], [1.0, 1.0]), "its units are not finite, or have no spread"),
        (Units::new([0.0, 0.0], [1.0, 0.0]), "its units are not finite, or have no spread"),
    ] {
        assert_eq!(HeadConfig::new(8, 2).with_units(units).problem().unwrap(), said);
    }
}
