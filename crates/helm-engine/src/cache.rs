//! Texts given to `tpl`, parsed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gotemplate::{Error, FuncMap, Parsed, parse};
use govalue::Str;

/// The most bytes of text kept; the cache is emptied when they are reached.
const MAX_BYTES: usize = 8 << 20;

/// Parsed texts by their content. They come from values, so that each render brings the same ones.
#[derive(Default)]
pub(crate) struct TplCache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    texts: HashMap<Str, Arc<Parsed>>,
    bytes: usize,
}

impl TplCache {
    /// The text, parsed under the name `name`, which must be the same for all calls.
    pub(crate) fn parse(&self, name: &Str, text: &Str, functions: &FuncMap) -> Result<Arc<Parsed>, Error> {
        if let Some(parsed) = self.lock().texts.get(text) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = Arc::new(parse(name.clone(), text.clone(), functions)?);
        let mut inner = self.lock();
        if inner.bytes + text.len() > MAX_BYTES {
            *inner = Inner::default();
        }
        inner.bytes += text.len();
        inner.texts.insert(text.clone(), Arc::clone(&parsed));
        Ok(parsed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
