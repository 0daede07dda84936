use rayon::prelude::*;

use super::vectorized::vectorized;
use crate::factors::{AdamFactors, SgdFactors};

/// Numbers that a task updates.
const PIECE: usize = 1 << 14;

/// One pass over a parameter, its running means and its gradient.
pub fn adam(factors: &AdamFactors, parameter: &mut [f32], mean: &mut [f32], square: &mut [f32], gradient: &[f32]) {
    let AdamFactors { momentum, sqr_momentum, rate, square_unbias, epsilon, keep } = *factors;
    let factors = [momentum, 1.0 - momentum, sqr_momentum, 1.0 - sqr_momentum, square_unbias, epsilon, keep, rate];
    let factors = factors.map(|factor| factor as f32);
    let pieces = parameter.par_chunks_mut(PIECE).zip(mean.par_chunks_mut(PIECE)).zip(square.par_chunks_mut(PIECE));
    pieces.zip(gradient.par_chunks(PIECE)).for_each(|(((parameter, mean), square), gradient)| {
        adam_piece(factors, parameter, mean, square, gradient);
    });
}

vectorized! {
    fn adam_piece<'a>(
        factors: [f32; 8],
        parameter: &'a mut [f32],
        mean: &'a mut [f32],
        square: &'a mut [f32],
        gradient: &'a [f32],
    ) -> () {
        let [momentum, fresh, sqr_momentum, fresh_square, square_unbias, epsilon, keep, rate] = factors;
        for (((p, m), v), g) in parameter.iter_mut().zip(mean).zip(square).zip(gradient) {
            *m = *m * momentum + *g * fresh;
            *v = *v * sqr_momentum + *g * *g * fresh_square;
            *p = *p * keep - *m / ((*v * square_unbias).sqrt() + epsilon) * rate;
        }
    }
}

/// One pass over a parameter, its velocity and its gradient.
pub fn sgd(factors: &SgdFactors, parameter: &mut [f32], velocity: &mut [f32], gradient: &[f32]) {
    let SgdFactors { momentum, fresh, rate, keep, nesterov } = *factors;
    let factors = [momentum, fresh, rate, keep].map(|factor| factor as f32);
    let pieces = parameter.par_chunks_mut(PIECE).zip(velocity.par_chunks_mut(PIECE));
    pieces.zip(gradient.par_chunks(PIECE)).for_each(|((parameter, velocity), gradient)| {
        sgd_piece(factors, nesterov, parameter, velocity, gradient);
    });
}

vectorized! {
    fn sgd_piece<'a>(
        factors: [f32; 4],
        nesterov: bool,
        parameter: &'a mut [f32],
        velocity: &'a mut [f32],
        gradient: &'a [f32],
    ) -> () {
        let [momentum, fresh, rate, keep] = factors;
        for ((p, v), g) in parameter.iter_mut().zip(velocity).zip(gradient) {
            *v = *v * momentum + *g * fresh;
            *p = *p * keep - rate * if nesterov { *g + *v * momentum } else { *v };
        }
    }
}

/// Gradient descent without momentum.
pub fn descend(factors: &SgdFactors, parameter: &mut [f32], gradient: &[f32]) {
    let factors = [factors.rate, factors.keep].map(|factor| factor as f32);
    parameter
        .par_chunks_mut(PIECE)
        .zip(gradient.par_chunks(PIECE))
        .for_each(|(parameter, gradient)| descend_piece(factors, parameter, gradient));
}

vectorized! {
    fn descend_piece<'a>(factors: [f32; 2], parameter: &'a mut [f32], gradient: &'a [f32]) -> () {
        let [rate, keep] = factors;
        for (p, g) in parameter.iter_mut().zip(gradient) {
            *p = *p * keep - rate * *g;
        }
    }
}

/// The sum of all squares. Each task adds up a piece in as many sums as the widest registers have lanes, whatever the processor has, so
/// that every processor and number of threads gives the same bits.
pub fn sum_of_squares(numbers: &[f32]) -> f32 {
    let pieces: Vec<f32> = numbers.par_chunks(PIECE).map(squares_piece).collect();
    pieces.into_iter().map(f64::from).sum::<f64>() as f32
}

vectorized! {
    fn squares_piece<'a>(numbers: &'a [f32]) -> f32 {
        const LANES: usize = 32;
        let mut sums = [0.0_f32; LANES];
        let chunks = numbers.chunks_exact(LANES);
        let rest: f32 = chunks.remainder().iter().map(|number| number * number).sum();
        for chunk in chunks {
            for (sum, number) in sums.iter_mut().zip(chunk) {
                *sum += number * number;
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}
