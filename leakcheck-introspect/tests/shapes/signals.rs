//! Notifications and barriers have an owner rather than a sender: whoever shares one could end the wait.

use std::sync::Arc;

use tokio::{
    sync::{Barrier, Notify},
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn notified(bell: Arc<Notify>) {
    bell.notified().await; // @notified
}

async fn rings(bell: Arc<Notify>) {
    sleep(HOUR).await; // @rings
    bell.notify_one();
}

async fn notified_owned(bell: Arc<Notify>) {
    bell.notified_owned().await; // @notified_owned
}

async fn enabled(bell: Arc<Notify>) {
    let mut notified = std::pin::pin!(bell.notified());
    notified.as_mut().enable();
    notified.as_mut().await; // @enabled
}

async fn notified_by_itself() {
    let bell = Notify::new();
    bell.notified().await; // @notified_by_itself
}

async fn meets(gate: Arc<Barrier>) {
    gate.wait().await; // @meets
}

async fn is_late(gate: Arc<Barrier>) {
    sleep(HOUR).await; // @is_late
    gate.wait().await;
}

pub(crate) const AREA: Area = Area {
    file: "signals.rs",
    source: include_str!("signals.rs"),
    shapes: &[
        Shape {
            name: "a notification that another task may send",
            spawn: |stage| {
                let bell = Arc::new(Notify::new());
                stage.spawn(notified(Arc::clone(&bell)));
                stage.spawn(rings(bell));
            },
            tasks: "
                signals::notified
                  signals::notified @notified  bell: Arc<Notify>
                  holds bell: notify
                  waits for notification of notify <- signals::rings `bell`
                signals::rings
                  signals::rings @rings  bell: Arc<Notify>
                  holds bell: notify
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "an owned notification",
            spawn: |stage| {
                let bell = Arc::new(Notify::new());
                stage.spawn(notified_owned(Arc::clone(&bell)));
                stage.keep(bell);
            },
            tasks: "
                signals::notified_owned
                  signals::notified_owned @notified_owned
                  waits for notification of notify <- nobody found
            ",
        },
        Shape {
            name: "a notification that was enabled before",
            spawn: |stage| {
                let bell = Arc::new(Notify::new());
                stage.spawn(enabled(Arc::clone(&bell)));
                stage.keep(bell);
            },
            tasks: "
                signals::enabled
                  signals::enabled @enabled  bell: Arc<Notify>, notified: Pin<&mut Notified>
                  holds bell: notify
                  waits for notification of notify <- nobody found
            ",
        },
        Shape {
            name: "a notification that only the task itself could send",
            spawn: |stage| stage.spawn(notified_by_itself()),
            tasks: "
                signals::notified_by_itself
                  signals::notified_by_itself @notified_by_itself  bell: Notify
                  holds bell?: notify
                  waits for notification of notify <- nobody found
            ",
        },
        Shape {
            name: "a barrier that not all have reached",
            spawn: |stage| {
                let gate = Arc::new(Barrier::new(2));
                stage.spawn(meets(Arc::clone(&gate)));
                stage.spawn(is_late(gate));
            },
            tasks: "
                signals::meets
                  signals::meets @meets  gate: Arc<Barrier>
                  holds gate: barrier
                  waits for arrivals at barrier <- signals::is_late `gate`
                signals::is_late
                  signals::is_late @is_late  gate: Arc<Barrier>
                  holds gate: barrier
                  waits for timer in 1 h
            ",
        },
    ],
};
