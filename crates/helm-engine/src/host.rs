//! What Helm's own functions reach during a render.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use gotemplate::FuncMap;
use govalue::{Str, Value};
use helm_chart::Warning;

use crate::cache::TplCache;
use crate::{Lookup, LookupQuery};

/// The state of one render, shared by all of its templates.
pub(crate) struct Host {
    pub(crate) functions: Arc<FuncMap>,
    pub(crate) texts: Arc<TplCache>,
    pub(crate) lookup: Arc<dyn Lookup>,
    /// Answers given before: a template that asks twice sees one cluster.
    pub(crate) answers: RefCell<BTreeMap<LookupQuery, Value>>,
    /// The names of the templates that `include` is in, innermost last.
    pub(crate) includes: RefCell<Vec<Str>>,
    /// What `required` and `fail` said, where they do not end the render.
    pub(crate) refusals: Option<RefCell<Vec<Warning>>>,
}

impl Host {
    /// Answers a query, from the answers given before if it is among them.
    pub(crate) fn look_up(&self, query: LookupQuery) -> Result<Value, String> {
        if let Some(answer) = self.answers.borrow().get(&query) {
            return Ok(answer.clone());
        }
        let answer = self.lookup.lookup(&query)?;
        self.answers.borrow_mut().insert(query, answer.clone());
        Ok(answer)
    }
}
