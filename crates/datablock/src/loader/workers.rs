//! The threads that decode and transform.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::DataError;

/// A pool of worker threads, started at its first use and shared by the loaders of one `DataLoaders`.
#[derive(Clone)]
pub(crate) struct Workers {
    count: usize,
    pool: Arc<OnceLock<Arc<ThreadPool>>>,
}

impl Workers {
    /// `0` takes as many threads as the processor runs at once.
    pub fn new(count: usize) -> Self {
        Self { count, pool: Arc::default() }
    }

    pub fn pool(&self) -> Result<Arc<ThreadPool>, DataError> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool.clone());
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.count)
            .thread_name(|i| format!("firelight-loader-{i}"))
            .build()
            .map_err(|error| DataError::Workers { why: error.to_string() })?;
        Ok(self.pool.get_or_init(|| Arc::new(pool)).clone())
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("count", &self.count).finish_non_exhaustive()
    }
}
