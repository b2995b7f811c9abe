//! Parsed templates by name: one immutable set per chart, and overlays for what `tpl` adds.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use govalue::Str;

use crate::ast::{List, Names, Node, Shown, Span};

/// A parsed template: a file's text or a `define` in it. Shared by renders and threads.
pub struct Template {
    pub(crate) name: Str,
    pub(crate) source: Arc<Source>,
    pub(crate) root: List,
    /// The variables' names.
    pub(crate) names: Names,
    /// Whether some node declares a `$` of its own.
    pub(crate) declares_dollar: bool,
    /// Whether there is nothing in it but space.
    pub(crate) is_empty: bool,
}

/// A text that was parsed; all templates defined in it share it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: Str,
    pub(crate) text: Str,
}

/// What one text gave: its own template and those that it defines.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub(crate) main: Arc<Template>,
    pub(crate) templates: Vec<Arc<Template>>,
}

/// The templates that can be named while one of them is executed. Built once, then shared by renders and threads.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    name: Str,
    templates: HashMap<Str, Arc<Template>>,
}

/// Templates over other templates: what a text given to `tpl` defines, seen only while that text is executed.
///
/// Nothing of what is below is copied.
#[derive(Debug)]
pub struct Overlay<'a> {
    below: Templates<'a>,
    parsed: &'a Parsed,
}

/// A set of templates, or an overlay over one.
#[derive(Clone, Copy, Debug)]
pub enum Templates<'a> {
    /// A set.
    Set(&'a TemplateSet),
    /// An overlay.
    Overlay(&'a Overlay<'a>),
}

impl Template {
    /// Its name.
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// The name of the text it was defined in: for Helm the file's path.
    pub fn file(&self) -> &Str {
        &self.source.file
    }

    /// Whether there is nothing in it but space and comments. Such a template never takes another's place.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The parsed tree written as a template again, as Go's `String` method of the root writes it.
    pub fn to_source(&self) -> Str {
        Str::from(Shown::new(&self.source.text, &self.names).of(&self.root))
    }

    /// The bytes of a text node.
    pub(crate) fn text(&self, span: Span) -> &[u8] {
        span.of(&self.source.text)
    }
}

/// Whether the list has nothing but space in it.
pub(crate) fn is_empty(list: &List, source: &Source) -> bool {
    list.nodes.iter().all(|node| match node {
        Node::Text(span) => bstr::ByteSlice::trim(span.of(&source.text)).is_empty(),
        _ => false,
    })
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("name", &self.name)
            .field("file", self.file())
            .finish_non_exhaustive()
    }
}

impl Parsed {
    /// The template of the text itself.
    pub fn main(&self) -> &Arc<Template> {
        &self.main
    }

    /// All templates of the text, the main one among them.
    pub fn templates(&self) -> &[Arc<Template>] {
        &self.templates
    }

    fn find(&self, name: &[u8]) -> Option<&Arc<Template>> {
        self.templates.iter().find(|template| template.name.as_bytes() == name)
    }
}

impl TemplateSet {
    /// An empty set. `name` is what Go calls the template that the others are associated with (Helm's is `gotpl`):
    /// it appears in the error for an unknown name.
    pub fn new(name: impl Into<Str>) -> Self {
        Self {
            name: name.into(),
            templates: HashMap::new(),
        }
    }

    /// Adds the templates of a text. As in Go, the last definition of a name stands, but an empty template never takes
    /// the place of another.
    pub fn add(&mut self, parsed: &Parsed) {
        for template in &parsed.templates {
            if !(template.is_empty() && self.templates.contains_key(template.name.as_bytes())) {
                self.templates.insert(template.name.clone(), Arc::clone(template));
            }
        }
    }

    /// The template `name`.
    pub fn get(&self, name: &[u8]) -> Option<&Arc<Template>> {
        self.templates.get(name)
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// The templates, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.templates.values()
    }
}

impl<'a> Overlay<'a> {
    /// The templates of `parsed` over those `below`.
    pub fn new(below: impl Into<Templates<'a>>, parsed: &'a Parsed) -> Self {
        Self {
            below: below.into(),
            parsed,
        }
    }

    /// The template of the text itself, which is executed even where, being empty, it replaces none.
    pub fn main(&self) -> &'a Arc<Template> {
        &self.parsed.main
    }
}

impl<'a> Templates<'a> {
    /// The template `name`.
    pub fn get(self, name: &[u8]) -> Option<&'a Arc<Template>> {
        match self {
            Self::Set(set) => set.get(name),
            Self::Overlay(overlay) => match overlay.parsed.find(name) {
                Some(template) if template.is_empty() => overlay.below.get(name).or(Some(template)),
                Some(template) => Some(template),
                None => overlay.below.get(name),
            },
        }
    }

    /// Go's name of the template that the others are associated with.
    pub fn name(self) -> &'a Str {
        match self {
            Self::Set(set) => &set.name,
            Self::Overlay(overlay) => overlay.below.name(),
        }
    }
}

impl<'a> From<&'a TemplateSet> for Templates<'a> {
    fn from(set: &'a TemplateSet) -> Self {
        Self::Set(set)
    }
}

impl<'a> From<&'a Overlay<'a>> for Templates<'a> {
    fn from(overlay: &'a Overlay<'a>) -> Self {
        Self::Overlay(overlay)
    }
}
