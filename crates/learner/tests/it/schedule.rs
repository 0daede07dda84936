use firelight_learner::{Curve, FlatCos, OneCycle, Piece, Rates, Schedule, WarmRestarts};

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (a, e) in actual.iter().zip(expected) {
        assert!((a - e).abs() <= tolerance, "{a} is not {e}");
    }
}

fn steps(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |step| step as f64 / count as f64)
}

/// Values that fastai gives (reference test T29).
#[test]
fn one_cycle_has_fastais_rates_and_momenta() {
    let cycle = Schedule::from(OneCycle::default());
    let rates: Vec<f64> = steps(8).map(|position| cycle.rate(1e-2, position)).collect();
    let expected = [0.0004, 0.0052, 0.01, 0.00933013368, 0.00750002486, 0.00500005, 0.00250007473, 0.000669966438];
    close(&rates, &expected, 1e-7);
    let momenta: Vec<f64> = steps(8).filter_map(|position| cycle.momentum(position)).collect();
    close(&momenta, &[0.95, 0.9, 0.85, 0.8566987, 0.875, 0.9, 0.925, 0.9433013], 1e-7);
}

#[test]
fn the_phases_of_fine_tune_have_fastais_rates() {
    let frozen = Schedule::from(OneCycle { pct_start: 0.99, ..OneCycle::default() });
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
    close(&rates, &expected, 1e-7);
    let thawed = Schedule::from(OneCycle { div: 5.0, pct_start: 0.3, ..OneCycle::default() });
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
    close(&rates, &expected, 1e-7);
}

#[test]
fn rates_spread_over_groups_as_fastais_slices() {
    close(&Rates::from(1e-3).spread(3), &[1e-3, 1e-3, 1e-3], 1e-12);
    close(&Rates::from(..1e-3).spread(3), &[1e-4, 1e-4, 1e-3], 1e-12);
    close(&Rates::from(1e-5..1e-3).spread(3), &[1e-5, 1e-4, 1e-3], 1e-12);
    close(&Rates::from(1e-5..1e-3).spread(1), &[1e-3], 1e-12);
    close(&Rates::Decayed(1e-3, 0.5).spread(4), &[1.25e-4, 2.5e-4, 5e-4, 1e-3], 1e-12);
}

#[test]
fn flat_cos_has_fastais_rates_and_leaves_the_momentum() {
    let schedule = Schedule::from(FlatCos::default());
    let rates: Vec<f64> = steps(8).map(|position| schedule.rate(1e-3, position)).collect();
    close(&rates, &[1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 0.000500005], 1e-9);
    assert_eq!(schedule.momentum(0.5), None);
}

#[test]
fn warm_restarts_begin_each_cycle_at_the_highest_rate() {
    let restarts = WarmRestarts::new(3, 1);
    assert_eq!(restarts.epochs(), 1 + 2 + 4);
    let schedule = Schedule::from(restarts);
    let rates: Vec<f64> = steps(14).map(|position| schedule.rate(1.0, position)).collect();
    let cosine = |x: f64| f64::midpoint(1.0, (std::f64::consts::PI * x).cos());
    let expected: Vec<f64> =
        [2, 4, 8].iter().flat_map(|&n| (0..n).map(move |i| cosine(f64::from(i) / f64::from(n)))).collect();
    close(&rates, &expected, 1e-12);
}

#[test]
fn curves_have_the_shapes_of_fastais_schedulers() {
    let middle = |piece| Curve::of([(1.0, piece)]).at(0.25);
    close(&[middle(Piece::linear(1.0, 3.0))], &[1.5], 1e-12);
    close(&[middle(Piece::cosine(1.0, 3.0))], &[1.2928932188], 1e-9);
    close(&[middle(Piece::exponential(1.0, 16.0))], &[2.0], 1e-12);
    close(&[middle(Piece::polynomial(1.0, 3.0, 2.0))], &[1.125], 1e-12);
    let shares = Curve::of([(1.0, Piece::flat(5.0)), (0.0, Piece::flat(7.0)), (3.0, Piece::linear(0.0, 1.0))]);
    close(
        &[shares.at(-1.0), shares.at(0.2), shares.at(0.25), shares.at(1.0), shares.at(2.0)],
        &[5.0, 5.0, 0.0, 1.0, 1.0],
        1e-12,
    );
}

#[test]
fn a_schedule_survives_being_stored() {
    for schedule in [Schedule::from(OneCycle::default()), WarmRestarts::new(2, 3).into(), Schedule::constant()] {
        let text = serde_json::to_string(&schedule).expect("text");
        assert_eq!(serde_json::from_str::<Schedule>(&text).expect("a schedule"), schedule);
    }
}
