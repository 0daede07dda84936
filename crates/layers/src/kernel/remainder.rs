//! Rows sorted by the remainder of their columns, so that a strided read is one of neighbours.

use super::vectorized::vectorized;

/// `first` gets numbers 0, 2, 4, … of `row`, `second` those between. Both may have room behind.
#[inline(always)]
pub fn halve(row: &[f32], first: &mut [f32], second: &mut [f32]) {
    let (pairs, rest) = row.as_chunks::<2>();
    let (first, behind) = first.split_at_mut(pairs.len());
    for ((&[a, b], first), second) in pairs.iter().zip(first).zip(second) {
        (*first, *second) = (a, b);
    }
    if let (Some(last), Some(first)) = (rest.first(), behind.first_mut()) {
        *first = *last;
    }
}

vectorized! {
    /// Each row of `width` numbers with the columns of remainder 0 by `step` first, then those of remainder 1, and so on.
    pub fn sort_rows<'a>(input: &'a [f32], width: usize, step: usize, sorted: &'a mut [f32]) -> () {
        for (to, from) in sorted.chunks_exact_mut(width).zip(input.chunks_exact(width)) {
            if step == 2 {
                let (first, second) = to.split_at_mut(width.div_ceil(2));
                halve(from, first, second);
                continue;
            }
            let mut rest = to;
            for phase in 0..step.min(width) {
                let (part, next) = rest.split_at_mut((width + step - 1 - phase) / step);
                for (to, from) in part.iter_mut().zip(from[phase..].chunks(step)) {
                    *to = from[0];
                }
                rest = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_sorted_by_their_remainder() {
        let row = |numbers: &[u8]| numbers.iter().map(|&n| f32::from(n)).collect::<Vec<_>>();
        for (width, step, sorted) in [
            (7, 2, row(&[0, 2, 4, 6, 1, 3, 5])),
            (6, 2, row(&[0, 2, 4, 1, 3, 5])),
            (1, 2, row(&[0])),
            (7, 3, row(&[0, 3, 6, 1, 4, 2, 5])),
        ] {
            let input: Vec<f32> = (0..2 * width).map(|at| (at % width) as f32).collect();
            let mut found = vec![-1.0; 2 * width];
            sort_rows(&input, width, step, &mut found);
            assert_eq!(found, [sorted.clone(), sorted].concat(), "{width} by {step}");
        }
    }
}
