use firelight_learner::{OneCycle, Rates};

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (a, e) in actual.iter().zip(expected) {
        assert!((a - e).abs() <= tolerance * e.abs().max(1e-3), "{a} is not {e}");
    }
}

fn steps(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |step| step as f64 / count as f64)
}

/// Values that fastai gives (reference test T29).
#[test]
fn one_cycle_has_fastais_rates_and_momenta() {
    let cycle = OneCycle::default();
    let rates: Vec<f64> = steps(8).map(|position| cycle.rate(1e-2, position)).collect();
    let expected = [0.0004, 0.0052, 0.01, 0.00933013368, 0.00750002486, 0.00500005, 0.00250007473, 0.000669966438];
    close(&rates, &expected, 1e-5);
    let momenta: Vec<f64> = steps(8).map(|position| cycle.momentum(position)).collect();
    close(&momenta, &[0.95, 0.9, 0.85, 0.8566987, 0.875, 0.9, 0.925, 0.9433013], 1e-6);
}

#[test]
fn the_phases_of_fine_tune_have_fastais_rates() {
    let frozen = OneCycle { pct_start: 0.99, ..OneCycle::default() };
    let rates: Vec<f64> = steps(10).map(|position| frozen.rate(2e-3, position)).collect();
    let expected = [
        8e-5,
        0.000127931725,
        0.000266940546,
        0.000483145389,
        0.000754956417,
        0.00105523125,
        0.0013539853,
        0.0016213853,
        0.00183072949,
        0.00196111323,
    ];
    close(&rates, &expected, 1e-5);
    let thawed = OneCycle { div: 5.0, pct_start: 0.3, ..OneCycle::default() };
    let rates: Vec<f64> = steps(10).map(|position| thawed.rate(1e-3, position)).collect();
    let expected = [
        2e-4,
        4e-4,
        8e-4,
        1e-3,
        0.000950484935,
        0.000811746804,
        0.000611264302,
        0.000388745698,
        0.000188263196,
        4.95251057e-5,
    ];
    close(&rates, &expected, 1e-5);
}

#[test]
fn rates_spread_over_groups_as_fastais_slices() {
    close(&Rates::from(1e-3).spread(3), &[1e-3, 1e-3, 1e-3], 1e-12);
    close(&Rates::from(..1e-3).spread(3), &[1e-4, 1e-4, 1e-3], 1e-12);
    close(&Rates::from(1e-5..1e-3).spread(3), &[1e-5, 1e-4, 1e-3], 1e-12);
    close(&Rates::from(1e-5..1e-3).spread(1), &[1e-3], 1e-12);
}
