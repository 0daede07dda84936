//! A worker's whole program.

use std::net::{SocketAddr, TcpListener};

use crate::remote::serve_told;
use crate::{DeviceError, device_by_name};

/// Serves the device of a name ([`device_by_name`](crate::device_by_name)) at a place, as [`serve_devices`](crate::serve_devices) does: a worker's whole program. `started` hears
/// where it listens, which for port 0 is any free one.
///
/// ```no_run
/// firelight::lend_device("flex", ([127, 0, 0, 1], 7000).into(), |address| println!("ws://{address}"))?;
/// # Ok::<(), firelight::DeviceError>(())
/// ```
///
/// # Errors
///
/// As [`device_by_name`](crate::device_by_name) and [`serve_devices`](crate::serve_devices), and [`DeviceError::Serve`] where something else listens.
pub fn lend_device(name: &str, place: SocketAddr, started: impl FnOnce(SocketAddr)) -> Result<(), DeviceError> {
    let device = device_by_name(name)?;
    let failed = |error: std::io::Error| DeviceError::Serve {
        address: place.to_string(),
        why: format!("cannot listen: {error}; choose another port"),
    };
    let listener = TcpListener::bind(place).map_err(failed)?;
    serve_told([device], listener, started)
}
