//! Cancellation tokens: the wait is for the token, and whoever has it or its parent could end it.

use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::shape::{Area, HOUR, Shape};

async fn cancelled(token: CancellationToken) {
    token.cancelled().await; // @cancelled
}

async fn may_cancel(token: CancellationToken) {
    sleep(HOUR).await; // @may_cancel
    token.cancel();
}

async fn child_cancelled(child: CancellationToken) {
    child.cancelled().await; // @child_cancelled
}

async fn cancelled_owned(token: CancellationToken) {
    token.cancelled_owned().await; // @cancelled_owned
}

async fn cancels_on_drop(guard: DropGuard) {
    sleep(HOUR).await; // @cancels_on_drop
    drop(guard);
}

async fn runs_until(token: CancellationToken) {
    let _ = token.run_until_cancelled(long()).await; // @runs_until
}

async fn long() {
    sleep(2 * HOUR).await; // @long
}

pub(crate) const AREA: Area = Area {
    file: "tokens.rs",
    source: include_str!("tokens.rs"),
    shapes: &[
        Shape {
            name: "a token that another task may cancel",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(cancelled(token.clone()));
                stage.spawn(may_cancel(token));
            },
            tasks: "
                tokens::cancelled
                  tokens::cancelled @cancelled  token: CancellationToken
                  holds token: token
                  waits for cancellation of token <- tokens::may_cancel `token`
                tokens::may_cancel
                  tokens::may_cancel @may_cancel  token: CancellationToken
                  holds token: token
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a child of a token outside of all tasks",
            spawn: |stage| {
                let parent = CancellationToken::new();
                stage.spawn(child_cancelled(parent.child_token()));
                stage.keep(parent);
            },
            tasks: "
                tokens::child_cancelled
                  tokens::child_cancelled @child_cancelled  child: CancellationToken
                  holds child: token
                  waits for cancellation of token <- nobody found
            ",
        },
        Shape {
            name: "a token that is cancelled when a guard drops",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(cancelled_owned(token.clone()));
                stage.spawn(cancels_on_drop(token.drop_guard()));
            },
            tasks: "
                tokens::cancelled_owned
                  tokens::cancelled_owned @cancelled_owned
                  waits for cancellation of token <- tokens::cancels_on_drop `guard`
                tokens::cancels_on_drop
                  tokens::cancels_on_drop @cancels_on_drop  guard: DropGuard
                  holds guard: token
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a future that runs until a token is cancelled",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(runs_until(token.clone()));
                stage.keep(token);
            },
            tasks: "
                tokens::runs_until
                  tokens::runs_until @runs_until  token: CancellationToken
                    tokio_util::sync::cancellation_token::CancellationToken::run_until_cancelled
                      tokens::long @long
                  holds token: token
                  waits for cancellation of token <- nobody found
                  waits for timer in 2 h
            ",
        },
    ],
};
