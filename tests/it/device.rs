use burn::tensor::Device;

/// The device to test on.
pub fn device() -> Device {
    match std::env::var("FIRELIGHT_DEVICE").as_deref() {
        Err(_) | Ok("flex") => Device::flex(),
        #[cfg(feature = "ndarray")]
        #[expect(deprecated, reason = "the backend is kept for comparison")]
        Ok("ndarray") => Device::ndarray(),
        #[cfg(feature = "wgpu")]
        Ok("wgpu") => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice),
        Ok(other) => panic!("no device {other:?} in this build"),
    }
}
