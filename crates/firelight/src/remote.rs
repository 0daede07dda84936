//! Devices of other processes, on this machine or another, over a WebSocket.

use std::net::{SocketAddr, TcpListener};

use burn::tensor::Device;
use burn::tensor::remote::RemoteHost;
use burn::tensor::server::{RemoteServer, TokenAuthorizer, WebSocketTransport};

use crate::DeviceError;
use crate::token::{check, token};

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
    let host = match token().map_err(unreachable)? {
        Some(token) => host.with_credential(token),
        None => host,
    };
    let device: Result<Device, _> = Device::remote_options(&host).device_index(number).init();
    device.map_err(|error| unreachable(error.to_string()))
}

/// Serves `devices`, all of one backend, to other programs until the process gets Ctrl+C or `SIGTERM`. Those name them
/// `ws://host:port`, the others of the list `ws://host:port#1` and so on ([`device_by_name`](crate::device_by_name)).
///
/// The traffic is not encrypted: serve on the loopback, in a network that is trusted, or through a tunnel. If the environment
/// variable `FIRELIGHT_TOKEN` is set, clients must have the same one; where other machines reach the listener, it has to be.
///
/// ```no_run
/// let listener = std::net::TcpListener::bind("127.0.0.1:7000")?;
/// firelight::serve_devices([firelight::device_by_name("flex")?], listener)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`DeviceError::Serve`]: a token that is empty or no text, none on an address that other machines reach, devices of several backends, or a
/// listener that fails.
pub fn serve_devices(devices: impl IntoIterator<Item = Device>, listener: TcpListener) -> Result<(), DeviceError> {
    serve_told(devices, listener, |_| ())
}

/// The same; `started` hears where it listens, once it is known that nobody is served who may not be.
pub(crate) fn serve_told(
    devices: impl IntoIterator<Item = Device>,
    listener: TcpListener,
    started: impl FnOnce(SocketAddr),
) -> Result<(), DeviceError> {
    let address = listener.local_addr().map_or_else(|_| "its listener".into(), |address| address.to_string());
    let failed = |why: String| DeviceError::Serve { address: address.clone(), why };
    let token = token().map_err(failed)?;
    check(listener.local_addr().ok().map(|address| address.ip()), token.as_deref()).map_err(failed)?;
    let mut server = RemoteServer::new(devices);
    if let Some(token) = token {
        let authorizer = TokenAuthorizer::new(token).map_err(|error| failed(error.to_string()))?;
        server = server.with_authorizer(authorizer);
    }
    if let Ok(address) = listener.local_addr() {
        started(address);
    }
    server.serve(WebSocketTransport::from_listener(listener)).map_err(|error| failed(error.to_string()))
}
