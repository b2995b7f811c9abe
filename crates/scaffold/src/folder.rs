//! A project's folder: what is in it, and how a plan is written into it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// A file to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path below the project's folder, with `/`.
    pub path: String,
    /// The contents.
    pub data: Vec<u8>,
    /// Whether it is a file of the project with something added, so that it is no clash if there is one.
    pub extends: bool,
}

/// What happens to a file that is there with other contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// It is an error.
    Never,
    /// It is replaced.
    Always,
}

/// A project's folder, as it is or as it will be once a plan is written.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    planned: Vec<File>,
}

impl File {
    /// A new file.
    pub fn new(path: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            data: data.into(),
            extends: false,
        }
    }

    /// A file of the project with something added.
    pub fn extended(path: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        Self {
            extends: true,
            ..Self::new(path, data)
        }
    }
}

/// Puts a second plan over a first one: one plan, with each file once.
pub fn joined(first: Vec<File>, second: Vec<File>) -> Vec<File> {
    let mut files = first;
    for file in second {
        match files.iter_mut().find(|known| known.path == file.path) {
            Some(known) => known.data = file.data,
            None => files.push(file),
        }
    }
    files
}

impl Folder {
    /// The folder at a path; it need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            planned: Vec::new(),
        }
    }

    /// The folder as it will be with these files.
    #[must_use]
    pub fn with(&self, files: &[File]) -> Self {
        Self {
            root: self.root.clone(),
            planned: files.to_vec(),
        }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file's text; `None` if there is no such file.
    ///
    /// # Errors
    /// [`Error::Read`]
    pub fn read(&self, path: &str) -> Result<Option<String>, Error> {
        if let Some(file) = self.planned.iter().find(|file| file.path == path) {
            return Ok(Some(String::from_utf8_lossy(&file.data).into_owned()));
        }
        let path = self.root.join(path);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Writes those of the files that are not there as they are to be, all or none; says which.
    ///
    /// # Errors
    /// [`Error::Clash`] names the files that would be overwritten and must not, before anything is written;
    /// [`Error::Write`] the one that could not be written, after what was written before it is undone.
    pub fn write(&self, files: &[File], overwrite: Overwrite) -> Result<Vec<String>, Error> {
        let mut changed = Vec::new();
        let mut clashes = Vec::new();
        for file in files {
            match self.bytes(&file.path)? {
                Some(old) if old == file.data => {}
                old => {
                    if old.is_some() && !file.extends && overwrite == Overwrite::Never {
                        clashes.push(file.path.clone());
                    }
                    changed.push((file, old));
                }
            }
        }
        if !clashes.is_empty() {
            return Err(Error::Clash(clashes));
        }
        for (done, (file, _)) in changed.iter().enumerate() {
            let path = self.root.join(&file.path);
            if let Err(source) = replace(&path, &file.data) {
                self.undo(&changed[..done]);
                return Err(Error::Write { path, source });
            }
        }
        Ok(changed.into_iter().map(|(file, _)| file.path.clone()).collect())
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.root.join(path);
        match fs::read(&path) {
            Ok(data) => Ok(Some(data)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // What is not there yet is written later, or fails then.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Puts files back as they were, as far as that goes, and takes away the folders that were made for them.
    fn undo(&self, changed: &[(&File, Option<Vec<u8>>)]) {
        for (file, old) in changed.iter().rev() {
            let path = self.root.join(&file.path);
            // The error to report is the one that led here.
            let _ = match old {
                Some(data) => fs::write(&path, data),
                None => fs::remove_file(&path),
            };
            let folders = path
                .ancestors()
                .skip(1)
                .take_while(|folder| folder.starts_with(&self.root));
            for folder in folders {
                // Fails where there is still something in it.
                if fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
    }
}

/// Writes a file beside its place and moves it there, so that nobody sees half of it.
fn replace(path: &Path, data: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.chartwright"));
    fs::write(&beside, data)
        .and_then(|()| fs::rename(&beside, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_overwritten_unless_asked_for() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        let files = [File::new("a/b.txt", "one"), File::new("c.txt", "two")];
        assert_eq!(folder.write(&files, Overwrite::Never).unwrap(), ["a/b.txt", "c.txt"]);
        assert!(
            folder.write(&files, Overwrite::Never).unwrap().is_empty(),
            "all there already"
        );
        let others = [File::new("new.txt", "x"), File::new("c.txt", "three")];
        let error = folder.write(&others, Overwrite::Never).unwrap_err();
        assert!(matches!(&error, Error::Clash(names) if names == &["c.txt"]), "{error}");
        assert_eq!(names(temp.path()), ["a", "c.txt"], "nothing half-written");
        folder.write(&others, Overwrite::Always).unwrap();
        assert_eq!(folder.read("c.txt").unwrap().as_deref(), Some("three"));
        folder
            .write(&[File::extended("c.txt", "four")], Overwrite::Never)
            .unwrap();
        assert_eq!(folder.read("c.txt").unwrap().as_deref(), Some("four"));
    }

    #[test]
    fn a_write_that_fails_undoes_those_before_it() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        folder
            .write(
                &[File::new("file", "a file"), File::new("old", "old")],
                Overwrite::Never,
            )
            .unwrap();
        let files = [
            File::new("deep/er/one", "1"),
            File::new("old", "new"),
            File::new("file/below", "a file is in the way"),
        ];
        let error = folder.write(&files, Overwrite::Always).unwrap_err();
        assert!(matches!(error, Error::Write { .. }), "{error}");
        assert_eq!(names(temp.path()), ["file", "old"]);
        assert_eq!(folder.read("old").unwrap().as_deref(), Some("old"));
    }
}
