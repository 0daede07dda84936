//! firelight
