//! What a block or closure has captured of a variable is called as in the source, and what is called like the name that the compiler
//! makes of that keeps its name.
#![allow(
    non_snake_case,
    clippy::manual_async_fn,
    reason = "names are what this is about, those of blocks among them"
)]

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::shape::{Area, Shape};

struct Ends {
    far: Sender<u8>,
}

struct Odd {
    far__end: Sender<u8>,
}

fn of_field(ends: Ends, mut rx: Receiver<u8>) -> impl Future<Output = ()> {
    async move {
        rx.recv().await; // @of_field
        drop(ends.far);
    }
}

fn of_nested(both: (u8, Ends), mut rx: Receiver<u8>) -> impl Future<Output = ()> {
    async move {
        rx.recv().await; // @of_nested
        drop(both.1.far);
    }
}

async fn in_closure(ends: Ends, mut rx: Receiver<u8>) {
    let sends = move || ends.far.try_send(1);
    rx.recv().await; // @in_closure
    let _ = sends();
}

async fn parameter(ends__far: Sender<u8>, mut rx: Receiver<u8>) {
    rx.recv().await; // @parameter
    drop(ends__far);
}

fn variable(tx: Sender<u8>, mut rx: Receiver<u8>) -> impl Future<Output = ()> {
    async move {
        let ends__far = tx;
        rx.recv().await; // @variable
        drop(ends__far);
    }
}

async fn field(odd: Odd, mut rx: Receiver<u8>) {
    rx.recv().await; // @field
    drop(odd.far__end);
}

pub(crate) const AREA: Area = Area {
    file: "names.rs",
    source: include_str!("names.rs"),
    shapes: &[
        Shape {
            name: "a field that a block has captured",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(of_field(Ends { far }, rx));
            },
            tasks: "
                names::of_field::{async block} [stuck]
                  names::of_field::{async block} @of_field  ends.far: Sender<u8>, rx: Receiver<u8>
                  holds ends.far: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- names::of_field::{async block} `ends.far`
            ",
        },
        Shape {
            name: "a field of a field that a block has captured",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(of_nested((1, Ends { far }), rx));
            },
            tasks: "
                names::of_nested::{async block} [stuck]
                  names::of_nested::{async block} @of_nested  both.1.far: Sender<u8>, rx: Receiver<u8>
                  holds both.1.far: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- names::of_nested::{async block} `both.1.far`
            ",
        },
        Shape {
            name: "a field that a closure has captured",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(in_closure(Ends { far }, rx));
            },
            tasks: "
                names::in_closure [stuck]
                  names::in_closure @in_closure  rx: Receiver<u8>, sends: {closure}
                  holds rx: receiver of mpsc, sends.ends.far: sender of mpsc
                  waits for message of mpsc (1 sender) <- names::in_closure `sends.ends.far`
            ",
        },
        Shape {
            name: "a parameter that is called so",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(parameter(far, rx));
            },
            tasks: "
                names::parameter [stuck]
                  names::parameter @parameter  ends__far: Sender<u8>, rx: Receiver<u8>
                  holds ends__far: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- names::parameter `ends__far`
            ",
        },
        Shape {
            name: "a variable of a block that is called so",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(variable(far, rx));
            },
            tasks: "
                names::variable::{async block} [stuck]
                  names::variable::{async block} @variable  ends__far: Sender<u8>, rx: Receiver<u8>
                  holds ends__far: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- names::variable::{async block} `ends__far`
            ",
        },
        Shape {
            name: "a field that is called so",
            spawn: |stage| {
                let (far, rx) = channel(1);
                stage.spawn(field(Odd { far__end: far }, rx));
            },
            tasks: "
                names::field [stuck]
                  names::field @field  odd: Odd, rx: Receiver<u8>
                  holds odd.far__end: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- names::field `odd.far__end`
            ",
        },
    ],
};
