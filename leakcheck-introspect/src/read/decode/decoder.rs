//! Follows what a future awaits, level by level.

use std::{collections::HashSet, sync::Arc};

use super::{
    access_path::Trust,
    attempt, call_site,
    coroutine::{Variables, stage},
    holds::Holds,
    joined::{Branches, choice, joins},
    pointers::is_wrapper,
    relevance::is_pending,
    scan::Scan,
    scanned::{Mode, ScannedObject},
    unboxed::unboxed,
    waits::{Waits, without_own},
};
use crate::{
    Attempt, Certainty, Class, Event, Frame, FrameKind, Hold, Need, Wait,
    read::{
        dwarf::{Die, Type},
        name::{coroutine_name, home_of},
        objects::{Awaited, Method, ObjectRef, Use},
        tokio::{traced, turn},
        value::{Reader, Value},
    },
};

/// Levels of awaits that are followed.
const DEEPEST: u32 = 64;
/// Frames of one task.
const MOST_FRAMES: u32 = 400;
/// Futures of one task that it keeps and does not poll, of which the frames are read.
const MOST_PARKED: usize = 64;

/// What a future says of itself.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) root: Frame,
    /// Its type; of one in a box that of what is in the box.
    pub(crate) ty: &'static Type,
    pub(crate) waits: Vec<Wait>,
    pub(crate) needs: Need,
    pub(crate) holds: Vec<Hold>,
    /// Whether everything that it may be woken by is among the waits.
    pub(crate) is_complete: bool,
    /// Whether all that its frames hold was found.
    pub(crate) has_all_holds: bool,
    /// What it pauses after, where it waits for a timer and for nothing else.
    pub(crate) attempt: Option<Attempt>,
}

/// Reads one future.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
struct Decoder<'r, 'i> {
    reader: &'r Reader<'i>,
    frames: u32,
    waits: Waits,
    holds: Holds,
    /// Whether nothing else may end what is read now: a branch that is joined, or all of it.
    is_complete: bool,
    /// Whether that is so of all branches that are joined.
    are_branches_complete: bool,
    /// What has to happen of what is read now, one of these.
    needs: Vec<Need>,
    /// Whether what is awaited next is `join!`.
    is_join: bool,
    has_all_holds: bool,
    /// Whether what is read now is awaited by `ctrl_c`.
    is_in_ctrl_c: bool,
    /// Whether what is read now is polled when the task is.
    is_polled: bool,
    /// The coroutines that were read as such.
    polled: HashSet<(u64, Die)>,
    /// Those of them that are suspended, each before what it awaits.
    suspended: Vec<Value>,
}

/// Reads a future and everything that it awaits.
pub(crate) fn decode(reader: &Reader<'_>, future: Value) -> Decoded {
    let mut decoder = Decoder {
        reader,
        frames: 0,
        waits: Waits::default(),
        holds: Holds::default(),
        is_complete: true,
        are_branches_complete: true,
        needs: Vec::new(),
        is_join: false,
        has_all_holds: true,
        is_in_ctrl_c: false,
        is_polled: true,
        polled: HashSet::new(),
        suspended: Vec::new(),
    };
    // Whether it is traced says nothing of it.
    let inside = traced(reader, future.ty);
    let future = reader
        .inside(future, &|ty| std::ptr::eq(ty, inside))
        .unwrap_or(future);
    // What is boxed goes by the name of what is in the box.
    let future = unboxed(reader, future);
    let mut root = decoder.frame(future, 0, Trust::Unknown);
    if is_wrapper(future.ty) && root.inner.len() == 1 {
        root = root.inner.remove(0);
    }
    reader.aside(|| decoder.parked());
    let attempt = reader.aside(|| decoder.attempt());
    let Decoder {
        mut waits,
        holds,
        polled,
        is_complete,
        are_branches_complete,
        needs,
        ..
    } = decoder;
    let needs = choice(is_complete, needs);
    let is_complete = is_complete && are_branches_complete;
    let has_all_holds = decoder.has_all_holds && !holds.is_blind;
    // What is not known may poll any of them.
    let holds = holds.finish(|future| !is_complete || polled.contains(&future));
    without_own(&mut waits.list, &holds);
    Decoded {
        root,
        ty: future.ty,
        waits: waits.list,
        needs,
        holds,
        is_complete,
        has_all_holds,
        attempt,
    }
}

