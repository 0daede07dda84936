//! From an archive to a folder, and nowhere else.

use std::fs;
use std::path::Path;

use firelight_download::{DownloadError, Unpacking, unpack_tar_gz};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::EntryType;
use tempfile::TempDir;

use crate::archive::{Tarball, listing, save};

/// Unpacks into `TEMP/into/data`, beside nothing else.
fn unpack(temp: &Path, archive: &Path, unpacking: &Unpacking) -> Result<(), String> {
    let into = temp.join("into/data");
    let replaced = |error: DownloadError| error.to_string().replace(&*temp.to_string_lossy(), "TEMP");
    unpacking.run(archive, &into).map(|path| assert_eq!(path, into)).map_err(replaced)
}

/// The error for an archive, after a look that nothing stays behind.
fn refused(tarball: Tarball, unpacking: &Unpacking) -> String {
    let temp = TempDir::new().unwrap();
    let error = unpack(temp.path(), &tarball.save(temp.path()), unpacking).unwrap_err();
    assert_eq!(listing(temp.path()), ["a.tar.gz", "into/"]);
    error
}

fn distrusted(tarball: Tarball) -> String {
    let error = refused(tarball.file("ok", b"ok"), &Unpacking::new());
    let entry = error.strip_prefix("archive TEMP/a.tar.gz: entry ").unwrap_or(&error);
    entry.strip_suffix("; nothing is unpacked, do not trust this archive").unwrap_or(&error).to_owned()
}

#[test]
fn a_good_archive_becomes_a_folder() {
    let temp = TempDir::new().unwrap();
    let archive = Tarball::new()
        .folder("./")
        .folder("./pets/")
        .file("./pets/pug_1.jpg", b"pug")
        .file("no/folder/entry", b"before")
        .file("no/folder/entry", b"after") // as tar has it, the later one counts
        .link(EntryType::Link, "pug", "pets/pug_1.jpg")
        .link(EntryType::Symlink, "no/folder/up", "../../pets/pug_1.jpg")
        .link(EntryType::Symlink, "pets/same", "./pug_1.jpg")
        .save(temp.path());
    unpack(temp.path(), &archive, &Unpacking::new()).unwrap();
    let data = temp.path().join("into/data");
    let expected = [
        "no/",
        "no/folder/",
        "no/folder/entry",
        "no/folder/up -> ../../pets/pug_1.jpg",
        "pets/",
        "pets/pug_1.jpg",
        "pets/same -> ./pug_1.jpg",
        "pug",
    ];
    assert_eq!(listing(&data), expected);
    assert_eq!(listing(&temp.path().join("into")).len(), expected.len() + 1);
    assert_eq!(fs::read(data.join("pug")).unwrap(), b"pug");
    assert_eq!(fs::read(data.join("no/folder/up")).unwrap(), b"pug");
    assert_eq!(fs::read(data.join("no/folder/entry")).unwrap(), b"after");
}

#[cfg(unix)]
#[test]
fn files_get_no_permissions_from_the_archive() {
    use std::os::unix::fs::PermissionsExt;
    let temp = TempDir::new().unwrap();
    let archive = Tarball::new().file("setuid", b"").save(temp.path());
    unpack(temp.path(), &archive, &Unpacking::new()).unwrap();
    let mode = fs::metadata(temp.path().join("into/data/setuid")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7111, 0);
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let temp = TempDir::new().unwrap();
    fs::write(temp.path().join("mine"), "").unwrap();
    assert_eq!(unpack_tar_gz(Path::new("/nowhere.tar.gz"), temp.path()).unwrap(), temp.path());
    assert_eq!(listing(temp.path()), ["mine"]);
}

#[test]
fn what_a_killed_run_left_is_cleaned_away() {
    let temp = TempDir::new().unwrap();
    fs::create_dir_all(temp.path().join("into/.data.unpacking/half")).unwrap();
    fs::write(temp.path().join("into/.data.lock"), "").unwrap();
    let archive = Tarball::new().file("x", b"x").save(temp.path());
    unpack(temp.path(), &archive, &Unpacking::new()).unwrap();
    assert_eq!(listing(temp.path()), ["a.tar.gz", "into/", "into/data/", "into/data/x"]);
}

