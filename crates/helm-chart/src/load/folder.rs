//! The files of a chart's folder, in Helm's order.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
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
    walk.folder(&folder, b"")?;
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
    /// The folders being read, links resolved, to notice a link that leads back into one of them.
    ancestors: Vec<PathBuf>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, name: &[u8]) -> Result<(), LoadError> {
        let resolved = fs::canonicalize(path).map_err(|source| read_error(path, source))?;
        if self.ancestors.contains(&resolved) {
            return Err(LoadError::LinkCycle(path.to_owned()));
        }
        let entries = fs::read_dir(path).map_err(|source| read_error(path, source))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names: Vec<OsString> = names
            .collect::<Result<_, _>>()
            .map_err(|source| read_error(path, source))?;
        names.sort_by(|left, right| left.as_bytes().cmp(right.as_bytes()));
        self.ancestors.push(resolved);
        for entry in names {
            let below = if name.is_empty() {
                Vec::new()
            } else {
                [name, b"/"].concat()
            };
            self.entry(&path.join(&entry), &[&below, entry.as_bytes()].concat())?;
        }
        self.ancestors.pop();
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: &[u8]) -> Result<(), LoadError> {
        let found = fs::symlink_metadata(path).map_err(|source| read_error(path, source))?;
        if !found.is_symlink() {
            return self.resolved(path, name, &found, path);
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
        self.resolved(path, name, &found, &target)
    }

    /// Takes a file or folder; `target` is what a link leads to, or the path itself.
    fn resolved(&mut self, path: &Path, name: &[u8], found: &Metadata, target: &Path) -> Result<(), LoadError> {
        if self.rules.ignores(name, found.is_dir()) {
            return Ok(());
        }
        if found.is_dir() {
            return self.folder(path, name);
        }
        if !found.is_file() {
            return Err(LoadError::Irregular(path.to_owned()));
        }
        if found.len() > MAX_FILE_SIZE {
            let name = target.file_name().unwrap_or_default().to_string_lossy();
            return Err(LoadError::FileTooLarge(name.into_owned()));
        }
        let data = fs::read(path).map_err(|source| {
            let name = PathBuf::from(OsString::from_vec(name.to_vec()));
            LoadError::Read { path: name, source }
        })?;
        self.files.push(File {
            name: Str::from(name),
            data: without_mark(&data).into(),
        });
        Ok(())
    }
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
