//! What the frames of a task hold, and in which variables.

use std::sync::Arc;

use super::{
    access_path::Trust,
    coroutine::{Presence, Variables},
    parked::{Parked, pinned},
    pointers::is_reference,
    scan::Scan,
    scanned::{Mode, ScannedObject},
    type_facts::TypeFacts,
};
use crate::{
    Certainty, Frame, Hold, Local, Role,
    read::{
        dwarf::{Die, Image, Shape, Type},
        name::{coroutine_name, home_of, short},
        objects::{Method, ObjectRef},
        tokio::Turn,
        value::{Reader, Value},
    },
};

/// What the frames of one task hold, each end of an object once.
#[derive(Debug, Default)]
pub(super) struct Holds {
    list: Vec<Noted>,
    /// Whether there may be more: something was come to of which no type is known, or an expression has what is not read.
    pub(super) is_blind: bool,
    /// Futures in variables that were polled before.
    pub(super) kept: Vec<Parked>,
    /// The one of them whose frames are read now.
    pub(super) within: Option<Parked>,
}

/// Something that is held.
#[derive(Debug)]
struct Noted {
    hold: Hold,
    /// The future in a variable that has it.
    inside: Option<(u64, Die)>,
}

impl Holds {
    /// Adds what the named variables of a state hold. Returns the variables, and whether all that they hold was found. Of a
    /// library's own function only what it owns is a hold.
    pub(super) fn add_variables(
        &mut self,
        reader: &Reader<'_>,
        frame: &Frame,
        variables: &Variables,
        inside: Value,
        is_library: bool,
    ) -> (Vec<Local>, bool) {
        let (mut locals, mut is_whole) = (Vec::<Local>::new(), true);
        let named = variables.named(reader, inside);
        if !is_library {
            self.keep_pinned(reader, frame, variables, pinned(reader, inside, &named));
        }
        for (name, value) in named {
            let written = variables.written(inside, (name, value));
            let scan = Scan::of(
                reader,
                value,
                Mode::Objects,
                Trust::Known,
                home_of(&frame.function),
            );
            is_whole &= !scan.is_cut;
            self.is_blind |= scan.is_blind;
            if !is_library {
                let kept = scan.suspended.iter();
                let parked = kept
                    .filter_map(|future| Parked::of(frame, variables, (&*written, value), future));
                self.kept.extend(parked);
            }
            let mut is_gone = variables.is_gone(reader, value);
            for (index, object) in scan.objects.iter().enumerate() {
                let presence = variables.presence(value, &object.found);
                is_gone = presence == Presence::Gone && (is_gone || index == 0);
                let certainty = match presence {
                    Presence::There => object.certainty,
                    Presence::Unknown => Certainty::Possible,
                    Presence::Gone => continue,
                };
                if !(is_library && is_reference(value.ty)) {
                    self.add(frame, object, &written, certainty);
                }
            }
            if is_gone {
                continue;
            }
            let shown = &TypeFacts::of(value.ty).shown;
            let local = Local {
                name: written.into(),
                ty: Arc::clone(shown.get_or_init(|| type_name(reader.image, value.ty).into())),
            };
            // A pinned variable occurs as itself and as the reference that is polled.
            let is_pinned = |known: &Local| {
                known == &local
                    || known.name == local.name
                        && (known.ty.starts_with("Pin<&") || local.ty.starts_with("Pin<&"))
            };
            if !locals.iter().any(is_pinned) {
                locals.push(local);
            }
        }
        self.add_temporaries(reader, frame, variables, inside, is_library);
        (locals, is_whole)
    }

    /// Adds what an expression has at this moment that has no name. No proof needs all of that.
    fn add_temporaries(
        &mut self,
        reader: &Reader<'_>,
        frame: &Frame,
        variables: &Variables,
        inside: Value,
        is_library: bool,
    ) {
        let (there, may_be_more) = variables.temporaries(reader, inside);
        self.is_blind |= may_be_more;
        let home = home_of(&frame.function);
        for value in there {
            let scan = Scan::of(reader, value, Mode::Objects, Trust::Known, home);
            self.is_blind |= scan.is_cut || scan.is_blind;
            let is_there = |object: &&ScannedObject| {
                variables.presence(value, &object.found) == Presence::There
            };
            for object in scan.objects.iter().filter(is_there).filter(|_| !is_library) {
                self.add(frame, object, "", object.certainty);
            }
        }
    }

