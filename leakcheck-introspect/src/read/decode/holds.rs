//! The variables of a frame, and what they hold.

use std::sync::Arc;

use super::{
    Decoder, Trust, coroutine_name, home_of, is_reference,
    scan::{Mode, Scan, ScannedObject},
    short,
    variables::{Presence, Variables},
};
use crate::{
    Certainty, Frame, Hold, Local,
    read::{
        dwarf::{Shape, Type},
        tokio::WaitingMethod,
        value::Value,
    },
};

impl Decoder<'_, '_> {
    /// Named variables of the state, and what they hold. Of a library's own function only what it owns is a hold.
    pub(super) fn locals(
        &mut self,
        frame: &Frame,
        variables: &Variables,
        inside: Value,
        is_library: bool,
    ) -> Vec<Local> {
        let mut locals: Vec<Local> = Vec::new();
        for (name, value) in variables.named(self.reader, inside) {
            let scan = Scan::of(
                self.reader,
                value,
                Mode::Objects,
                Trust::Known,
                home_of(&frame.function),
            );
            self.is_complete &= !scan.is_cut;
            let mut is_gone = variables.is_gone(self.reader, value);
            for (index, object) in scan.objects.iter().enumerate() {
                let presence = variables.presence(value, &object.found);
                is_gone = presence == Presence::Gone && (is_gone || index == 0);
                let certainty = match presence {
                    Presence::There => object.certainty,
                    Presence::Unknown => Certainty::Possible,
                    Presence::Gone => continue,
                };
                if !(is_library && is_reference(value.ty)) {
                    self.hold(frame, object, name, certainty);
                }
            }
            if is_gone {
                continue;
            }
            let local = Local {
                name: name.into(),
                ty: Arc::clone(
                    value
                        .ty
                        .shown
                        .get_or_init(|| self.type_name(value.ty).into()),
                ),
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
        locals
    }

    pub(super) fn hold(
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
        match self.holds.iter_mut().find(is_same) {
            // A future and a library's own frame know better whether it is there, and the user's how it is called.
            Some(known)
                if known.certainty < certainty
                    && (variable.is_empty() || WaitingMethod::of(&frame.function).is_some()) =>
            {
                known.certainty = certainty;
            }
            // Behind the reference of one frame stands the variable of another.
            Some(known) if known.certainty < certainty => *known = hold,
            Some(_) => {}
            None => self.holds.push(hold),
        }
    }

    fn type_name(&self, ty: &Type) -> String {
        match ty.shape {
            Shape::Array(element, count) => {
                let element = self.reader.image.ty(element);
                let element = element.map_or_else(String::new, |ty| self.type_name(ty));
                format!("[{element}; {count}]")
            }
            _ if ty.is_coroutine() => coroutine_name(self.reader.image, ty).to_string(),
            _ => short(&ty.full()),
        }
    }
}
