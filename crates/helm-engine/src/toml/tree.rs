//! Tables under construction, and the library's rules on what may be defined twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use gotemplate::{Any, Elem};
use govalue::Str;

/// A table's entries.
pub(super) type Table = BTreeMap<Str, Node>;

/// A value that may still grow.
#[derive(Clone)]
pub(super) enum Node {
    Plain(Any),
    List(Vec<Node>),
    Table(Table),
    /// A list of tables, which headings in two brackets add to.
    Tables(Vec<Table>),
}

impl Node {
    /// The value as templates see it.
    pub(super) fn into_any(self) -> Any {
        match self {
            Self::Plain(value) => value,
            Self::List(items) => Any::list(items.into_iter().map(Self::into_any).collect()),
            Self::Table(table) => Any::map(into_entries(table)),
            Self::Tables(tables) => {
                let items = tables.into_iter().map(|table| Any::map(into_entries(table))).collect();
                Any::typed_list(Elem::Named("[]map[string]interface {}"), items)
            }
        }
    }
}

/// A table's entries as templates see them.
pub(super) fn into_entries(table: Table) -> BTreeMap<Str, Any> {
    table.into_iter().map(|(key, node)| (key, node.into_any())).collect()
}

/// All tables, and where keys go now.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) root: Table,
    /// The path of the table that keys go into.
    pub(super) context: Vec<Str>,
    /// Tables that were only named on the way to others.
    implicit: HashSet<Vec<Str>>,
    /// Whether the value at a path is a list.
    lists: HashMap<Vec<Str>, bool>,
}

impl Tables {
    /// Makes the table at `path`, or one more at the end of the list of tables there, the one that keys go into.
    pub(super) fn enter(&mut self, path: &[Str], is_list: bool) -> Result<(), String> {
        let Some((last, parents)) = path.split_last() else {
            return Ok(());
        };
        let mut table = &mut self.root;
        for (index, key) in parents.iter().enumerate() {
            if !table.contains_key(key) {
                self.implicit.insert(path[..=index].to_vec());
                table.insert(key.clone(), Node::Table(Table::new()));
            }
            table = inner(table, key)
                .ok_or_else(|| format!("Key '{}' was already created as a hash.", shown(&path[..=index])))?;
        }
        self.context = parents.to_vec();
        if is_list {
            match table.entry(last.clone()).or_insert_with(|| Node::Tables(Vec::new())) {
                Node::Tables(tables) => tables.push(Table::new()),
                _ => {
                    return Err(format!(
                        "Key '{}' was already created and cannot be used as an array.",
                        shown(path)
                    ));
                }
            }
        } else {
            self.set(last, Node::Table(Table::new()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// As [`Tables::enter`] for a table that is only named on the way.
    pub(super) fn enter_implicit(&mut self, key: &Str) -> Result<(), String> {
        let mut path = self.context.clone();
        path.push(key.clone());
        self.implicit.insert(path.clone());
        self.enter(&path, false)
    }

    /// Marks the table that keys go into as one that may be defined again, once.
    pub(super) fn mark_implicit(&mut self) {
        self.implicit.insert(self.context.clone());
    }

    /// Sets a key of the table that keys go into.
    pub(super) fn set(&mut self, key: &Str, node: Node) -> Result<(), String> {
        let mut path = self.context.clone();
        let mut table = &mut self.root;
        for (index, part) in self.context.iter().enumerate() {
            table = inner(table, part)
                .ok_or_else(|| format!("Key '{}' has already been defined.", shown(&self.context[..=index])))?;
        }
        path.push(key.clone());
        if table.contains_key(key) {
            if !self.implicit.remove(&path) {
                return Err(format!("Key '{}' has already been defined.", shown(&path)));
            }
            // What a table has gathered so far stays; a list of inline tables is replaced by what was read of it.
            if !self.lists.get(&path).copied().unwrap_or_default() {
                return Ok(());
            }
        }
        table.insert(key.clone(), node);
        Ok(())
    }

    /// The inline table at `context`, or the last one of the list there: a copy, because what stands in the tree is set
    /// once more by what the inline table is the value of.
    pub(super) fn take_inline(&mut self, context: &[Str]) -> Node {
        let mut table = Some(&mut self.root);
        for key in context {
            table = table.and_then(|table| inner(table, key));
        }
        Node::Table(table.map(|table| table.clone()).unwrap_or_default())
    }

    /// Remembers whether the value of a key, or the table that keys go into, is a list.
    pub(super) fn set_type(&mut self, key: Option<&Str>, is_list: bool) {
        let mut path = self.context.clone();
        path.extend(key.filter(|key| !key.is_empty()).cloned());
        self.lists.insert(path, is_list);
    }
}

/// The table under a key: of a list of tables the last one.
fn inner<'t>(table: &'t mut Table, key: &Str) -> Option<&'t mut Table> {
    match table.get_mut(key)? {
        Node::Table(table) => Some(table),
        Node::Tables(tables) => tables.last_mut(),
        Node::Plain(_) | Node::List(_) => None,
    }
}

/// A path as messages show it.
pub(super) fn shown(path: &[Str]) -> String {
    let parts: Vec<String> = path.iter().map(|part| super::write::shown_key(part)).collect();
    parts.join(".")
}