    /// Notes the futures in what `pin!` has pinned.
    fn keep_pinned(
        &mut self,
        reader: &Reader<'_>,
        frame: &Frame,
        variables: &Variables,
        pinned: Vec<(&str, Value)>,
    ) {
        let home = home_of(&frame.function);
        for (name, value) in pinned {
            let scan = Scan::of(reader, value, Mode::Objects, Trust::Known, home);
            let kept = scan.suspended.iter();
            let parked =
                kept.filter_map(|future| Parked::of(frame, variables, (name, value), future));
            self.kept.extend(parked);
        }
    }

    /// Adds the turn of a future that is not polled: a lock that it has got, or its place in the queue.
    pub(super) fn add_turn(&mut self, lock: &ObjectRef, turn: Turn, is_exclusive: bool) {
        let Some(parked) = &self.within else {
            return;
        };
        let hold = Hold {
            object: lock.object,
            role: if turn.ahead.is_some() {
                Role::Waiter
            } else {
                Role::Guard
            },
            place: turn.place,
            is_exclusive,
            is_sole: true,
            owners: 1,
            may_end: false,
            is_parked: false,
            queued: None,
            ahead: turn.ahead,
            certainty: Certainty::Certain,
            function: "".into(),
            local: "".into(),
            location: None,
        };
        let inside = Some(parked.future.identity());
        let hold = parked.keeps(&hold);
        self.list.push(Noted { hold, inside });
    }

    /// All of them, where it is known which futures are `polled`, or may be.
    pub(super) fn finish(self, is_polled: impl Fn((u64, Die)) -> bool) -> Vec<Hold> {
        let holds = self.list.into_iter().map(|noted| {
            let is_parked = noted.inside.is_some_and(|future| !is_polled(future));
            // Whoever is asked goes on.
            let certainty = match noted.hold.ahead {
                Some(_) if !is_parked => Certainty::Possible,
                _ => noted.hold.certainty,
            };
            Hold {
                is_parked,
                certainty,
                ..noted.hold
            }
        });
        holds.collect()
    }

    /// Adds one, under the name of the variable that leads to it.
    pub(super) fn add(
        &mut self,
        frame: &Frame,
        object: &ScannedObject,
        variable: &str,
        certainty: Certainty,
    ) {
        let found = &object.found;
        let hold = Hold {
            object: found.object,
            role: found.role,
            place: found.place,
            is_exclusive: found.is_exclusive(),
            is_sole: object.is_sole && !found.is_borrowed(),
            owners: object.owners,
            may_end: object.may_end,
            is_parked: false,
            queued: object.queued,
            ahead: None,
            certainty,
            function: Arc::clone(&frame.function),
            local: format!("{variable}{}", object.path)
                .trim_start_matches('.')
                .into(),
            location: frame.location.clone(),
        };
        let (hold, inside) = match &self.within {
            Some(parked) => (parked.keeps(&hold), Some(parked.future.identity())),
            None => (hold, object.inside),
        };
        let is_same = |known: &&mut Noted| {
            let key = |hold: &Hold| (hold.object, hold.role, hold.place);
            key(&known.hold) == key(&hold)
        };
        match self.list.iter_mut().find(is_same) {
            // A future and a library's own frame know better whether it is there, and the user's how it is called.
            Some(known)
                if known.hold.certainty < certainty
                    && (variable.is_empty() || Method::of(&frame.function).is_some()) =>
            {
                known.hold.certainty = certainty;
            }
            // Behind the reference of one frame stands the variable of another.
            Some(known) if known.hold.certainty < certainty => *known = Noted { hold, inside },
            // Whoever receives a message has more to do with it than who has sent it.
            Some(known)
                if known.hold.certainty == certainty
                    && known.hold.queued > hold.queued
                    && hold.queued.is_some() =>
            {
                *known = Noted { hold, inside };
            }
            Some(_) => {}
            None => self.list.push(Noted { hold, inside }),
        }
    }
}

/// How a variable of this type is shown.
fn type_name(image: &Image, ty: &Type) -> String {
    match ty.shape {
        Shape::Array(element, count) => {
            let element = image.ty(element);
            let element = element.map_or_else(String::new, |ty| type_name(image, ty));
            format!("[{element}; {count}]")
        }
        _ if ty.is_coroutine() => coroutine_name(image, ty).to_string(),
        _ => short(&ty.full()),
    }
}