impl Decoder<'_, '_> {
    fn frame(&mut self, future: Value, depth: u32, closures: Trust) -> Frame {
        self.frames += 1;
        if depth > DEEPEST || self.frames > MOST_FRAMES {
            self.is_complete = false;
            self.has_all_holds = false;
            return Frame {
                kind: FrameKind::Unfollowed,
                ..plain_frame("..".into())
            };
        }
        if future.ty.is_coroutine() {
            return self.coroutine(future, depth);
        }
        self.poll_based(future, depth, closures)
    }

    /// An async function or block: its state says at which await it is.
    fn coroutine(&mut self, future: Value, depth: u32) -> Frame {
        let function = coroutine_name(self.reader.image, future.ty);
        let mut frame = plain_frame(Arc::clone(&function));
        let Some((kind, variant, inside)) = stage(self.reader, future) else {
            self.is_complete = false;
            self.has_all_holds = false;
            return frame;
        };
        frame.kind = kind;
        if frame.kind == FrameKind::Finished {
            return frame;
        }
        if self.is_polled {
            self.polled.insert(future.identity());
        }
        let site = call_site::of(self.reader.image, future.ty, variant, inside.ty);
        frame.location = site.location;
        frame.state = inside.ty.name;
        let call = Method::of(&function);
        let reader = self.reader;
        // Which of them are there is a matter of flags, and noted with what decides.
        let variables = Variables::of(reader, future, frame.kind);
        let (locals, is_whole) = reader.aside(|| {
            let is_library = call.is_some();
            (self.holds).add_variables(reader, &frame, &variables, inside, is_library)
        });
        frame.locals = locals;
        self.is_complete &= is_whole;
        self.has_all_holds &= is_whole;
        if frame.kind == FrameKind::Unresumed {
            self.is_complete = false;
            return frame;
        }
        if self.is_polled {
            self.suspended.push(future);
        }
        if let Some(call) = call
            && reader.aside(|| self.called(call, &function, inside))
        {
            return frame;
        }
        let awaitee = inside
            .ty
            .member("__awaitee")
            .and_then(|member| self.reader.at(inside, member));
        let Some(awaitee) = awaitee else {
            self.is_complete = false;
            return frame;
        };
        let (seen, frames) = (self.waits.seen, self.frames);
        let is_in_ctrl_c = self.is_in_ctrl_c;
        self.is_in_ctrl_c |= frame.function.starts_with("tokio::signal::ctrl_c");
        self.is_join = site.is_join;
        let inner = self.awaited(awaitee, depth + 1, site.closures);
        self.is_in_ctrl_c = is_in_ctrl_c;
        self.is_join = false;
        frame.inner.extend(inner);
        if self.waits.seen == seen && self.frames == frames {
            // It waits for something of which nothing is known.
            self.is_complete = false;
        }
        frame
    }

    /// What stands behind an await: a frame, unless it is just an object or a wrapper without a name worth showing.
    fn awaited(&mut self, awaitee: Value, depth: u32, closures: Trust) -> Vec<Frame> {
        let awaitee = unboxed(self.reader, awaitee);
        if is_pending(awaitee.ty) {
            self.note(Wait::of(Event::Never, None, Certainty::Certain));
            return Vec::new();
        }
        let frame = self.frame(awaitee, depth, closures);
        if frame.kind == FrameKind::Future && is_wrapper(awaitee.ty) {
            return frame.inner;
        }
        vec![frame]
    }