#[test]
fn one_folder_of_an_archive_can_be_taken() {
    let tarball = || Tarball::new().file("a/x", b"x").file("b/y", b"y").link(EntryType::Link, "a/z", "a/x");
    let temp = TempDir::new().unwrap();
    unpack(temp.path(), &tarball().save(temp.path()), &Unpacking::new().with_folder("a")).unwrap();
    assert_eq!(listing(&temp.path().join("into/data")), ["x", "z"]);
    assert_eq!(
        refused(tarball(), &Unpacking::new().with_folder("c")),
        "archive TEMP/a.tar.gz has no folder `c`; is it the right archive?"
    );
    // links are judged by the folder that stays, and the entries beside it are looked at all the same
    let leaving = tarball().link(EntryType::Symlink, "a/up", "../b/y");
    let error = refused(leaving, &Unpacking::new().with_folder("a"));
    assert!(error.contains("entry `a/up` is a symbolic link that leaves the folder, to `../b/y`;"), "{error}");
    let error = refused(tarball().file("../b", b""), &Unpacking::new().with_folder("a"));
    assert!(error.contains("entry `../b` contains `..`;"), "{error}");
}

#[test]
fn no_path_leaves_the_folder() {
    let error = refused(Tarball::new().file("ok", b"ok").file("../x", b"bad"), &Unpacking::new());
    assert_eq!(
        error,
        "archive TEMP/a.tar.gz: entry `../x` contains `..`; nothing is unpacked, do not trust this archive"
    );
    assert_eq!(distrusted(Tarball::new().file("a/../../x", b"")), "`a/../../x` contains `..`");
    assert_eq!(distrusted(Tarball::new().folder("a/..")), "`a/..` contains `..`");
    assert_eq!(distrusted(Tarball::new().file("/tmp/x", b"")), "`/tmp/x` has an absolute path");
}

#[test]
fn no_symbolic_link_leaves_the_folder() {
    let to = |target| distrusted(Tarball::new().link(EntryType::Symlink, "a/out", target));
    let text = |target| format!("`a/out` is a symbolic link that leaves the folder, to `{target}`");
    for target in ["/etc/passwd", "../..", "../../x", "b/../../../x", "b/../x"] {
        assert_eq!(to(target), text(target));
    }
    // each of the two stays inside by its letters, together they do not
    let pair =
        Tarball::new().link(EntryType::Symlink, "a/b/top", "../..").link(EntryType::Symlink, "a/b/out", "top/../x");
    assert_eq!(distrusted(pair), "`a/b/out` is a symbolic link that leaves the folder, to `top/../x`");
}

#[test]
fn nothing_is_written_through_a_link() {
    let link = || Tarball::new().folder("b").link(EntryType::Symlink, "a", "b");
    assert_eq!(distrusted(link().file("a/x", b"x")), "`a` stands where a folder is");
    assert_eq!(distrusted(link().link(EntryType::Symlink, "a/c", "../ok")), "`a/c` lies below a link");
    assert_eq!(
        distrusted(link().link(EntryType::Link, "c", "a/x")),
        "`c` is a hard link to `a/x`, which is no earlier file of it"
    );
    assert_eq!(distrusted(Tarball::new().file("a", b"").file("a/x", b"x")), "`a/x` lies below a file");
}

#[test]
fn no_hard_link_leaves_the_folder() {
    let to = |target| distrusted(Tarball::new().folder("a").link(EntryType::Link, "a/out", target));
    for target in ["/etc/passwd", "../../x", "a/../x", "later", "a"] {
        assert_eq!(to(target), format!("`a/out` is a hard link to `{target}`, which is no earlier file of it"));
    }
}

#[test]
fn devices_and_pipes_are_refused() {
    let of = |kind| distrusted(Tarball::new().entry(kind, "dev/x", "", b""));
    assert_eq!(of(EntryType::Char), "`dev/x` is a device");
    assert_eq!(of(EntryType::Block), "`dev/x` is a device");
    assert_eq!(of(EntryType::Fifo), "`dev/x` is a named pipe");
    assert_eq!(of(EntryType::new(b'V')), "`dev/x` is no file, folder or link");
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let limit = Unpacking::new().with_max_bytes(1 << 20);
    let text = "archive TEMP/a.tar.gz unpacks to more than 1048576 bytes; nothing is unpacked: if this is right, \
                raise `Unpacking::with_max_bytes`";
    let zeros = vec![0; 600_000];
    assert_eq!(refused(Tarball::new().file("zeros", &vec![0; 2 << 20]), &limit), text);
    assert_eq!(refused(Tarball::new().file("a", &zeros).file("b", &zeros), &limit), text);
    assert_eq!(refused(Tarball::new().hole("hole", 1 << 50), &limit), text);
    assert_eq!(refused(Tarball::new().hole("a", 600_000).hole("b", 600_000), &limit), text);

    let temp = TempDir::new().unwrap();
    let raised = Unpacking::new().with_max_bytes(4 << 20);
    unpack(temp.path(), &Tarball::new().file("zeros", &vec![0; 2 << 20]).save(temp.path()), &raised).unwrap();
}

