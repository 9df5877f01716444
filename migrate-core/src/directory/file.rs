//! Reads files that a user or another program provides.
//!
//! Only regular files and links to them are read: opening a FIFO waits for a writer, and a device
//! such as `/dev/zero` never ends. Each read has a size limit.

use std::fs::{self, FileType};
use std::io::{self, Read as _};
use std::path::Path;

use crate::source::SourceFile;

/// The default size limit of a file in bytes: 64 MiB.
pub const MAX_FILE_SIZE: u64 = 64 << 20;

/// Reads a regular file, or the target of a link, as UTF-8.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if it is not a regular file, [`io::ErrorKind::FileTooLarge`]
/// above `limit` bytes, [`io::ErrorKind::InvalidData`] if it is not UTF-8, and errors of the file
/// system.
pub fn read_file(path: &Path, limit: u64) -> io::Result<String> {
    regular(path)?;
    read_text(path, limit, &mut Vec::new())
}

/// Reads a file of SQL, or the files `*.sql` of a directory in the order of their names. `shown` is the path as
/// messages show it.
///
/// # Errors
/// As [`read_file`], for the first file that cannot be read; [`io::ErrorKind::NotFound`] also if a
/// directory holds no such file.
pub fn read_sql(path: &Path, shown: &str, limit: u64) -> io::Result<Vec<SourceFile>> {
    if !path.is_dir() {
        return Ok(vec![SourceFile::new(shown.to_owned(), read_file(path, limit)?)]);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort_unstable();
    if names.is_empty() {
        let message = "the directory holds no file *.sql";
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let read = |name: String| {
        let shown = format!("{}/{name}", shown.trim_end_matches('/'));
        let text = read_file(&path.join(&name), limit)
            .map_err(|error| io::Error::new(error.kind(), format!("{shown}: {error}")))?;
        Ok(SourceFile::new(shown, text))
    };
    names.into_iter().map(read).collect()
}

/// Checks that a path leads to a regular file, without opening it.
pub(super) fn regular(path: &Path) -> io::Result<()> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let message = format!("it is {}, and only regular files are read", describe(kind));
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Reads a regular file through a shared buffer: querying the length and growing a new text to it
/// costs more than reading a small file.
pub(super) fn read_text(path: &Path, limit: u64, buffer: &mut Vec<u8>) -> io::Result<String> {
    buffer.clear();
    buffer.reserve(64 * 1024);
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(buffer)?;
    if buffer.len() as u64 > limit {
        let message = format!("it is larger than {}", Size(limit));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    let text = std::str::from_utf8(buffer);
    let invalid = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
    text.map(str::to_owned).map_err(invalid)
}

fn describe(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a directory" } else { "not a regular file" }
}

/// A number of bytes, in the largest unit that divides it.
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        let whole = |bits: &u32| self.0 > 0 && self.0.trailing_zeros() >= *bits;
        match units.iter().find(|(bits, _)| whole(bits)) {
            Some((bits, unit)) => write!(f, "{} {unit}", self.0 >> bits),
            None => write!(f, "{} bytes", self.0),
        }
    }
}
