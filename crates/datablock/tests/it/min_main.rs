#[allow(dead_code)]
mod folder;
mod corrections;
