//! What frames, products with parents and trees from features promise.

use firelight_costs::{
    ClassFrame, ClassHead, ClassTree, ClassVectors, CostError, Distance, Ensemble, Groups, Taxonomy, Vocab,
};
use proptest::prelude::*;

use crate::trust::{Draws, tree, vocab};

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A row's numbers go by the order of the nodes, which goes by their names.
#[test]
fn subspaces_of_a_tree_with_other_names_within_are_others() {
    let vocab = vocab(3);
    let of = |groups: [&str; 3]| {
        let paths = groups.into_iter().zip(vocab.iter()).map(|(group, class)| format!("{group}/{class}"));
        ClassHead::subspaces(&ClassTree::new(&Taxonomy::from_paths(paths).unwrap(), &vocab).unwrap()).to_string()
    };
    assert_eq!(of(["cats", "dogs", "dogs"]), of(["cats", "dogs", "dogs"]));
    assert_ne!(of(["cats", "dogs", "dogs"]), of(["pets", "dogs", "dogs"]));
}

#[test]
fn a_frame_forgets_its_tree_as_gamma_grows_and_is_refused_where_its_matrices_would_not_fit() {
    let tree = tree(&[vec![0], vec![0], vec![1], vec![1]]);
    for gamma in [8.0, 20.0, 50.0, 500.0] {
        let frame = ClassFrame::new(&tree, gamma).unwrap();
        assert!(frame.cosine(0, 2) <= frame.cosine(0, 1) && frame.cosine(0, 1) <= (-gamma / 2.0).exp(), "{gamma}");
    }
    let (classes, most) = (ClassFrame::MOST_CLASSES + 1, ClassFrame::MOST_CLASSES);
    let many = ClassTree::flat(&vocab(classes), "root").unwrap();
    assert_eq!(ClassFrame::new(&many, 2.0), Err(CostError::FrameOfClasses { classes, most }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn vectors_of_a_frame_have_length_1_and_cosines_that_fall_with_the_tree(
        shape in prop::collection::vec(prop::collection::vec(0usize..3, 0..4), 1..12),
        // Numbers that a file has as they are.
        gamma in (4u32..64).prop_map(|eighths| f64::from(eighths) / 8.0),
    ) {
        let tree = tree(&shape);
        let frame = ClassFrame::new(&tree, gamma).unwrap();
        let classes = shape.len();
        let height = |a: usize, b: usize| tree.taxonomy().meeting_height(tree.leaf(a), tree.leaf(b));
        for a in 0..classes {
            prop_assert!((frame.cosine(a, a) - 1.0).abs() < 1e-12);
            for b in 0..classes {
                let cosine = frame.cosine(a, b);
                prop_assert!((dot(frame.vector(a), frame.vector(b)) - cosine).abs() < 1e-9);
                prop_assert!((-1.0..=1.0).contains(&cosine));
                for c in 0..classes {
                    prop_assert!((height(a, b) < height(a, c)) == (cosine > frame.cosine(a, c) + 1e-12) || height(a, b) > height(a, c));
                }
                let unit: f64 = (0..classes).map(|at| frame.inverse()[a * classes + at] * frame.vectors()[at * classes + b]).sum();
                prop_assert!((unit - f64::from(u8::from(a == b))).abs() < 1e-6, "{unit}");
            }
        }
        let text = serde_json::to_string(&ClassHead::Frame(frame.clone())).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClassHead>(&text).unwrap(), ClassHead::Frame(frame));
    }

    #[test]
    fn a_product_is_a_distribution_and_even_parents_change_nothing(
        seed in any::<u64>(), classes in 1usize..9, groups in 1usize..5,
    ) {
        let mut draws = Draws::new(seed);
        let vocab = vocab(classes);
        let by = Groups::by(&vocab, |name| format!("g{}", vocab.find(name).unwrap_or(0) % groups));
        let parents = Vocab::from_labels(by.names().iter().map(String::as_str));
        let ensemble = Ensemble::new(&by, &vocab, &parents).unwrap();
        let row = |count: usize, draws: &mut Draws| -> Vec<f32> {
            let row = crate::trust::softmax(&draws.scores(count, 2.0));
            row.into_iter().map(|p| p as f32).collect()
        };
        let (leaves, coarse) = (row(classes, &mut draws), row(parents.len(), &mut draws));
        let both = ensemble.product(&leaves, &coarse);
        prop_assert!((both.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        // Within a group nothing but its sum changes.
        for a in 0..classes {
            for b in (0..classes).filter(|b| by.of(a) == by.of(*b)) {
                prop_assert!((both[a] * leaves[b] - both[b] * leaves[a]).abs() < 1e-5);
            }
        }
        let even = ensemble.product(&leaves, &vec![1.0 / parents.len() as f32; parents.len()]);
        prop_assert!(even.iter().zip(&leaves).all(|(a, b)| (a - b).abs() < 1e-5));
        prop_assert_eq!(ensemble.product(&leaves, &vec![0.0; parents.len()]), leaves);
    }

    /// Points in far-off heaps are first parted by these, however the classes are ordered; every class is a leaf.
    #[test]
    fn heaps_of_vectors_are_the_uppermost_groups_of_their_tree(
        seed in any::<u64>(), sizes in prop::collection::vec(1usize..5, 2..5),
    ) {
        let mut draws = Draws::new(seed);
        let mut points: Vec<(String, usize, Vec<f64>)> = Vec::new();
        for (heap, size) in sizes.iter().enumerate() {
            for number in 0..*size {
                let angle = heap as f64 * 1.3 + 0.2 * draws.next();
                points.push((format!("{}{number}", ["w", "x", "y", "z"][heap]), heap, vec![angle.cos(), angle.sin()]));
            }
        }
        points.sort_by(|_, _| if draws.next() < 0.5 { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
        let vectors = ClassVectors::new(points.iter().map(|(name, _, place)| (name.as_str(), place))).unwrap();
        for distance in [Distance::Cosine, Distance::Euclidean] {
            let whole = ClassTree::new(&vectors.taxonomy(distance).unwrap(), vectors.vocab()).unwrap();
            prop_assert_eq!(whole.taxonomy().len(), 2 * points.len() - 1);
            if sizes.len() == points.len() {
                continue;
            }
            let cut = ClassTree::new(&vectors.taxonomy_of(distance, &[sizes.len()]).unwrap(), vectors.vocab()).unwrap();
            let groups = cut.parents();
            for (a, (_, heap, _)) in points.iter().enumerate() {
                for (b, (_, other, _)) in points.iter().enumerate().filter(|(b, _)| *b != a) {
                    let alone = sizes[*heap] == 1 || sizes[*other] == 1;
                    prop_assert!(alone || (groups.of(a) == groups.of(b)) == (heap == other), "{}", cut.taxonomy());
                }
            }
        }
    }
}

#[test]
fn the_errors_of_heads_say_what_to_do() {
    let vocab = Vocab::from_labels(["a", "b", "c"]);
    let tree = ClassTree::new(&Taxonomy::from_paths(["x/a", "x/b", "c"]).unwrap(), &vocab).unwrap();
    for gamma in [0.0, -1.0, 1e-9, f64::NAN, f64::INFINITY] {
        let error = ClassFrame::new(&tree, gamma).unwrap_err().to_string();
        let want = format!(
            "gamma {gamma} gives classes that are near in the tree nearly the same vector; 1 to 5 are usual, and more for a deeper tree"
        );
        assert_eq!(error, want);
    }
    let groups = tree.parents();
    assert_eq!(groups.names(), ["x", "root"]);
    let error = Ensemble::new(&groups, &vocab, &Vocab::from_labels(["x", "y"])).unwrap_err().to_string();
    assert!(error.ends_with(r#"missing: ["y"]; not in vocab: ["root"]"#), "{error}");
    let ensemble = Ensemble::new(&groups, &vocab, &Vocab::from_labels(["x", "root"])).unwrap();
    let error = ensemble.products(&[[0.2_f32, 0.3, 0.5]], &[[0.5_f32; 2]; 2]).unwrap_err().to_string();
    assert_eq!(error, "there are 1 rows of classes and 2 rows of their parents; give both of the same pictures");
    let means = |rows: &[Vec<f32>], classes: &[usize]| ClassVectors::means(&vocab, rows, classes).unwrap_err();
    assert_eq!(means(&[vec![1.0]], &[0, 1]), CostError::TargetCount { rows: 1, targets: 2 });
    assert_eq!(means(&[vec![1.0], vec![2.0]], &[0, 1]), CostError::NoExamples { class: "c".into() });
    assert_eq!(means(&[vec![1.0]], &[7]), CostError::TargetOutOfRange { target: 7, classes: 3 });
    let error = means(&[vec![1.0], vec![2.0, 1.0], vec![0.0]], &[0, 1, 2]).to_string();
    assert_eq!(error, "embedding of \"b\" has 2 values, expected 1");
    assert!(means(&[vec![f32::NAN], vec![2.0], vec![0.0]], &[0, 1, 2]).to_string().contains("\"a\""));
    let places = ClassVectors::new([("a", [0.0]), ("b", [1.0]), ("c", [5.0])]).unwrap();
    assert_eq!(places.taxonomy(Distance::Cosine).unwrap_err(), CostError::ZeroEmbedding { class: "a".into() });
    for groups in [0, 1, 3, 9] {
        let error = places.taxonomy_of(Distance::Euclidean, &[2, groups]).unwrap_err();
        assert_eq!(error, CostError::LevelOfGroups { groups, classes: 3 });
    }
}

#[test]
fn a_learned_tree_has_a_level_for_each_number_and_a_name_of_its_own_for_each_node() {
    let places = [
        ("a + b", [0.0]),
        ("a", [10.0]),
        ("b", [11.0]),
        ("c", [13.0]),
        ("d", [100.0]),
        ("e", [101.0]),
        ("f", [102.5]),
        ("g", [103.0]),
    ];
    let vectors = ClassVectors::new(places).unwrap();
    let tree = vectors.taxonomy_of(Distance::Euclidean, &[2, 4]).unwrap();
    // With four groups c is alone, and so is the class that is called as the pair of a and b; d to g are not parted.
    let text = "root\n  a + b + a + 2 more\n    a + b\n    a + b (2)\n      a\n      b\n    c\n  d + e + 2 more\n    d\n    e\n    f\n    g";
    let four = vectors.taxonomy_of(Distance::Euclidean, &[4, 2]).unwrap();
    assert_eq!(tree.to_string(), four.to_string());
    assert_eq!(tree.to_string(), text);
    let binary = vectors.taxonomy(Distance::Euclidean).unwrap();
    assert!(binary.to_string().contains("a + b (2)"), "{binary}");
    // One class and none.
    assert_eq!(
        ClassVectors::new([("only", [1.0])]).unwrap().taxonomy(Distance::Cosine).unwrap().to_string(),
        "root\n  only"
    );
    let none = ClassVectors::new::<&str, [f64; 1]>([]).unwrap();
    assert_eq!(none.taxonomy(Distance::Cosine).unwrap().to_string(), "root");
}
