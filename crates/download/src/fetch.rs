//! The way of a file into a folder.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::lock::Lock;
use crate::transfer::Transfer;
use crate::{Download, DownloadError};

impl Download {
    /// The file's path in `folder`, fetched if it is not there yet with the right digest.
    ///
    /// A file that is there is read once, to check its digest, and no request is made. Otherwise the bytes go to
    /// `FILE_NAME.part`; a part that is already there is continued with a range request, or begun again if the
    /// server does not serve ranges. The part gets its full name once its digest is right. A file with a wrong
    /// digest under the full name stays until the right one replaces it.
    ///
    /// # Errors
    ///
    /// - [`DownloadError::Unreachable`]: no connection, or it broke or crawled more often in a row than [`Patience::retries`](crate::Patience::retries).
    ///   The part stays for the next call.
    /// - [`DownloadError::TooLong`]: more bytes than [`max_bytes`](Self::max_bytes).
    /// - [`DownloadError::Refused`]: the server's answer is an error that trying again does not mend, such as 404.
    /// - [`DownloadError::WrongDigest`]: the file came whole and is not the one expected. It is removed.
    /// - [`DownloadError::MalformedChecksum`]: the checksum has digits or a length that no digest has.
    /// - [`DownloadError::Read`], [`DownloadError::Write`]: a file or folder on this machine, or a file name that is none. Of that no
    ///   request is made.
    pub fn fetch(&self, folder: &Path) -> Result<PathBuf, DownloadError> {
        self.checksum.check_form()?;
        let mut parts = Path::new(&self.file_name).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            let why = io::Error::new(io::ErrorKind::InvalidInput, format!("{:?} is no file's name", self.file_name));
            return Err(DownloadError::write(folder, why));
        }
        let target = folder.join(&self.file_name);
        if self.is_at(&target)? {
            return Ok(target);
        }
        fs::create_dir_all(folder).map_err(|why| DownloadError::write(folder, why))?;
        let _turn = Lock::beside(&target)?;
        if self.is_at(&target)? {
            return Ok(target); // another process fetched it while this one waited
        }
        self.transfer(&target)?;
        Ok(target)
    }

    pub(crate) fn is_at(&self, target: &Path) -> Result<bool, DownloadError> {
        if !target.is_file() {
            return Ok(false);
        }
        let right = self.checksum.digest(target)?.is_right();
        if !right {
            tracing::warn!("{} is not the file with {}: fetching it again", target.display(), self.checksum);
        }
        Ok(right)
    }

    fn transfer(&self, target: &Path) -> Result<(), DownloadError> {
        let part = target.with_file_name(format!("{}.part", self.file_name));
        // A pipe would be waited for, and what a link leads to is nobody's part.
        if part.symlink_metadata().is_ok_and(|there| !there.is_file()) {
            let why = "what is there is no file; remove it";
            return Err(DownloadError::Read { path: part, why: io::Error::new(io::ErrorKind::InvalidInput, why) });
        }
        let mut second_chance = true;
        loop {
            let resumed = Transfer::new(self, &part, target).run()?;
            let digest = self.checksum.digest(&part)?;
            if digest.is_right() {
                return fs::rename(&part, target).map_err(|why| DownloadError::write(target, why));
            }
            fs::remove_file(&part).map_err(|why| DownloadError::write(&part, why))?;
            // A continued part may join the bytes of two different files: then the whole file is worth one more try.
            if !(resumed && second_chance) {
                let (url, expected, found) = (self.url.clone(), self.checksum.clone(), digest.to_string());
                return Err(DownloadError::WrongDigest { url, expected, found });
            }
            tracing::warn!("{}: the continued file has {digest}; once more from the start", self.url);
            second_chance = false;
        }
    }
}
