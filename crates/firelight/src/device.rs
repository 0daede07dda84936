//! Picking a device by name at run time, among the backends that are compiled in.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use burn::tensor::Device;

use crate::DeviceError;

/// The environment variable that [`device_from_env`] reads.
const VARIABLE: &str = "FIRELIGHT_DEVICE";

/// All backends that have a feature, with the names that they go by.
const BACKENDS: [&str; 9] = ["flex", "ndarray", "wgpu", "vulkan", "metal", "cuda", "rocm", "cpu", "ws"];

/// The names of the backends that this program can choose from.
///
/// ```
/// assert!(firelight::compiled_devices().contains(&"flex"));
/// ```
pub fn compiled_devices() -> Vec<&'static str> {
    let compiled = [
        cfg!(feature = "flex"),
        cfg!(feature = "ndarray"),
        cfg!(feature = "wgpu"),
        cfg!(feature = "vulkan"),
        cfg!(feature = "metal"),
        cfg!(feature = "cuda"),
        cfg!(feature = "rocm"),
        cfg!(feature = "cpu"),
        cfg!(feature = "remote"),
    ];
    BACKENDS.into_iter().zip(compiled).filter_map(|(name, compiled)| compiled.then_some(name)).collect()
}

/// The device that the environment variable `FIRELIGHT_DEVICE` names; `flex` if it is not set, or empty.
///
/// ```
/// let device = firelight::device_from_env()?; // FIRELIGHT_DEVICE=wgpu cargo run …
/// # Ok::<(), firelight::DeviceError>(())
/// ```
///
/// # Errors
///
/// As [`device_by_name`].
pub fn device_from_env() -> Result<Device, DeviceError> {
    let name = std::env::var(VARIABLE).ok().filter(|name| !name.trim().is_empty());
    device_by_name(name.as_deref().unwrap_or("flex"))
}

/// The device with this name, in whatever letter case.
///
/// | name | device |
/// |---|---|
/// | `flex` | the processor, fast kernels |
/// | `ndarray` | the processor, for comparison: training is some 30 times slower than on `flex` |
/// | `wgpu`, `wgpu:0`, `wgpu:cpu` | the best, the first discrete, or a software adapter of WebGPU |
/// | `vulkan`, `metal` | the same through that interface alone |
/// | `cuda`, `cuda:1`, `rocm:0` | an NVIDIA or AMD card by number, 0 if not given |
/// | `cpu` | the processor through `CubeCL`, compiled kernels |
/// | `ws://host:7000`, `ws://host:7000#1` | a device that another process serves (`serve_devices`, feature `remote`), the first or by number |
///
/// ```
/// let device = firelight::device_by_name("flex")?;
/// # let _ = device;
/// let error = firelight::device_by_name("tpu").unwrap_err();
/// assert!(error.to_string().starts_with("device: there is no backend \"tpu\"; this program has flex"));
/// # Ok::<(), firelight::DeviceError>(())
/// ```
///
/// # Errors
///
/// [`DeviceError`]: not a backend, not compiled in, or not present.
pub fn device_by_name(name: &str) -> Result<Device, DeviceError> {
    static KNOWN: LazyLock<Known<Device>> = LazyLock::new(Known::default);
    let name = name.trim();
    let (backend, which) = name.split_once(':').map_or((name, None), |(backend, which)| (backend, Some(which)));
    let backend = backend.to_ascii_lowercase();
    let key = which.map_or(backend.clone(), |which| format!("{backend}:{which}"));
    KNOWN.get(key, || open(name, &backend, which))
}

/// What is made once for a name and kept, each under a lock of its own: a WebGPU runtime can be set up once in a program, and a worker
/// far away may let one wait for it, but not those who want another device.
struct Known<T>(Mutex<HashMap<String, Place<T>>>);

type Place<T> = Arc<Mutex<Option<T>>>;

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Known<T> {
    fn get<E>(&self, name: String, create: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().clone();
        let mut known = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = &*known {
            return Ok(there.clone());
        }
        let made = create()?;
        *known = Some(made.clone());
        Ok(made)
    }
}

