//! Charts while their dependencies are processed.
//!
//! Helm changes charts in place and copies only the outermost layer of one it gives an alias, so two aliases of a chart
//! share that chart's own subcharts and requirements, and what is done to them for one alias shows in the other. Nodes
//! and requirements are therefore kept in two lists and referred to by position.

use std::collections::HashSet;
use std::sync::Arc;

use govalue::Map;

use crate::chart::Chart;
use crate::metadata::{Dependency, Metadata};
use crate::values::Subject;

/// The charts and requirements of one tree.
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) requirements: Vec<Dependency>,
    /// The requirements whose imports have been made.
    pub(super) imported: HashSet<usize>,
}

/// A chart that is being processed.
#[derive(Clone)]
pub(super) struct Node<'a> {
    /// The chart as loaded.
    pub(super) chart: &'a Chart,
    /// Its name or alias.
    pub(super) name: String,
    /// What it asks for, as positions; nothing if it has no list.
    pub(super) requirements: Option<Vec<usize>>,
    /// Its subcharts, as positions.
    pub(super) subcharts: Vec<usize>,
    /// Its values.
    pub(super) values: Arc<Map>,
    /// The chart it was last made a subchart of.
    parent: Option<usize>,
}

/// A node in its graph.
#[derive(Clone, Copy)]
pub(super) struct NodeRef<'g, 'a> {
    graph: &'g Graph<'a>,
    node: usize,
}

impl<'a> Graph<'a> {
    /// The position of the outermost chart.
    pub(super) const ROOT: usize = 0;

    pub(super) fn new(chart: &'a Chart) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            requirements: Vec::new(),
            imported: HashSet::new(),
        };
        graph.add(chart, None);
        graph
    }

    fn add(&mut self, chart: &'a Chart, parent: Option<usize>) -> usize {
        let node = self.nodes.len();
        let first = self.requirements.len();
        self.requirements.extend_from_slice(chart.metadata.dependencies());
        let requirements = chart
            .metadata
            .dependencies
            .as_ref()
            .map(|_| (first..self.requirements.len()).collect());
        self.nodes.push(Node {
            chart,
            name: chart.name().to_owned(),
            requirements,
            subcharts: Vec::new(),
            values: Arc::clone(&chart.values),
            parent,
        });
        let subcharts = chart.dependencies.iter().map(|subchart| self.add(subchart, Some(node)));
        let subcharts = subcharts.collect();
        self.nodes[node].subcharts = subcharts;
        node
    }

    /// Adds a copy of a node, under another name unless that is empty.
    pub(super) fn copy(&mut self, node: usize, alias: &str) -> usize {
        let mut copy = self.nodes[node].clone();
        if !alias.is_empty() {
            alias.clone_into(&mut copy.name);
        }
        self.nodes.push(copy);
        self.nodes.len() - 1
    }

    pub(super) fn set_subcharts(&mut self, node: usize, subcharts: Vec<usize>) {
        for &subchart in &subcharts {
            self.nodes[subchart].parent = Some(node);
        }
        self.nodes[node].subcharts = subcharts;
    }

    pub(super) fn subject(&self, node: usize) -> NodeRef<'_, 'a> {
        NodeRef { graph: self, node }
    }

    /// The finished tree.
    pub(super) fn into_chart(self) -> Chart {
        self.chart(Self::ROOT)
    }

    fn chart(&self, node: usize) -> Chart {
        let Node {
            chart,
            name,
            requirements,
            subcharts,
            values,
            ..
        } = &self.nodes[node];
        let metadata =
            if requirements.is_none() && *name == chart.metadata.name && chart.metadata.dependencies.is_none() {
                Arc::clone(&chart.metadata)
            } else {
                let requirements = requirements.as_ref();
                let dependencies =
                    requirements.map(|list| list.iter().map(|&at| self.requirements[at].clone()).collect());
                Arc::new(Metadata {
                    name: name.clone(),
                    dependencies,
                    ..chart.metadata.as_ref().clone()
                })
            };
        Chart {
            metadata,
            values: Arc::clone(values),
            dependencies: subcharts
                .iter()
                .map(|&subchart| Arc::new(self.chart(subchart)))
                .collect(),
            full_path: self.full_path(node).into(),
            ..(*chart).clone()
        }
    }

    fn full_path(&self, node: usize) -> String {
        let Node { name, parent, .. } = &self.nodes[node];
        match parent {
            Some(parent) => format!("{}/charts/{name}", self.full_path(*parent)),
            None => name.clone(),
        }
    }
}

impl Subject for NodeRef<'_, '_> {
    fn name(&self) -> &str {
        &self.graph.nodes[self.node].name
    }

    fn values(&self) -> &Map {
        &self.graph.nodes[self.node].values
    }

    fn subcharts(&self) -> impl Iterator<Item = Self> {
        let Self { graph, node } = *self;
        graph.nodes[node]
            .subcharts
            .iter()
            .map(move |&node| Self { graph, node })
    }
}

impl Node<'_> {
    /// Whether this chart is what a requirement asks for.
    pub(super) fn meets(&self, requirement: &Dependency) -> bool {
        self.name == requirement.name && super::is_compatible(&requirement.version, &self.chart.metadata.version)
    }
}
