use std::cell::Cell;
use std::mem::MaybeUninit;

thread_local! {
    static SPARE: Cell<Vec<Vec<f32>>> = const { Cell::new(Vec::new()) };
}

/// What memory holds in debug builds before it is written: a number that no arithmetic gives, since it is a signalling NaN and
/// results are quiet ones. What is made of it is not a number, so that reading left-overs shows.
const POISON: u32 = 0x7F80_DEAD;

/// Runs `work` with a buffer of `len` numbers that this thread keeps for the next time. Its contents are left over.
pub fn with_scratch<R>(len: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut spare = SPARE.take();
    // The smallest that is large enough, otherwise the largest, which then grows.
    let index = (0..spare.len()).min_by_key(|index| {
        let has = spare[*index].len();
        if has >= len { (false, has) } else { (true, usize::MAX - has) }
    });
    let mut buffer = index.map(|index| spare.swap_remove(index)).unwrap_or_default();
    SPARE.set(spare);
    if buffer.len() < len {
        // Nothing of it is kept, so it need not be copied.
        buffer = vec![0.0; len];
    }
    if cfg!(debug_assertions) {
        buffer[..len].fill(f32::from_bits(POISON));
    }
    let result = work(&mut buffer[..len]);
    let mut spare = SPARE.take();
    spare.push(buffer);
    SPARE.set(spare);
    result
}

/// A number of an output that is not written yet.
pub type Blank = MaybeUninit<f32>;

/// A vector of `len` numbers written by `write`. Clearing outputs first took a tenth of a training step.
///
/// Debug builds look whether all of it is.
///
/// # Safety
///
/// `write` must write every number.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub unsafe fn written(len: usize, write: impl FnOnce(&mut [Blank])) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(len);
    let blank = &mut numbers.spare_capacity_mut()[..len];
    if cfg!(debug_assertions) {
        blank.fill(Blank::new(f32::from_bits(POISON)));
    }
    write(blank);
    // SAFETY: the capacity is at least `len`, and the caller promises that all of it is written.
    unsafe { numbers.set_len(len) };
    if cfg!(debug_assertions) {
        let left = numbers.iter().position(|number| number.to_bits() == POISON);
        assert_eq!(left, None, "a kernel has left a number of its output unwritten");
    }
    numbers
}

// What is looked at in debug builds alone.
#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a kernel has left a number of its output unwritten")]
    #[expect(unsafe_code, reason = "debug builds fill what is not written")]
    fn a_number_that_is_not_written_is_found() {
        let all_but_one = |output: &mut [Blank]| output[..6].fill(Blank::new(1.0));
        // SAFETY: in debug builds every number is filled beforehand.
        unsafe { written(7, all_but_one) };
    }

    #[test]
    fn what_is_left_over_is_not_a_number() {
        with_scratch(5, |numbers| numbers.fill(1.0));
        assert!(with_scratch(4, |numbers| numbers.iter().all(|number| number.is_nan())));
    }
}