#[test]
fn a_bomb_behind_the_last_entry_stops_at_the_limit() {
    let temp = TempDir::new().unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![0; 8 << 20]).unwrap();
    let archive = save(temp.path(), &encoder.finish().unwrap());
    let error = unpack(temp.path(), &archive, &Unpacking::new().with_max_bytes(1 << 20)).unwrap_err();
    assert!(error.contains("unpacks to more than 1048576 bytes"), "{error}");
}

#[test]
fn many_empty_files_stop_at_the_limit() {
    let files = Tarball::new().file("a", b"").file("b", b"").file("c", b"");
    assert_eq!(
        refused(files, &Unpacking::new().with_max_entries(2)),
        "archive TEMP/a.tar.gz has more than 2 entries; nothing is unpacked: if this is right, raise \
         `Unpacking::with_max_entries`"
    );
}

#[test]
fn a_name_of_megabytes_does_not_fill_memory() {
    let name = Tarball::new().file("ok", b"").entry(EntryType::GNULongName, "././@LongLink", "", &vec![b'a'; 2 << 20]);
    let error = refused(name.file("a", b""), &Unpacking::new());
    assert_eq!(
        error,
        "archive TEMP/a.tar.gz: entry `ok` is followed by a header of more than 1 MiB; nothing is unpacked, do not \
         trust this archive"
    );
}

/// A14: paths of half a megabyte were held by the thousand, and what no system can make was called a full disk.
#[test]
fn what_no_system_can_have_is_the_archives_fault() {
    let of = |kind, name: &str, target: &str| distrusted(Tarball::new().file("ok", b"ok").long(kind, name, target));
    let long = "is longer than paths and names can be";
    let (name, path) = ("n".repeat(256), "folder/".repeat(600));
    assert_eq!(of(EntryType::Regular, &name, ""), format!("`{}…` {long}", &name[..200]));
    assert_eq!(of(EntryType::Symlink, &path, "ok"), format!("`{}…` {long}", &path[..200]));
    assert_eq!(of(EntryType::Directory, &path, ""), format!("`{}…` {long}", &path[..200]));
    assert_eq!(of(EntryType::Symlink, "a", &path), "`a` is a symbolic link to a path that is longer than paths can be");
    assert_eq!(of(EntryType::Link, "ok", "ok"), "`ok` is a hard link to itself");
    assert_eq!(distrusted(Tarball::new().file("a", b"").folder("a")), "`a` is a folder where a file is");
    assert_eq!(distrusted(Tarball::new().file("a", b"").folder("a/b")), "`a/b` lies below a file");
}

/// A14: what is held of links is bounded, however short each is.
#[test]
fn links_do_not_fill_memory() {
    let target = "t/".repeat(2000);
    let link = |tarball: Tarball, number: usize| tarball.long(EntryType::Symlink, &number.to_string(), &target);
    let error = refused((0..17_000).fold(Tarball::new(), link), &Unpacking::new());
    assert!(error.contains("is a link after too many others"), "{error}");
}

#[test]
fn an_archive_cut_short_is_damaged() {
    let temp = TempDir::new().unwrap();
    let noise: Vec<u8> = (0..50_000_u32).map(|index| (index.wrapping_mul(2654435761) >> 11) as u8).collect();
    let whole = Tarball::new().file("noise", &noise).bytes();
    // in the middle, within the last blocks of zeros, and within gzip's own checksum
    for length in [0, 5, whole.len() / 2, whole.len() - 12, whole.len() - 4] {
        let archive = save(temp.path(), &whole[..length]);
        let error = unpack(temp.path(), &archive, &Unpacking::new()).unwrap_err();
        assert!(error.starts_with("archive TEMP/a.tar.gz is damaged: "), "{length}: {error}");
        assert!(error.ends_with("; nothing is unpacked: delete it and fetch it again"), "{length}: {error}");
        assert_eq!(listing(temp.path()), ["a.tar.gz", "into/"]);
    }
    let archive = save(temp.path(), b"<html>Log in to this network</html>");
    assert_eq!(
        unpack(temp.path(), &archive, &Unpacking::new()).unwrap_err(),
        "archive TEMP/a.tar.gz is damaged: invalid gzip header; nothing is unpacked: delete it and fetch it again"
    );
    let error = unpack(temp.path(), &temp.path().join("none.tar.gz"), &Unpacking::new()).unwrap_err();
    assert_eq!(
        error,
        "cannot read TEMP/none.tar.gz: No such file or directory (os error 2); check that the file is there and may \
         be read"
    );
}
