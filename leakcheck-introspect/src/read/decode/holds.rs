//! What the frames of a task hold, and in which variables.

use std::sync::Arc;

use super::{
    access_path::Trust,
    coroutine::{Presence, Variables},
    pointers::is_reference,
    scan::{Mode, Scan, ScannedObject},
    type_facts::TypeFacts,
};
use crate::{
    Certainty, Frame, Hold, Local,
    read::{
        dwarf::{Image, Shape, Type},
        name::{coroutine_name, home_of, short},
        objects::Method,
        value::{Reader, Value},
    },
};

/// What the frames of one task hold, each end of an object once.
#[derive(Debug, Default)]
pub(super) struct Holds {
    pub(super) list: Vec<Hold>,
    /// Whether something was come to of which no type is known.
    pub(super) is_blind: bool,
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
        for (name, value) in variables.named(reader, inside) {
            let scan = Scan::of(
                reader,
                value,
                Mode::Objects,
                Trust::Known,
                home_of(&frame.function),
            );
            is_whole &= !scan.is_cut;
            self.is_blind |= scan.is_blind;
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
                    self.add(frame, object, name, certainty);
                }
            }
            if is_gone {
                continue;
            }
            let shown = &TypeFacts::of(value.ty).shown;
            let local = Local {
                name: name.into(),
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
        (locals, is_whole)
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
            certainty,
            function: Arc::clone(&frame.function),
            local: format!("{variable}{}", object.path)
                .trim_start_matches('.')
                .into(),
            location: frame.location.clone(),
        };
        let is_same = |known: &&mut Hold| {
            known.object == hold.object && known.role == hold.role && known.place == hold.place
        };
        match self.list.iter_mut().find(is_same) {
            // A future and a library's own frame know better whether it is there, and the user's how it is called.
            Some(known)
                if known.certainty < certainty
                    && (variable.is_empty() || Method::of(&frame.function).is_some()) =>
            {
                known.certainty = certainty;
            }
            // Behind the reference of one frame stands the variable of another.
            Some(known) if known.certainty < certainty => *known = hold,
            Some(_) => {}
            None => self.list.push(hold),
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
