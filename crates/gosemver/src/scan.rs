//! The shape that versions and the operands of constraints share: `v1.2.3-pre+meta`, shorter forms included.

/// The parts of a version-shaped prefix, without their punctuation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape<'a> {
    /// The whole prefix.
    pub(crate) text: &'a str,
    /// The first segment.
    pub(crate) major: &'a str,
    /// The second segment, empty when absent.
    pub(crate) minor: &'a str,
    /// The third segment, empty when absent.
    pub(crate) patch: &'a str,
    /// What follows the hyphen, empty when absent.
    pub(crate) pre: &'a str,
    /// What follows the plus sign, empty when absent.
    pub(crate) metadata: &'a str,
}

/// Reads the longest version-shaped prefix of `text`, whose segments are made of the bytes `in_segment` accepts.
pub(crate) fn shape(text: &str, in_segment: fn(u8) -> bool) -> Option<Shape<'_>> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let major = take(&mut rest, in_segment)?;
    let minor = take_after(&mut rest, '.', in_segment).unwrap_or_default();
    let patch = if minor.is_empty() {
        None
    } else {
        take_after(&mut rest, '.', in_segment)
    }
    .unwrap_or_default();
    let pre = take_identifiers(&mut rest, '-').unwrap_or_default();
    let metadata = take_identifiers(&mut rest, '+').unwrap_or_default();
    let text = &text[..text.len() - rest.len()];
    Some(Shape {
        text,
        major,
        minor,
        patch,
        pre,
        metadata,
    })
}

/// Whether a byte may stand in an identifier of a pre-release or of build metadata.
pub(crate) fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Takes the non-empty run of accepted bytes that `rest` starts with.
fn take<'a>(rest: &mut &'a str, accept: fn(u8) -> bool) -> Option<&'a str> {
    let end = rest.bytes().position(|byte| !accept(byte)).unwrap_or(rest.len());
    let (taken, left) = rest.split_at_checked(end)?;
    (!taken.is_empty()).then(|| {
        *rest = left;
        taken
    })
}

/// Takes `mark` and the run after it, or nothing.
fn take_after<'a>(rest: &mut &'a str, mark: char, accept: fn(u8) -> bool) -> Option<&'a str> {
    let mut after = rest.strip_prefix(mark)?;
    let taken = take(&mut after, accept)?;
    *rest = after;
    Some(taken)
}

/// Takes `mark` and the dotted identifiers after it, or nothing.
fn take_identifiers<'a>(rest: &mut &'a str, mark: char) -> Option<&'a str> {
    let start = rest.strip_prefix(mark)?;
    let mut after = *rest;
    take_after(&mut after, mark, is_identifier)?;
    while take_after(&mut after, '.', is_identifier).is_some() {}
    *rest = after;
    Some(&start[..start.len() - after.len()])
}
