use std::cell::Cell;
use std::mem::MaybeUninit;

thread_local! {
    static SPARE: Cell<Vec<Vec<f32>>> = const { Cell::new(Vec::new()) };
}

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
/// # Safety
///
/// `write` must write every number.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub unsafe fn written(len: usize, write: impl FnOnce(&mut [Blank])) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(len);
    write(&mut numbers.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and the caller promises that all of it is written.
    unsafe { numbers.set_len(len) };
    numbers
}
