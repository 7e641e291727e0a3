//! The rule of layers: a module uses what is in those below it, and nothing else.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    graph::Graph,
    lists::{Order, Rest},
    sources::{Part, Sources},
};

impl Order {
    /// The module that a file belongs to: its name in the folder of the order. The root of a library only lists and
    /// re-exports.
    pub(crate) fn module(&self, file: &Path) -> Option<String> {
        let first = file.strip_prefix(self.folder).ok()?.components().next()?;
        let name = Path::new(first.as_os_str()).file_stem()?.to_str()?;
        let is_one = match self.rest {
            Rest::IsRefused => file != Path::new("lib.rs"),
            Rest::IsFree => self.layer(name).is_some(),
        };
        is_one.then(|| name.to_owned())
    }

    fn layer(&self, module: &str) -> Option<usize> {
        let mut layers = self.layers.iter();
        layers.position(|layer| layer.contains(&module))
    }

    /// Whether a module may use another.
    fn is_above(&self, module: &str, used: &str) -> bool {
        let used = self.layer(used);
        used.is_some() && used < self.layer(module)
    }

    /// What is out of order in the sources, in words.
    pub(crate) fn complaints(&self, sources: &Sources) -> BTreeSet<String> {
        let graph = Graph::of(sources, Part::Everything);
        let used = graph.edges.keys().chain(&graph.passed);
        let mut complaints: BTreeSet<String> =
            used.filter_map(|edge| self.complaint(edge)).collect();
        if self.rest == Rest::IsRefused {
            let through = |(file, name): &(PathBuf, String)| {
                let file = file.display();
                format!("{file}: `{name}` is named through the root, which is for users")
            };
            complaints.extend(graph.public.iter().map(through));
        }
        complaints.extend(graph.complaints);
        complaints
    }

    fn complaint(&self, (from, to): &(PathBuf, PathBuf)) -> Option<String> {
        let (module, used) = (self.module(from)?, self.module(to)?);
        let is_allowed = module == used || self.is_above(&module, &used);
        let file = from.display();
        (!is_allowed).then(|| format!("{file}: `{module}` is not above `{used}`"))
    }

    /// Modules that have no layer, and layers that have no module.
    pub(crate) fn strangers(&self, sources: &Sources) -> BTreeSet<String> {
        let found: BTreeSet<String> = sources
            .0
            .keys()
            .filter_map(|file| self.module(file))
            .collect();
        let listed = self.layers.concat().into_iter().map(str::to_owned);
        found
            .symmetric_difference(&listed.collect())
            .cloned()
            .collect()
    }
}
