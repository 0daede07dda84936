use firelight_costs::{CostMatrix, Groups, HeldOut, Limit, SetRule, Vocab};
use proptest::prelude::*;

use super::{Draws, examples, halves, softmax, vocab};

fn average(rate: f64) -> Limit {
    Limit::on_average(rate).unwrap()
}

#[test]
fn examples_that_are_too_few_promise_every_class() {
    // 0.1 asks for 9 examples at least.
    let held = |count| examples(count, 3, 1.0, &mut Draws::new(3));
    let row = [0.9, 0.06, 0.04];
    assert_eq!(SetRule::lac().fit(&held(8), average(0.1)).unwrap().of(&row), [0, 1, 2]);
    assert!(SetRule::lac().fit(&held(9), average(0.1)).unwrap().of(&row).len() < 3);
    let none = HeldOut::of_scores(&vocab(3), &[[0.0_f32; 3]; 0], &[]).unwrap();
    for rule in [SetRule::lac(), SetRule::aps().per_class()] {
        let sets = rule.fit(&none, average(0.1)).unwrap();
        assert_eq!(sets.of(&row), [0, 1, 2]);
        assert!(sets.to_string().contains("always in, since 0 examples are too few"), "{sets}");
    }
    let cost = CostMatrix::uniform(&vocab(3));
    assert_eq!(SetRule::lac().fit_costs(&none, &cost, average(0.1)).unwrap().of(&row), [0, 1, 2]);
}

#[test]
fn a_row_that_is_no_number_may_be_any_class() {
    let sets = SetRule::lac().fit(&examples(50, 3, 1.0, &mut Draws::new(3)), average(0.3)).unwrap();
    assert_eq!(sets.of(&[f32::NAN, 0.5, 0.5]), [0, 1, 2]);
}

#[test]
fn a_class_without_examples_is_in_every_set_of_its_own_promise() {
    let held = HeldOut::of_probabilities(&vocab(3), &[[0.6_f32, 0.3, 0.1]; 20], &[0; 20]).unwrap();
    let sets = SetRule::lac().per_class().fit(&held, average(0.1)).unwrap();
    assert_eq!(sets.of(&[0.98, 0.01, 0.01]), [0, 1, 2]);
    insta::assert_snapshot!(sets, @r"
    sets without the actual class: at most 0.1 on average; LAC
    c0: in where likeliest (20 examples)
    c1: always in, since 0 examples are too few
    c2: always in, since 0 examples are too few
    ");
}

#[test]
fn promises_that_cannot_be_made_are_refused() {
    let held = examples(50, 3, 1.0, &mut Draws::new(3));
    let (vocab, limit) = (held.vocab().clone(), average(0.1));
    let cost = CostMatrix::uniform(&vocab);
    insta::assert_snapshot!(SetRule::raps(-1.0, 2).fit(&held, limit).unwrap_err(), @"penalty must be finite and >= 0");
    let others = Groups::by(&Vocab::from_labels(["a", "b"]), str::to_owned);
    assert!(
        SetRule::lac()
            .per_group(&others)
            .fit(&held, limit)
            .unwrap_err()
            .to_string()
            .contains(r#"missing: ["c0", "c1", "c2"]"#)
    );
    insta::assert_snapshot!(SetRule::lac().per_class().fit_costs(&held, &cost, limit).unwrap_err(), @"a limit of cost holds over all classes together; leave out .per_class() and .per_group()");
    let nothing = CostMatrix::from_fn(&vocab, |_, _| 0.0);
    assert!(SetRule::lac().fit_costs(&held, &nothing, limit).unwrap_err().to_string().starts_with("every cost is 0"));
    insta::assert_snapshot!(Limit::on_average(0.0).unwrap_err(), @"rate 0 must be above 0 and below 1");
    insta::assert_snapshot!(Limit::on_average(f64::NAN).unwrap_err(), @"rate NaN must be above 0 and below 1");
    insta::assert_snapshot!(Limit::with_confidence(0.1, 1.0).unwrap_err(), @"confidence 1 must be above 0 and below 1");
}

/// With costs that are all alike the nearest class is the actual one or none.
#[test]
fn a_limit_of_equal_costs_is_one_of_misses() {
    for seed in 1..20 {
        let mut draws = Draws::new(seed);
        let (held, fresh) = (examples(80, 4, 2.0, &mut draws), examples(50, 4, 2.0, &mut draws));
        let cost = CostMatrix::uniform(held.vocab());
        for rule in [SetRule::lac(), SetRule::aps(), SetRule::aps().randomised(1).may_be_empty()] {
            let (a, b) = (rule.fit(&held, average(0.2)).unwrap(), rule.fit_costs(&held, &cost, average(0.2)).unwrap());
            for row in fresh.rows() {
                assert_eq!(a.of(row), b.of(row));
            }
        }
    }
}

fn rules() -> [SetRule; 5] {
    let groups = halves(&vocab(4));
    [
        SetRule::lac(),
        SetRule::aps(),
        SetRule::raps(0.1, 1),
        SetRule::aps().randomised(9),
        SetRule::raps(0.1, 2).per_group(&groups),
    ]
}

proptest! {
    #[test]
    fn sets_are_in_order_deterministic_and_grow_with_the_promise(scores in prop::collection::vec(-4.0_f64..4.0, 4), seed in 1_u64..50) {
        let row: Vec<f32> = softmax(&scores).iter().map(|p| *p as f32).collect();
        let held = examples(60, 4, 2.0, &mut Draws::new(seed));
        for rule in rules() {
            let sets = [0.4, 0.2, 0.05].map(|rate| rule.fit(&held, average(rate)).unwrap());
            let found = sets.each_ref().map(|sets| sets.of(&row));
            prop_assert_eq!(&found, &sets.each_ref().map(|sets| sets.of(&row)));
            for set in &found {
                prop_assert!(set.windows(2).all(|pair| row[pair[0]] >= row[pair[1]]));
            }
            prop_assert!(found[0].iter().all(|class| found[1].contains(class)));
            prop_assert!(found[1].iter().all(|class| found[2].contains(class)));
        }
    }

    /// The threshold is that of the formula: of the examples it was fitted on, so many are covered and no fewer would do.
    #[test]
    fn as_many_held_out_examples_are_covered_as_the_formula_says(count in 9_usize..60, seed in 1_u64..50, rate in 0.05_f64..0.5) {
        let held = examples(count, 4, 1.5, &mut Draws::new(seed));
        for (number, rule) in rules().into_iter().take(4).enumerate() {
            let sets = rule.may_be_empty().fit(&held, average(rate)).unwrap();
            let covered = held.examples().filter(|(row, target)| sets.of(row).contains(target)).count();
            let needed = ((count + 1) as f64 * (1.0 - rate) - 1e-9).ceil() as usize;
            // Whole sums down to the unlikeliest class are all alike.
            let tied = number == 1 || number == 2;
            prop_assert!(covered == needed.min(count) || (tied && covered > needed), "{covered}, {needed} of {count}");
        }
    }
}
