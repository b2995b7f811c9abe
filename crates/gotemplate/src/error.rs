//! Why a template could not be parsed or executed, with Go's exact text.

use std::fmt;

use govalue::Str;

use crate::FuncError;

/// Why a template could not be parsed or executed.
///
/// `Display` is Go's text, whole: it names each template on the way to the failure, so [`std::error::Error::source`]
/// gives nothing more. The same chain is there as data in [`Error::chain`].
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    location: Option<Location>,
    template: Str,
    context: Str,
    detail: Str,
    cause: Option<FuncError>,
}

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no template.
    Parse,
    /// A value is not what the template takes it for.
    Evaluation,
    /// A function or a method failed; [`Error::cause`] says why.
    Function,
    /// There is no template of the name.
    NoTemplate,
    /// A limit of [`crate::Limits`] was reached.
    Limit,
}

/// A place in a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The name under which the text was parsed: for Helm the file's path.
    pub file: Str,
    /// The line, from 1.
    pub line: u32,
    /// The byte in the line, from 0; of a parse error, the token at which the parser gave up, which its text leaves out.
    pub column: Option<u32>,
}

impl Error {
    /// An error of the parser at `location`.
    pub(crate) fn parse(location: Location, detail: impl Into<Str>) -> Self {
        Self::new(
            ErrorKind::Parse,
            Some(location),
            Str::default(),
            Str::default(),
            detail.into(),
            None,
        )
    }

    /// No template `name` among the templates associated with `root`.
    pub(crate) fn no_template(detail: impl Into<Str>) -> Self {
        Self::new(
            ErrorKind::NoTemplate,
            None,
            Str::default(),
            Str::default(),
            detail.into(),
            None,
        )
    }

    /// An error of the executor: in `template`, at the node that prints itself as `context`.
    pub(crate) fn exec(
        kind: ErrorKind,
        location: Location,
        template: Str,
        context: Str,
        detail: Str,
        cause: Option<FuncError>,
    ) -> Self {
        Self::new(kind, Some(location), template, context, detail, cause)
    }

    fn new(
        kind: ErrorKind,
        location: Option<Location>,
        template: Str,
        context: Str,
        detail: Str,
        cause: Option<FuncError>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            location,
            template,
            context,
            detail,
            cause,
        }))
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where it is, in the outermost template.
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// The name of the template that was being executed; empty for parse errors.
    pub fn template(&self) -> &Str {
        &self.0.template
    }

    /// The source of the node that failed, as Go prints it; empty for parse errors.
    pub fn context(&self) -> &Str {
        &self.0.context
    }

    /// The message alone, without the location and without the cause.
    pub fn detail(&self) -> &Str {
        &self.0.detail
    }

    /// The function's error, if a function failed.
    pub fn cause(&self) -> Option<&FuncError> {
        self.0.cause.as_ref()
    }

    /// This error and those of the templates inside it, outermost first: one per `include` and `tpl` on the way.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |error| error.cause().and_then(FuncError::nested))
    }

    /// The function's error at the end of the chain.
    pub fn root_cause(&self) -> Option<&FuncError> {
        self.chain()
            .filter_map(Self::cause)
            .last()
            .filter(|cause| cause.nested().is_none())
    }

    /// Go's text, as bytes: a template's name or source need not be UTF-8.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for error in self.chain() {
            error.write_head(&mut text);
            if let Some(cause) = error.cause() {
                text.extend_from_slice(cause.message().as_bytes());
                if cause.nested().is_some() && !cause.message().is_empty() {
                    text.extend_from_slice(b": ");
                }
            }
        }
        text
    }

    fn write_head(&self, text: &mut Vec<u8>) {
        let Inner {
            location,
            template,
            context,
            detail,
            ..
        } = &*self.0;
        if let Some(Location { file, line, column }) = location {
            text.extend_from_slice(b"template: ");
            text.extend_from_slice(file.as_bytes());
            text.extend_from_slice(format!(":{line}").as_bytes());
            if let Some(column) = column.filter(|_| self.kind() != ErrorKind::Parse) {
                text.extend_from_slice(format!(":{column}: executing ").as_bytes());
                text.extend_from_slice(&crate::quote::quote(template.as_bytes()));
                text.extend_from_slice(b" at <");
                text.extend_from_slice(context.as_bytes());
                text.push(b'>');
            }
            text.extend_from_slice(b": ");
        }
        text.extend_from_slice(detail.as_bytes());
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.kind())
    }
}

impl std::error::Error for Error {}
