//! Numbers rounded without their sum changing.

/// Rounds to whole numbers that add up to the rounded sum: as many as need be of those that rounding moved furthest go the other way.
/// Halves are rounded to even ones; of numbers that were moved alike the later ones go up first, and the earlier ones down.
pub(crate) fn round_keeping_sum(numbers: &[f64]) -> Vec<usize> {
    let mut rounded: Vec<f64> = numbers.iter().map(|number| number.round_ties_even()).collect();
    let goal = numbers.iter().sum::<f64>().round_ties_even();
    loop {
        let missing = goal - rounded.iter().sum::<f64>();
        if missing == 0.0 {
            break;
        }
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by(|&a, &b| (numbers[a] - rounded[a]).total_cmp(&(numbers[b] - rounded[b])));
        if missing > 0.0 {
            order.reverse();
        }
        for place in order.into_iter().take(missing.abs() as usize) {
            rounded[place] += missing.signum();
        }
    }
    rounded.into_iter().map(|number| number as usize).collect()
}

/// A sum whose rounding grows with the logarithm of the count, bit for bit numpy's: eight sums in turn of up to 128 numbers, and halves of
/// what is longer.
pub(crate) fn pairwise_sum(numbers: &[f64]) -> f64 {
    const LANES: usize = 8;
    if numbers.len() > 128 {
        let half = numbers.len() / 2;
        let (first, second) = numbers.split_at(half - half % LANES);
        return pairwise_sum(first) + pairwise_sum(second);
    }
    let (lanes, rest) = numbers.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for lane in lanes {
        for (sum, number) in sums.iter_mut().zip(lane) {
            *sum += number;
        }
    }
    let pairs = [0, 2, 4, 6].map(|lane| sums[lane] + sums[lane + 1]);
    rest.iter().fold((pairs[0] + pairs[1]) + (pairs[2] + pairs[3]), |sum, number| sum + number)
}

#[cfg(test)]
mod tests {
    use super::{pairwise_sum, round_keeping_sum};

    #[test]
    fn a_sum_of_any_length_has_all_of_its_numbers() {
        for count in [0, 1, 7, 8, 9, 128, 129, 1000] {
            let numbers: Vec<f64> = (1..=count).map(f64::from).collect();
            assert!((pairwise_sum(&numbers) - f64::from(count * (count + 1) / 2)).abs() < 1e-9);
        }
    }

    #[test]
    fn sums_stay_and_no_number_moves_by_one_or_more() {
        assert_eq!(round_keeping_sum(&[0.5, 0.5, 1.0]), [0, 1, 1]);
        assert_eq!(round_keeping_sum(&[1.6, 1.6, 1.8]), [1, 2, 2]);
        assert_eq!(round_keeping_sum(&[2.5, 1.5]), [2, 2]);
        assert!(round_keeping_sum(&[]).is_empty());
        for seed in 0..200_u32 {
            let numbers: Vec<f64> = (0..7).map(|place| f64::from((seed * 7 + place) * 7919 % 1000) / 97.0).collect();
            let rounded = round_keeping_sum(&numbers);
            let sum: f64 = numbers.iter().sum();
            assert_eq!(rounded.iter().sum::<usize>(), sum.round_ties_even() as usize);
            assert!(numbers.iter().zip(&rounded).all(|(number, &rounded)| (number - rounded as f64).abs() < 1.0));
        }
    }
}
