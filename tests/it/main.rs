//! What ARCHITECTURE.md says of the crates, and tests on the device that `FIRELIGHT_DEVICE` names: `flex` (the default), `ndarray` or
//! `wgpu`.

mod bars;
mod decisions;
mod device;
mod devices;
mod heads;
mod house;
mod identities;
mod losses;
mod matrices;
mod metrics;
mod reference;
