//! What the doctor promises.

mod confident;
mod corrections;
mod duplicates;
mod features;
mod findings;
mod looks;
#[cfg(feature = "page")]
mod page;
