//! Where downloads live.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::DownloadError;

/// The folder below which downloads live. It need not exist yet.
///
/// `FIRELIGHT_HOME` if that is set, else a folder `firelight` in the platform's folder for caches:
///
/// | platform | folder |
/// |---|---|
/// | Linux and other Unix | `$XDG_CACHE_HOME`, else `$HOME/.cache` |
/// | macOS | `$HOME/Library/Caches` |
/// | Windows | `%LOCALAPPDATA%` |
///
/// ```no_run
/// println!("downloads are below {}", firelight_download::home()?.display());
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
///
/// # Errors
///
/// [`DownloadError::NoHome`] if the platform knows no home of this user.
pub fn home() -> Result<PathBuf, DownloadError> {
    if let Some(home) = std::env::var_os("FIRELIGHT_HOME").filter(|home| !home.is_empty()) {
        return Ok(home.into());
    }
    let platform = etcetera::base_strategy::choose_native_strategy().map_err(|_| DownloadError::NoHome)?;
    Ok(platform.cache_dir().join("firelight"))
}
