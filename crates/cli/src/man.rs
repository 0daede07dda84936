//! `firelight man`: pages for `man`.

use std::io;

use clap::CommandFactory;
use firelight::files::write_whole;
use firelight::prelude::*;

use crate::cli::{Cli, Man};
use crate::screen::Screen;

/// Prints the program's page, or writes it with one for each command to a folder: `firelight.1`, `firelight-train.1` and so on.
pub fn man(options: &Man, screen: Screen) -> Result<()> {
    let mut command = Cli::command().disable_help_subcommand(true);
    // Global options and names as `firelight-train` are told to the commands by this.
    command.build();
    let Some(folder) = &options.out else {
        return Ok(screen.print_data(String::from_utf8_lossy(&page(command)?).trim_end())?);
    };
    let failed = |error| format!("man: cannot write to {}: {error}; choose another --out", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    let inner: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    for command in std::iter::once(command).chain(inner) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        write_whole(folder.join(format!("{name}.1")), &page(command)?).map_err(failed)?;
    }
    Ok(())
}

fn page(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    Ok(text)
}