    /// A future that is polled by code of its own: all futures and objects inside it count.
    fn poll_based(&mut self, future: Value, depth: u32, closures: Trust) -> Frame {
        let mut frame = plain_frame(future.ty.base.as_str().into());
        let home = home_of(&frame.function).to_owned();
        let is_join = std::mem::take(&mut self.is_join) || joins(&frame.function);
        let scan = Scan::of(self.reader, future, Mode::Futures, closures, &home);
        self.is_complete &= !scan.is_cut;
        self.has_all_holds &= !scan.is_cut && !scan.is_blind;
        let mut branches = Branches::of(&scan).filter(|_| is_join);
        for (value, trust, branch) in &scan.futures {
            if closures == Trust::Known && self.is_unresumed(*value) {
                // A macro polls all of its branches at once, but for those that are switched off.
                self.idle(*value, depth + 1);
                continue;
            }
            let enter = |decoder: &mut Self| {
                let inner = decoder.polled(*value, *trust, depth + 1);
                frame.inner.extend(inner);
            };
            self.within(&mut branches, *branch, enter);
        }
        for object in &scan.objects {
            let enter = |decoder: &mut Self| decoder.object(object);
            self.within(&mut branches, object.branch, enter);
            self.holds.add(&frame, object, "", object.certainty);
        }
        for value in &scan.idle {
            self.idle(*value, depth + 1);
        }
        if scan.futures.is_empty() && scan.objects.iter().all(|object| object.found.is_passive()) {
            self.is_complete = false;
        }
        if let Some(branches) = branches {
            self.are_branches_complete &= branches.are_complete();
            self.needs.push(branches.needs());
        }
        frame
    }

    /// Reads a future inside of one that is polled by code of its own.
    fn polled(&mut self, value: Value, trust: Trust, depth: u32) -> Vec<Frame> {
        let (seen, frames) = (self.waits.seen, self.frames);
        let inner = self.awaited(value, depth, Trust::Unknown);
        let is_unknown = self.waits.seen == seen && self.frames == frames + 1 && inner.is_empty();
        self.is_complete &= !is_unknown && trust == Trust::Known;
        inner
    }

    /// The same of an object.
    fn object(&mut self, object: &ScannedObject) {
        let found = &object.found;
        let awaited = match object.mode {
            Mode::Futures if found.depends_on_use() => {
                self.is_complete &= object.use_ != Use::Unknown;
                found.awaited_by(self.reader, object.use_)
            }
            Mode::Futures if found.is_polled() => found.awaited(self.reader),
            Mode::Futures | Mode::Objects => None,
        };
        if let Some(awaited) = awaited {
            let certainty = match object.trust {
                Trust::Known if awaited.is_read => Certainty::Certain,
                Trust::Known | Trust::Unknown => Certainty::Possible,
            };
            self.is_complete &= certainty == Certainty::Certain;
            let wait = self.wait_on(found, awaited, certainty);
            self.note(wait);
        }
    }

    /// Reads a part of what is joined, and what has to happen there.
    fn within(
        &mut self,
        branches: &mut Option<Branches>,
        number: Option<u32>,
        read: impl FnOnce(&mut Self),
    ) {
        let branch = branches.as_mut().zip(number);
        let Some(branch) = branch.and_then(|(all, number)| all.get(number)) else {
            return read(self);
        };
        let needs = std::mem::take(&mut self.needs);
        let is_complete = std::mem::replace(&mut self.is_complete, true);
        read(self);
        branch.is_complete &= self.is_complete;
        branch.needs.append(&mut self.needs);
        self.needs = needs;
        self.is_complete = is_complete;
    }

    fn note(&mut self, wait: Wait) {
        let number = self.waits.note(wait);
        self.needs.extend(number.map(Need::Wait));
    }