/// burn marks its ndarray backend as deprecated; it is kept for comparison. Without any backend nothing is looked at.
#[allow(deprecated, unused_variables)]
fn open(name: &str, backend: &str, which: Option<&str>) -> Result<Device, DeviceError> {
    let compiled = || compiled_devices().join(", ");
    let unreadable = || DeviceError::Number { name: name.into(), remedy: forms(backend) };
    match backend {
        #[cfg(feature = "flex")]
        "flex" if which.is_none() => Ok(Device::flex()),
        #[cfg(feature = "ndarray")]
        "ndarray" if which.is_none() => Ok(Device::ndarray()),
        #[cfg(feature = "cpu")]
        "cpu" if which.is_none() => Ok(Device::cpu()),
        #[cfg(feature = "wgpu")]
        "wgpu" => webgpu(name, kind(which).ok_or_else(unreadable)?, burn::tensor::wgpu::WgpuBackend::Auto),
        #[cfg(feature = "vulkan")]
        "vulkan" => webgpu(name, kind(which).ok_or_else(unreadable)?, burn::tensor::wgpu::WgpuBackend::Vulkan),
        #[cfg(feature = "metal")]
        "metal" => webgpu(name, kind(which).ok_or_else(unreadable)?, burn::tensor::wgpu::WgpuBackend::Metal),
        #[cfg(feature = "cuda")]
        "cuda" => {
            numbered(name, burn::tensor::DeviceType::Cuda, which.unwrap_or("0").parse().map_err(|_| unreadable())?)
        }
        #[cfg(feature = "rocm")]
        "rocm" => {
            numbered(name, burn::tensor::DeviceType::Rocm, which.unwrap_or("0").parse().map_err(|_| unreadable())?)
        }
        #[cfg(feature = "remote")]
        "ws" => crate::remote::connect(name),
        known if BACKENDS.contains(&known) && !compiled_devices().contains(&known) => {
            let feature = if known == "ws" { "remote" } else { known };
            Err(DeviceError::NotCompiledIn { name: name.into(), feature: feature.into(), compiled: compiled() })
        }
        known if BACKENDS.contains(&known) => Err(unreadable()),
        _ => Err(DeviceError::Unknown { name: name.into(), compiled: compiled() }),
    }
}

/// How devices of a backend are written, for people.
fn forms(backend: &str) -> String {
    match backend {
        "wgpu" | "vulkan" | "metal" => format!("{backend}, {backend}:0 or {backend}:cpu"),
        "cuda" | "rocm" => format!("{backend} or {backend}:0"),
        // The processor is one device.
        _ => backend.into(),
    }
}

/// Nothing, a number or `cpu` after the colon.
#[cfg(feature = "wgpu")]
fn kind(which: Option<&str>) -> Option<burn::tensor::DeviceKind> {
    use burn::tensor::DeviceKind;
    match which {
        None => Some(DeviceKind::DefaultDevice),
        Some("cpu") => Some(DeviceKind::Cpu),
        Some(number) => number.parse().ok().map(DeviceKind::DiscreteGpu),
    }
}

#[cfg(feature = "wgpu")]
fn webgpu(
    name: &str,
    kind: burn::tensor::DeviceKind,
    api: burn::tensor::wgpu::WgpuBackend,
) -> Result<Device, DeviceError> {
    // Set up before the first tensor, so that a missing adapter is an error here and not a panic there.
    Device::wgpu_options().device_kind(kind).graphics_api(api).init().map_err(|error| DeviceError::NotPresent {
        name: name.into(),
        why: error.to_string(),
        compiled: compiled_devices().join(", "),
    })
}

/// The card with this number among those that are there.
#[cfg(any(feature = "cuda", feature = "rocm"))]
fn numbered(name: &str, of: burn::tensor::DeviceType, number: usize) -> Result<Device, DeviceError> {
    let devices = Device::enumerate(of).into_vec();
    devices.get(number).cloned().ok_or_else(|| DeviceError::NotPresent {
        name: name.into(),
        why: format!("{} such card(s) found", devices.len()),
        compiled: compiled_devices().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::Known;

    /// B46: who waits for a device that does not answer keeps nobody from another one; a failure is not kept, what is made is made once.
    #[test]
    fn one_that_is_waited_for_holds_up_no_other() {
        let known: Known<u8> = Known::default();
        let (known, (answer, waits)) = (&known, channel::<()>());
        std::thread::scope(|scope| {
            let far = scope.spawn(move || known.get("far".into(), || waits.recv().map(|()| 1)));
            assert_eq!(known.get("near".into(), || Ok::<_, ()>(2)), Ok(2)); // while the other one may wait for ever
            assert_eq!(known.get("near".into(), || Err(())), Ok(2));
            answer.send(()).expect("somebody waits");
            assert_eq!(far.join().expect("no panic"), Ok(1));
        });
        assert_eq!(known.get("gone".into(), || Err::<u8, _>("not there")), Err("not there"));
        assert_eq!(known.get("gone".into(), || Ok::<_, ()>(3)), Ok(3));
    }
}
