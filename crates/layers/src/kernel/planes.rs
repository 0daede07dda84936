//! The planes that a product writes, shared out among tasks.

use std::marker::PhantomData;
use std::ops::Range;
#[cfg(debug_assertions)]
use std::sync::{Mutex, PoisonError};

use super::Finish;
use super::finish::FinishPlane;
use super::scratch::Blank;

/// The planes that a product writes: one for every picture and output channel.
///
/// Tasks write strips across all planes of some channels. Locks kept them apart once, and took half of the time of a convolution
/// with few inputs: a processor waits at each for all that it has still to write. So tasks are trusted, and debug builds look whether
/// strips meet.
pub struct Planes<'a> {
    first: *mut Blank,
    pictures: usize,
    channels: usize,
    /// Numbers of a plane.
    plane: usize,
    output: PhantomData<&'a mut [Blank]>,
    #[cfg(debug_assertions)]
    strips: Mutex<Vec<Range<usize>>>,
}

// SAFETY: it is a mutable slice of plain numbers, of which `strip` gives out parts, and its callers promise that these do not meet.
#[expect(unsafe_code, reason = "tasks write strips of planes, which no safe split has in this order")]
unsafe impl Sync for Planes<'_> {}

impl<'a> Planes<'a> {
    pub fn new(output: &'a mut [Blank], plane: usize, channels: usize) -> Self {
        Self {
            pictures: output.len() / (plane * channels).max(1),
            first: output.as_mut_ptr(),
            channels,
            plane,
            output: PhantomData,
            #[cfg(debug_assertions)]
            strips: Mutex::default(),
        }
    }

    /// Numbers `range` of a plane, to be written.
    ///
    /// # Safety
    ///
    /// Between two calls of [`done`](Self::done), no two ranges of a plane meet.
    #[expect(unsafe_code, reason = "tasks write strips of planes, which no safe split has in this order")]
    #[expect(clippy::mut_from_ref, reason = "strips do not meet")]
    #[inline(always)]
    pub unsafe fn strip(&self, picture: usize, channel: usize, range: Range<usize>) -> &mut [Blank] {
        assert!(
            picture < self.pictures && channel < self.channels && range.start <= range.end && range.end <= self.plane
        );
        let at = (picture * self.channels + channel) * self.plane;
        #[cfg(debug_assertions)]
        self.strips.lock().unwrap_or_else(PoisonError::into_inner).push(at + range.start..at + range.end);
        // SAFETY: the range is within its plane, that within the slice, and the caller promises that nobody else has a part of it.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(at + range.start), range.len()) }
    }

    /// What happens to the sums of a plane before they are written.
    #[inline(always)]
    pub fn finish<'f>(&self, finish: &Finish<'f>, picture: usize, channel: usize) -> FinishPlane<'f> {
        finish.of(picture * self.channels + channel, channel, self.plane)
    }

    /// Tells that all strips are written; the next may cover the same places.
    #[cfg_attr(not(debug_assertions), expect(clippy::unused_self, reason = "debug builds look at it"))]
    pub fn done(&self) {
        #[cfg(debug_assertions)]
        {
            let mut strips = std::mem::take(&mut *self.strips.lock().unwrap_or_else(PoisonError::into_inner));
            strips.sort_by_key(|strip| strip.start);
            let met = strips.windows(2).find(|pair| pair[0].end > pair[1].start);
            assert_eq!(met, None, "two tasks have written the same numbers");
        }
    }
}

// What is looked at in debug builds alone.
#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    fn strips(ranges: [Range<usize>; 2], done_between: bool) {
        let mut output = [Blank::new(0.0); 12];
        let planes = Planes::new(&mut output, 6, 2);
        for range in ranges {
            #[expect(unsafe_code, reason = "no strip is kept")]
            // SAFETY: no strip is there any longer when the next is made.
            unsafe { planes.strip(0, 1, range) }.fill(Blank::new(1.0));
            if done_between {
                planes.done();
            }
        }
        planes.done();
    }

    #[test]
    #[should_panic(expected = "two tasks have written the same numbers")]
    fn strips_that_meet_are_found() {
        strips([3..6, 0..4], false);
    }

    #[test]
    fn strips_side_by_side_and_one_after_the_other_are_fine() {
        strips([3..6, 0..3], false);
        strips([3..6, 0..4], true);
    }
}
