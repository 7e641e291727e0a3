//! From the list of tasks to what is known of each.
//!
//! A leak of thousands is mostly one task many times. So the first of each kind are decoded, and what decided is kept as a
//! template; a later one that fits a template takes over its frames.

use std::{collections::HashMap, sync::Arc, time::Instant};

use super::{
    decode::{concrete, decode},
    dwarf::Type,
    name::{coroutine_name, short},
    shape_memo::ShapeMemo,
    tokio::{Header, Listed, TaskKind},
    value::{Reader, Value},
};
use crate::{
    Error, Event, Frame, FutureAddress, Need, State, Task, Wait, task::Extent, task_list::Detail,
};

/// Tasks of one kind that are decoded in full; more of them are recognised by where they are, and nothing else is read.
const FULL: usize = 64;
/// Templates of one kind that tasks are compared with.
const MOST_TEMPLATES: usize = 64;

/// Reads one task after the other.
#[derive(Debug)]
pub(super) struct TaskReader<'r, 'i> {
    reader: &'r Reader<'i>,
    header: &'r Header,
    detail: Detail,
    /// The moment on the clock of the tasks.
    now: Instant,
    kinds: HashMap<*const TaskKind, Templates>,
}

/// What tasks of one kind were decoded to.
#[derive(Debug, Default)]
struct Templates {
    decoded: usize,
    templates: Vec<Template>,
}

/// A decoded task, with which later ones are compared.
#[derive(Debug)]
struct Template {
    /// What decided.
    memo: ShapeMemo,
    root: Arc<Frame>,
    /// The name of a future that is in a box.
    boxed: Option<Arc<str>>,
}

impl<'r, 'i> TaskReader<'r, 'i> {
    pub(super) fn new(
        reader: &'r Reader<'i>,
        header: &'r Header,
        detail: Detail,
        now: Instant,
    ) -> Self {
        Self {
            reader,
            header,
            detail,
            now,
            kinds: HashMap::new(),
        }
    }

    /// What is known of a task.
    pub(super) fn task(&mut self, listed: &Listed) -> Task {
        let reader = self.reader;
        reader.memory.forget();
        let id = listed.kind.id(reader, listed.address).unwrap_or(0);
        let mut task = idle(id, listed.address, self.name(&listed.kind), self.now);
        let Some(word) = self.header.state(reader, listed.address) else {
            task.unread = Some("its memory is not readable".into());
            return task;
        };
        task.state = Header::meaning(word);
        task.has_join_handle = Header::has_join_handle(word);
        task.is_aborted = Header::is_aborted(word);
        if self.detail == Detail::Outline || matches!(task.state, State::Running | State::Complete)
        {
            return task;
        }
        if let Some(Template { root, boxed, .. }) = self.recognise(listed) {
            if let Some(boxed) = boxed {
                task.future = Arc::clone(boxed);
            }
            task.root = Some(Arc::clone(root));
            task.is_recognised = true;
        } else {
            self.decode(listed, &mut task);
        }
        // What it was may be gone by now.
        reader.memory.forget();
        if self.header.state(reader, listed.address) != Some(word) {
            // Somebody runs it.
            task.state = State::Running;
            task.root = None;
            task.waits.clear();
            task.needs = Need::Unknown;
            task.holds.clear();
            task.is_complete = false;
            task.extent = Extent::Some;
            task.attempt = None;
            task.is_recognised = false;
            task.unread = Some("it changed while it was read".into());
        }
        task
    }

    /// The frames of an earlier task that is at the same place, where enough of the kind were decoded.
    fn recognise(&self, listed: &Listed) -> Option<&Template> {
        let known = self.kinds.get(&Arc::as_ptr(&listed.kind))?;
        (known.decoded >= FULL).then_some(())?;
        let fits = |known: &&Template| known.memo.fits(&self.reader.memory, listed.address);
        known.templates.iter().find(fits)
    }

