//! The files of a chart's folder, in Helm's order.

use std::ffi::OsString;
use std::fs::{self, DirEntry, FileType, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use govalue::Str;

use super::{LoadError, MAX_FILE_SIZE};
use crate::chart::File;
use crate::ignore::Rules;
use crate::warning::Warning;

/// Reads every file of the folder that is not ignored; names in byte order, a folder's files where its name stands.
pub(super) fn read(folder: &Path, warnings: &mut Vec<Warning>) -> Result<Vec<File>, LoadError> {
    let folder = std::path::absolute(folder).map_err(|source| read_error(folder, source))?;
    let mut walk = Walk {
        rules: rules(&folder)?,
        files: Vec::new(),
        warnings,
        ancestors: Vec::new(),
    };
    let found = fs::metadata(&folder).map_err(|source| read_error(&folder, source))?;
    walk.folder(&folder, b"", &found)?;
    Ok(walk.files)
}

fn rules(folder: &Path) -> Result<Rules, LoadError> {
    let path = folder.join(".helmignore");
    let mut rules = match fs::metadata(&path) {
        Ok(_) => Rules::parse(&fs::read(&path).map_err(|source| read_error(&path, source))?)?,
        Err(_) => Rules::default(),
    };
    rules.add_defaults();
    Ok(rules)
}

struct Walk<'a> {
    rules: Rules,
    files: Vec<File>,
    warnings: &'a mut Vec<Warning>,
    /// The devices and numbers of the folders being read, to notice a link that leads back into one of them.
    ancestors: Vec<(u64, u64)>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, name: &[u8], found: &Metadata) -> Result<(), LoadError> {
        let identity = (found.dev(), found.ino());
        if self.ancestors.contains(&identity) {
            return Err(LoadError::LinkCycle(path.to_owned()));
        }
        let entries = fs::read_dir(path).map_err(|source| read_error(path, source))?;
        let mut entries: Vec<DirEntry> = entries
            .collect::<Result<_, _>>()
            .map_err(|source| read_error(path, source))?;
        entries.sort_by_cached_key(|entry| entry.file_name().into_vec());
        self.ancestors.push(identity);
        for entry in entries {
            let below = if name.is_empty() {
                Vec::new()
            } else {
                [name, b"/"].concat()
            };
            self.entry(&entry, &[&below, entry.file_name().as_bytes()].concat())?;
        }
        self.ancestors.pop();
        Ok(())
    }

    fn entry(&mut self, entry: &DirEntry, name: &[u8]) -> Result<(), LoadError> {
        let path = &entry.path();
        // Known from reading the folder, most often.
        let file_type = entry.file_type().map_err(|source| read_error(path, source))?;
        if !file_type.is_symlink() {
            return self.resolved(path, name, file_type, path);
        }
        let link_error = |source| LoadError::Link {
            path: path.to_owned(),
            source,
        };
        let target = fs::canonicalize(path).map_err(link_error)?;
        self.warnings.push(Warning::new(
            "walk.go:75",
            format!(
                "found symbolic link in path: {} resolves to {}. Contents of linked file included and used",
                path.display(),
                target.display()
            ),
        ));
        let found = fs::metadata(&target).map_err(link_error)?;
        self.resolved(path, name, found.file_type(), &target)
    }

    /// Takes a file or folder; `target` is what a link leads to, or the path itself.
    fn resolved(&mut self, path: &Path, name: &[u8], file_type: FileType, target: &Path) -> Result<(), LoadError> {
        if self.rules.ignores(name, file_type.is_dir()) {
            return Ok(());
        }
        if file_type.is_dir() {
            let found = fs::metadata(path).map_err(|source| read_error(path, source))?;
            return self.folder(path, name, &found);
        }
        if !file_type.is_file() {
            return Err(LoadError::Irregular(path.to_owned()));
        }
        let data = contents(path).map_err(|source| {
            let name = PathBuf::from(OsString::from_vec(name.to_vec()));
            LoadError::Read { path: name, source }
        })?;
        let Some(data) = data else {
            let name = target.file_name().unwrap_or_default().to_string_lossy();
            return Err(LoadError::FileTooLarge(name.into_owned()));
        };
        self.files.push(File {
            name: Str::from(name),
            data: without_mark(&data).into(),
        });
        Ok(())
    }
}

/// A file's contents, unless it is too large.
fn contents(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_FILE_SIZE {
        return Ok(None);
    }
    let mut data = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    // To read up to the size and no further saves asking whether there is more. Some systems' files have no size.
    let limit = if size == 0 { MAX_FILE_SIZE + 1 } else { size };
    file.take(limit).read_to_end(&mut data)?;
    Ok((data.len() as u64 <= MAX_FILE_SIZE).then_some(data))
}

/// The contents without a UTF-8 byte order mark.
pub(super) fn without_mark(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

fn read_error(path: &Path, source: std::io::Error) -> LoadError {
    LoadError::Read {
        path: path.to_owned(),
        source,
    }
}
