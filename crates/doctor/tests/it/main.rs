//! What the doctor promises.

mod confident;
mod duplicates;
