//! YAML documents of charts and users.

use govalue::Value;

/// Reads the first document.
pub(crate) fn read(text: &[u8]) -> Result<Value, goyaml::Error> {
    goyaml::from_str(text)
}
