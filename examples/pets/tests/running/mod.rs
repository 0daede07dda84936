//! The program as a server: it ends with its test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Running {
    child: Child,
    /// Where it listens: what its first line says behind `//`.
    pub address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(feature = "serve")]
impl Running {
    /// Its process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end, and tells its code.
    pub fn end(&mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }
}

impl Running {
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pets"))
            .args(arguments)
            .current_dir(folder)
            .env_remove("FIRELIGHT_DEVICE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit("//").next().unwrap_or_default().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Self { child, address }
    }
}
