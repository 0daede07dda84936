//! datablock
