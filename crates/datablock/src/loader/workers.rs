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
    /// More threads than this are surely a slip: no machine has as many cores, and starting them takes minutes.
    const MOST: usize = 1024;

    /// `0` takes as many threads as the processor runs at once.
    pub fn new(count: usize) -> Self {
        Self { count, pool: Arc::default() }
    }

    pub fn check(&self) -> Result<(), DataError> {
        if self.count <= Self::MOST {
            return Ok(());
        }
        let remedy = format!("give at most {}, or 0 for one a core", Self::MOST);
        Err(DataError::Setting { setting: "workers", value: self.count.to_string(), remedy })
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
