//! Why a device cannot be had.

/// Why there is no such device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No backend has this name.
    #[error("device: there is no backend {name:?}; this program has {compiled}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names of the backends that are compiled in.
        compiled: String,
    },
    /// The backend exists, but this program was built without it.
    #[error("device: {name} is not compiled in; build with `--features {feature}`, or use one of {compiled}")]
    NotCompiledIn {
        /// The name asked for.
        name: String,
        /// The Cargo feature that compiles it in.
        feature: String,
        /// The names of the backends that are compiled in.
        compiled: String,
    },
    /// The part after the colon makes no sense.
    #[error("device: {name:?} has a number or kind that cannot be read; write {remedy}")]
    Number {
        /// The name asked for.
        name: String,
        /// What names a device of its backend.
        remedy: String,
    },
    /// The backend is compiled in, but the machine has no such device.
    #[error("device: {name} is not present on this machine: {why}; use one of {compiled}, or install its driver")]
    NotPresent {
        /// The name asked for.
        name: String,
        /// What the driver said.
        why: String,
        /// The names of the backends that are compiled in.
        compiled: String,
    },
    /// No worker answers at this address, or it refuses.
    #[error("device: {name} cannot be reached: {why}; start a worker there, or name another device")]
    Unreachable {
        /// The name asked for.
        name: String,
        /// What went wrong.
        why: String,
    },
    /// Devices cannot be served to other programs.
    #[error("device: cannot serve on {address}: {why}")]
    Serve {
        /// Where clients were to come in.
        address: String,
        /// What went wrong.
        why: String,
    },
}
