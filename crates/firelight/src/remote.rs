//! Devices of other processes, on this machine or another, over a WebSocket.

use std::net::TcpListener;

use burn::tensor::Device;
use burn::tensor::remote::RemoteHost;
use burn::tensor::server::{RemoteServer, TokenAuthorizer, WebSocketTransport};

use crate::DeviceError;

/// Environment variable of the word that a worker wants to hear.
const TOKEN: &str = "FIRELIGHT_TOKEN";

/// The device behind `ws://host:port` or `ws://host:port#number`.
pub(crate) fn connect(name: &str) -> Result<Device, DeviceError> {
    let unreachable = |why: String| DeviceError::Unreachable { name: name.into(), why };
    let (url, number) = match name.split_once('#') {
        None => (name, 0),
        Some((url, number)) => {
            (url, number.parse().map_err(|_| unreachable(format!("{number:?} is not the number of a device")))?)
        }
    };
    let host = RemoteHost::websocket(url);
    let host = match std::env::var(TOKEN) {
        Ok(token) => host.with_credential(token),
        Err(_) => host,
    };
    let device: Result<Device, _> = Device::remote_options(&host).device_index(number).init();
    device.map_err(|error| unreachable(error.to_string()))
}

/// Serves `devices`, all of one backend, to other programs until the process gets Ctrl+C or `SIGTERM`. Those name them
/// `ws://host:port`, the others of the list `ws://host:port#1` and so on ([`device_by_name`](crate::device_by_name)).
///
/// The traffic is not encrypted: serve on the loopback, in a network that is trusted, or through a tunnel. If the environment
/// variable `FIRELIGHT_TOKEN` is set, clients must have the same one.
///
/// ```no_run
/// let listener = std::net::TcpListener::bind("127.0.0.1:7000")?;
/// firelight::serve_devices([firelight::device_by_name("flex")?], listener)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`DeviceError::Serve`]: an empty token, devices of several backends, or a listener that fails.
pub fn serve_devices(devices: impl IntoIterator<Item = Device>, listener: TcpListener) -> Result<(), DeviceError> {
    let address = listener.local_addr().map_or_else(|_| "its listener".into(), |address| address.to_string());
    let failed = |why: String| DeviceError::Serve { address: address.clone(), why };
    let mut server = RemoteServer::new(devices);
    if let Ok(token) = std::env::var(TOKEN) {
        let authorizer = TokenAuthorizer::new(token).map_err(|error| failed(format!("{TOKEN}: {error}")))?;
        server = server.with_authorizer(authorizer);
    }
    server.serve(WebSocketTransport::from_listener(listener)).map_err(|error| failed(error.to_string()))
}