    /// What is not polled now is no wait, and what it holds it holds all the same.
    fn idle(&mut self, future: Value, depth: u32) {
        let (waits, is_complete) = (self.waits.clone(), self.is_complete);
        let (needs, are_complete) = (self.needs.len(), self.are_branches_complete);
        let is_polled = std::mem::replace(&mut self.is_polled, false);
        self.awaited(future, depth, Trust::Unknown);
        self.is_polled = is_polled;
        self.waits = waits;
        self.needs.truncate(needs);
        self.is_complete = is_complete;
        self.are_branches_complete = are_complete;
    }

    /// Reads what futures in variables hold that were polled before and are not polled now.
    fn parked(&mut self) {
        let mut seen = HashSet::new();
        self.frames = 0;
        while let Some(next) = self.holds.kept.pop() {
            let future = next.future.identity();
            if self.polled.contains(&future) || !seen.insert(future) {
                continue;
            }
            if seen.len() > MOST_PARKED {
                self.has_all_holds = false;
                return;
            }
            let future = next.future;
            self.holds.within = Some(next);
            self.idle(future, 0);
            self.holds.within = None;
        }
    }

    /// What it pauses after, where it does nothing but sleep.
    fn attempt(&self) -> Option<Attempt> {
        let sleeps = matches!(
            self.waits.list[..],
            [Wait {
                event: Event::Deadline(_),
                ..
            }]
        );
        (sleeps && self.is_complete && self.are_branches_complete)
            .then(|| attempt::of(self.reader, &self.suspended))?
    }

    /// Waits of a function of tokio, read off what its `self` leads to.
    fn called(&mut self, call: Method, function: &str, inside: Value) -> bool {
        let before = self.waits.seen;
        let is_exclusive = wants_to_be_alone(function);
        for name in ["self", "__self", "this"] {
            let Some(value) = self.reader.field(inside, name) else {
                continue;
            };
            let scan = Scan::of(self.reader, value, Mode::Objects, Trust::Known, "");
            for ScannedObject { found, .. } in &scan.objects {
                if let Some(awaited) = call.awaited(self.reader, found) {
                    let mut wait = self.wait_on(found, awaited, Certainty::Certain);
                    wait.is_exclusive = is_exclusive;
                    wait.is_full = call == Method::Capacity && found.is_full(self.reader);
                    if call == Method::Permit {
                        let awaited = self.reader.field(inside, "__awaitee");
                        let turn = awaited
                            .and_then(|future| turn(self.reader, future, found.object.address));
                        wait.ahead = turn.and_then(|turn| turn.ahead);
                        if let Some(turn) = turn {
                            let is_alone = is_exclusive || found.object.class() == Class::Mutex;
                            self.holds.add_turn(found, turn, is_alone);
                        }
                    }
                    self.note(wait);
                }
            }
            if self.waits.seen > before {
                return true;
            }
        }
        false
    }

    /// The wait for an event of this object.
    fn wait_on(&self, found: &ObjectRef, awaited: Awaited, certainty: Certainty) -> Wait {
        let event = match awaited.event {
            Event::Signal(None) if self.is_in_ctrl_c => Event::Signal(Some(libc::SIGINT)),
            other => other,
        };
        let mut wait = Wait::of(event, Some(found.object), certainty);
        wait.enders = awaited.enders;
        wait.is_exclusive = awaited.is_exclusive;
        wait.is_over = awaited.is_over;
        wait
    }

    fn is_unresumed(&self, future: Value) -> bool {
        let stage = future.ty.is_coroutine().then(|| stage(self.reader, future));
        matches!(stage.flatten(), Some((FrameKind::Unresumed, ..)))
    }
}

fn plain_frame(function: Arc<str>) -> Frame {
    Frame {
        function,
        kind: FrameKind::Future,
        location: None,
        state: "",
        locals: Vec::new(),
        inner: Vec::new(),
    }
}

/// Whether the function asks for a lock that nobody else may have.
fn wants_to_be_alone(function: &str) -> bool {
    let method = function.rsplit("::").next().unwrap_or_default();
    function.starts_with("tokio::sync::rwlock") && method.starts_with("write")
}
