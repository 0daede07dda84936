//! What stands where a file is to be written: devices, pipes, links, modes, other writers, no room.

#[cfg(unix)]
pub use unix::attack;

#[cfg(not(unix))]
pub fn attack(tally: &mut crate::tally::Tally, _: usize) -> firelight::prelude::Result<()> {
    tally.note("only where there are devices and modes".into());
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;
    use std::thread;

    use firelight::files::write_whole;
    use firelight::prelude::*;

    use crate::small_disk::SmallDisk;
    use crate::tally::{Fate, Tally};

    pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
        for number in 0..count {
            let place = tempfile::tempdir()?;
            let at = place.path();
            tally.attack(&format!("{number}: a link"), || well(link(at)));
            tally.attack(&format!("{number}: a mode"), || well(mode(at)));
            tally.attack(&format!("{number}: a pipe"), || well(pipe(at)));
            tally.attack(&format!("{number}: a folder"), || Fate::of(write_whole(at, b"new")));
            tally.attack(&format!("{number}: two writers"), || well(two(at)));
            if Command::new("mknod").arg(at.join("null")).args(["c", "1", "3"]).status()?.success() {
                tally.attack(&format!("{number}: a device"), || well(device(&at.join("null"))));
            } else if number == 0 {
                tally.note("no device could be made".into());
            }
        }
        full(tally, count)
    }

    fn well(told: Result<bool>) -> Fate {
        match told {
            Ok(true) => Fate::Answered,
            Ok(false) => Fate::Lost("it is another than before".into()),
            Err(error) => Fate::Lost(error.to_string()),
        }
    }

    fn link(at: &Path) -> Result<bool> {
        let (real, link) = (at.join("real"), at.join("link"));
        fs::write(&real, "old")?;
        symlink(&real, &link)?;
        write_whole(&link, b"new")?;
        Ok(link.is_symlink() && fs::read(&real)? == b"new")
    }

    fn mode(at: &Path) -> Result<bool> {
        let file = at.join("secret");
        fs::write(&file, "old")?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        write_whole(&file, b"new")?;
        Ok(fs::metadata(&file)?.permissions().mode() & 0o777 == 0o600 && fs::read(&file)? == b"new")
    }

    fn pipe(at: &Path) -> Result<bool> {
        let pipe = at.join("pipe");
        Command::new("mkfifo").arg(&pipe).status()?;
        let reads = {
            let pipe = pipe.clone();
            thread::spawn(move || fs::read(pipe))
        };
        write_whole(&pipe, b"new")?;
        let read = reads.join().map_err(|_| "the reader panicked")??;
        Ok(read == b"new" && fs::metadata(&pipe)?.file_type().is_fifo())
    }

    fn device(null: &Path) -> Result<bool> {
        write_whole(null, b"new")?;
        Ok(fs::metadata(null)?.file_type().is_char_device())
    }

    /// Each writes its own bytes, and one of the two is there at the end, whole.
    fn two(at: &Path) -> Result<bool> {
        let file = at.join("table");
        let writers: Vec<_> = (0..2_u8)
            .map(|who| {
                let file = file.clone();
                thread::spawn(move || (0..20).try_for_each(|_| write_whole(&file, &vec![who; 300_000])))
            })
            .collect();
        for writer in writers {
            writer.join().map_err(|_| "a writer panicked")??;
        }
        let bytes = fs::read(&file)?;
        Ok(bytes.len() == 300_000 && bytes.iter().all(|byte| *byte == bytes[0]))
    }

    /// A disk with less room than is needed, at every size: what was there stays, or what is new is whole.
    fn full(tally: &mut Tally, count: usize) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let Some(_disk) = SmallDisk::mount(folder.path(), 1 << 20) else {
            tally.note("no small disk could be mounted".into());
            return Ok(());
        };
        let file = folder.path().join("model");
        (0..count).try_for_each(|number| -> Result<()> {
            fs::write(&file, vec![1; 400_000])?;
            let size = 100_000 + 40_000 * (number % 25);
            tally.attack(&format!("{number}: a full disk"), || {
                let told = write_whole(&file, &vec![2; size]);
                let there = fs::read(&file).unwrap_or_default();
                let (old, new) = (there == vec![1; 400_000], there == vec![2; size]);
                match told {
                    Ok(()) if new => Fate::Answered,
                    Err(error) if old => Fate::Refused(error.to_string()),
                    told => Fate::Lost(format!("{told:?}, and {} bytes are there", there.len())),
                }
            });
            Ok(())
        })
    }
}
