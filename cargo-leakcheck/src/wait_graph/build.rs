//! From the findings of a report to the whole graph of them.

use std::collections::BTreeMap;

use leakcheck_report::{Awaited, Holder, Keeper, Kept, OwnHandle};

use super::model::{Edge, EdgeKind, Node, NodeKind, WaitGraph};
use crate::{
    finding::is_near,
    report::{Frame, Leak},
};

impl WaitGraph {
    /// All that these findings of one report say of each other.
    pub(crate) fn of(leaks: &[Leak]) -> Self {
        Building::of(leaks)
    }
}

/// A graph under way.
#[derive(Default)]
struct Building {
    graph: WaitGraph,
    /// The node of each task that is known.
    tasks: BTreeMap<u64, usize>,
    /// Of whom nothing but a name is known.
    named: BTreeMap<(NodeKind, String), usize>,
    /// Things that several wait for, by who has them.
    awaited: BTreeMap<(NodeKind, Vec<Owner>), usize>,
}

/// What tells a holder from others.
type Owner = (String, u64, String, Option<String>, Option<u32>);

impl Building {
    fn of(leaks: &[Leak]) -> WaitGraph {
        let mut building = Self::default();
        for (at, leak) in leaks.iter().enumerate() {
            let node = building.add(finding(at, leak));
            let Node { kind, name, .. } = &building.graph.nodes[node];
            if *kind == NodeKind::Thread && !name.is_empty() {
                let key = (*kind, name.clone());
                building.named.entry(key).or_insert(node);
            }
            for task in &leak.tasks {
                building.tasks.entry(*task).or_insert(node);
            }
        }
        for (at, leak) in leaks.iter().enumerate() {
            building.waits(at, leak.waits_for.as_ref());
            for kept in &leak.held {
                building.kept(at, kept);
            }
            if let Some(own) = &leak.keeps_own_handle {
                building.own_handle(at, own);
            }
        }
        for (at, leak) in leaks.iter().enumerate() {
            if let Some(follows) = &leak.follows
                && follows.leak < leaks.len()
                && follows.leak != at
            {
                building.edge(at, follows.leak, EdgeKind::Follows, &follows.because, true);
            }
        }
        building.graph
    }

    fn add(&mut self, node: Node) -> usize {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind, label: &str, is_certain: bool) {
        self.graph.edges.push(Edge {
            from,
            to,
            kind,
            label: label.to_owned(),
            is_certain,
            is_in_cycle: false,
        });
    }

    fn waits(&mut self, from: usize, awaited: Option<&Awaited>) {
        let Some(awaited) = awaited else { return };
        for one in std::iter::once(awaited).chain(&awaited.or) {
            self.waits_for(from, one);
        }
    }

    fn waits_for(&mut self, from: usize, awaited: &Awaited) {
        // The end of a task is no thing of its own.
        if !awaited.tasks.is_empty() {
            for task in &awaited.tasks {
                let to = self.task(*task, "", None);
                self.edge(from, to, EdgeKind::Waits, "", true);
            }
            return;
        }
        let kind = NodeKind::of_event(&awaited.event);
        let owners: Vec<Owner> = awaited.held_by.iter().map(owner).collect();
        let known = self.awaited.get(&(kind, owners.clone())).copied();
        if let Some(to) = known.filter(|_| !owners.is_empty()) {
            self.edge(from, to, EdgeKind::Waits, "", true);
            return;
        }
        let to = self.add(Node {
            kind,
            number: None,
            name: awaited.what.clone(),
            at: None,
            finding: None,
            count: 1,
        });
        self.awaited.insert((kind, owners), to);
        self.edge(from, to, EdgeKind::Waits, "", true);
        for holder in &awaited.held_by {
            let by = self.holder(from, holder);
            let locals: Vec<&str> = holder
                .local
                .iter()
                .chain(&holder.also)
                .map(|l| &**l)
                .collect();
            self.edge(to, by, EdgeKind::HeldBy, &locals.join(", "), holder.certain);
        }
    }

    fn holder(&mut self, waiting: usize, holder: &Holder) -> usize {
        if holder.itself {
            return waiting;
        }
        let kind = if holder.body {
            NodeKind::Body
        } else {
            NodeKind::of_holder(&holder.kind)
        };
        match kind {
            NodeKind::Task => self.task(holder.task, &holder.name, holder.at.as_ref()),
            kind => self.someone(kind, &holder.name, holder.at.as_ref()),
        }
    }

    fn task(&mut self, number: u64, name: &str, at: Option<&Frame>) -> usize {
        if let Some(node) = self.tasks.get(&number).filter(|_| number != 0) {
            return *node;
        }
        let node = self.add(Node {
            kind: NodeKind::Task,
            number: (number != 0).then_some(number),
            name: name.to_owned(),
            at: at.cloned(),
            finding: None,
            count: 1,
        });
        if number != 0 {
            self.tasks.insert(number, node);
        }
        node
    }

    fn someone(&mut self, kind: NodeKind, name: &str, at: Option<&Frame>) -> usize {
        let key = (kind, name.to_owned());
        if let Some(node) = self.named.get(&key) {
            return *node;
        }
        let node = self.add(Node {
            kind,
            number: None,
            name: name.to_owned(),
            at: at.cloned(),
            finding: None,
            count: 1,
        });
        self.named.insert(key, node);
        node
    }

    fn kept(&mut self, from: usize, kept: &Kept) {
        for keeper in &kept.by {
            let by = self.keeper(keeper);
            let label = keeper.locals.join(", ");
            self.edge(from, by, EdgeKind::HeldBy, &label, keeper.certain);
        }
    }

    fn keeper(&mut self, keeper: &Keeper) -> usize {
        let name = keeper.name.as_deref().unwrap_or_default();
        match (NodeKind::of_holder(&keeper.kind), keeper.task) {
            (NodeKind::Task | NodeKind::BlockingTask, Some(task)) => self.task(task, name, None),
            (kind, _) => self.someone(kind, name, None),
        }
    }

    fn own_handle(&mut self, task: usize, own: &OwnHandle) {
        let handle = self.add(Node {
            kind: NodeKind::Handle,
            number: None,
            name: own.kind.clone(),
            at: own.at.clone(),
            finding: None,
            count: 1,
        });
        let way = format!("{}{}", own.local, own.path);
        self.edge(task, handle, EdgeKind::Owns, &way, own.certain);
        self.edge(handle, task, EdgeKind::HeldBy, "", own.certain);
    }
}

fn finding(at: usize, leak: &Leak) -> Node {
    let waits = leak.waits_in.as_ref();
    let waits = waits.or_else(|| leak.waits_at.iter().find(|frame| is_near(frame)));
    Node {
        kind: NodeKind::of_finding(&leak.kind),
        number: match &leak.tasks[..] {
            [task] => Some(*task),
            _ => None,
        },
        name: leak.name.clone().unwrap_or_default(),
        at: waits.or(leak.created_at.as_ref()).cloned(),
        finding: Some(at),
        count: leak.count,
    }
}

fn owner(holder: &Holder) -> Owner {
    (
        holder.kind.clone(),
        holder.task,
        holder.name.clone(),
        holder.local.clone(),
        holder.at.as_ref().and_then(|at| at.line),
    )
}
