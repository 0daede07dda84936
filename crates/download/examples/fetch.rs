//! An archive from a server, checked, and unpacked where it is wanted:
//!
//! ```sh
//! cargo run -p firelight-download --example fetch -- URL md5:DIGEST FOLDER
//! ```

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use firelight_download::{Checksum, Download, unpack_tar_gz};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, digest, folder] = arguments.as_slice() else {
        println!("usage: fetch URL md5:DIGEST|sha256:DIGEST FOLDER");
        return Ok(());
    };
    let checksum = match digest.split_once(':') {
        Some(("md5", digits)) => Checksum::md5(digits),
        Some(("sha256", digits)) => Checksum::sha256(digits),
        _ => return Err("write the digest as md5:… or sha256:…".into()),
    };
    let name = url.rsplit('/').next().unwrap_or("archive.tar.gz");
    let archive = Download::new(url, name, checksum).fetch(Path::new("."))?;
    println!("{}", unpack_tar_gz(&archive, Path::new(folder))?.display());
    Ok(())
}