    fn decode(&mut self, listed: &Listed, task: &mut Task) {
        let reader = self.reader;
        reader.note(listed.address);
        let future = listed.kind.future(reader, listed.address);
        let decoded = future.map(|future| decode(reader, future));
        let memo = reader.noted();
        let Some(decoded) = decoded else {
            task.unread = Some(match (listed.kind.future, listed.kind.missing) {
                (Some(_), _) => "its future is not where its type says".into(),
                (None, Some(missing)) => missing.to_string().into(),
                (None, None) => "the crate that spawned it was built without full debug info; give it `debug = 2` in its profile".into(),
            });
            return;
        };
        let boxed = listed.kind.is_boxed().then(|| named(reader, decoded.ty));
        let known = self.kinds.entry(Arc::as_ptr(&listed.kind)).or_default();
        known.decoded += 1;
        let mut templates = known.templates.iter();
        let same = templates.find(|template| *template.root == decoded.root);
        let root = match same {
            Some(template) => Arc::clone(&template.root),
            None => Arc::new(decoded.root),
        };
        if let Some(memo) = memo.filter(ShapeMemo::is_whole)
            && same.is_none()
            && known.templates.len() < MOST_TEMPLATES
        {
            known.templates.push(Template {
                memo,
                root: Arc::clone(&root),
                boxed: boxed.clone(),
            });
        }
        if let Some(boxed) = boxed {
            task.future = boxed;
        }
        task.root = Some(root);
        task.waits = decoded.waits;
        task.needs = decoded.needs;
        number_tasks(&mut task.waits, reader, self.header);
        task.holds = decoded.holds;
        task.is_complete = decoded.is_complete;
        task.extent = Extent::of(decoded.has_all_holds);
        task.attempt = decoded.attempt;
    }

    /// The name of the kind's future.
    fn name(&self, kind: &TaskKind) -> Arc<str> {
        let make = || match (kind.traced, &kind.polled) {
            (Some(ty), _) => named(self.reader, ty),
            (None, Some(polled)) => Arc::clone(polled),
            (None, None) => "a future without debug info".into(),
        };
        Arc::clone(kind.name.get_or_init(make))
    }
}

/// What is known of a future that is no task, and of which the caller says that nobody polls it.
pub(super) fn future(
    reader: &Reader<'_>,
    future: FutureAddress,
    header: Option<&Header>,
) -> Result<Task, Error> {
    let ty = concrete(reader, future.table).ok_or_else(|| {
        Error::new(
            "the crate of this future was built without full debug info; give it `debug = 2` in its profile",
        )
    })?;
    let mut decoded = decode(reader, Value::new(ty, future.data));
    if let Some(header) = header {
        number_tasks(&mut decoded.waits, reader, header);
    }
    Ok(Task {
        root: Some(Arc::new(decoded.root)),
        waits: decoded.waits,
        needs: decoded.needs,
        holds: decoded.holds,
        is_complete: decoded.is_complete,
        extent: Extent::of(decoded.has_all_holds),
        attempt: decoded.attempt,
        ..idle(0, future.data, named(reader, ty), Instant::now())
    })
}

/// A task of which no more is known.
fn idle(id: u64, address: u64, future: Arc<str>, read_at: Instant) -> Task {
    Task {
        id,
        address,
        state: State::Idle,
        has_join_handle: true,
        is_aborted: false,
        future,
        root: None,
        waits: Vec::new(),
        needs: Need::Unknown,
        holds: Vec::new(),
        is_complete: false,
        extent: Extent::Some,
        attempt: None,
        unread: None,
        is_recognised: false,
        read_at,
    }
}

/// Adds which tasks are waited for: their handles keep their cells.
fn number_tasks(waits: &mut [Wait], reader: &Reader<'_>, header: &Header) {
    for wait in waits.iter_mut().filter(|wait| wait.event == Event::End) {
        wait.task = wait
            .object
            .and_then(|object| header.id(reader, object.address));
    }
}

/// The name of a future of this type.
fn named(reader: &Reader<'_>, ty: &'static Type) -> Arc<str> {
    if ty.is_coroutine() {
        coroutine_name(reader.image, ty)
    } else {
        short(&ty.full()).into()
    }
}
