//! What Helm puts into a template's data besides values: `.Chart`, `.Capabilities`, `.Files`.

mod capabilities;
mod chart;
mod files;
mod glob;
mod nil;
mod record;

pub(crate) use capabilities::capabilities;
pub(crate) use chart::chart;
pub(crate) use files::FilesObject;
pub(crate) use record::fields_of;
