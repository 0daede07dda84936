//! How long a download waits, and how often it tries again.

use std::time::Duration;

/// How long a download waits for a server, and how often it tries again.
///
/// ```
/// use firelight_download::Patience;
///
/// let hurried = Patience::default().with_retries(0);
/// assert_eq!(hurried.retries, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Patience {
    /// How many times a connection may fail in a row without 64 KiB having come over all of them. Default 4.
    pub retries: u32,
    /// The pause before the first retry; each further one in a row lasts twice as long, 30 s at most.
    /// Default 500 ms.
    pub pause: Duration,
    /// How long name look-up and connecting may take each, and how long a server may stay silent before its answer
    /// or within it. Default 30 s. The whole transfer has no limit: a slow line is not a broken one.
    pub silence: Duration,
    /// Bytes a second that come at least, on average over [`silence`](Self::silence); a connection that brings fewer counts as failed: a server
    /// that sends a byte now and then is never silent. Default 512, and 0 for any number.
    pub lowest_rate: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { retries: 4, pause: Duration::from_millis(500), silence: Duration::from_secs(30), lowest_rate: 512 }
    }
}

impl Patience {
    /// Gives up after `retries` failures in a row that brought next to nothing.
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Pauses this long before the first retry.
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Takes a connection for broken after this much silence.
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Takes a connection for broken that brings fewer bytes a second than this.
    pub fn with_lowest_rate(mut self, bytes_a_second: u64) -> Self {
        self.lowest_rate = bytes_a_second;
        self
    }

    /// The pause before the retry number `retry` in a row, counted from 1.
    pub(crate) fn pause_before(&self, retry: u32) -> Duration {
        const LONGEST: Duration = Duration::from_secs(30);
        let doubled = 1_u32.checked_shl(retry.saturating_sub(1)).unwrap_or(u32::MAX);
        self.pause.saturating_mul(doubled).min(LONGEST)
    }
}
