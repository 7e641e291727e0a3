//! Cancellation tokens: the wait is for the token, and whoever has it or its parent could end it.

use std::sync::Arc;

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

async fn cancels_nobody() {
    CancellationToken::new().cancelled().await; // @cancels_nobody
}

async fn orphaned(token: CancellationToken) {
    token.cancelled().await; // @orphaned
}

async fn orphaned_owned(token: CancellationToken) {
    token.cancelled_owned().await; // @orphaned_owned
}

async fn orphaned_with_guard(token: CancellationToken, guard: DropGuard) {
    token.cancelled().await; // @orphaned_with_guard
    drop(guard);
}

async fn has_parent(child: CancellationToken) {
    child.cancelled().await; // @has_parent
}

async fn keeps_parent(parent: CancellationToken) {
    sleep(HOUR).await; // @keeps_parent
    parent.cancel();
}

async fn has_grandparent(child: CancellationToken) {
    child.cancelled().await; // @has_grandparent
}

async fn parent_of_child(parent: CancellationToken) {
    parent.cancelled().await; // @parent_of_child
}

async fn child_of_waiter(child: CancellationToken) {
    child.cancelled().await; // @child_of_waiter
}

async fn shared(token: Arc<CancellationToken>) {
    token.cancelled().await; // @shared
}

async fn forgotten(token: CancellationToken) {
    token.cancelled().await; // @forgotten
}

async fn disarmed(token: CancellationToken) {
    token.cancelled().await; // @disarmed
}

async fn with_child(token: CancellationToken) {
    token.cancelled().await; // @with_child
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
                  waits for cancellation of token (left to 1) <- tokens::may_cancel `token`
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
                  waits for cancellation of token (left to 1) <- nobody found
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
                  waits for cancellation of token (left to 1) <- tokens::cancels_on_drop `guard`
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
                  waits for cancellation of token (left to 1) <- nobody found
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "a token that is no variable",
            spawn: |stage| stage.spawn(cancels_nobody()),
            tasks: "
                tokens::cancels_nobody [stuck]
                  tokens::cancels_nobody @cancels_nobody
                  holds : token
                  waits for cancellation of token (left to 0) <- nobody found
            ",
        },
        Shape {
            name: "two that have one token, and nobody else",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(orphaned(token.clone()));
                stage.spawn(orphaned_owned(token));
            },
            tasks: "
                tokens::orphaned [stuck]
                  tokens::orphaned @orphaned  token: CancellationToken
                  holds token: token
                  waits for cancellation of token (left to 1) <- tokens::orphaned_owned inside a dependency
                tokens::orphaned_owned [stuck]
                  tokens::orphaned_owned @orphaned_owned
                  waits for cancellation of token (left to 1) <- tokens::orphaned `token`
            ",
        },
        Shape {
            name: "a guard that drops when it was cancelled",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(orphaned_with_guard(token.clone(), token.drop_guard()));
            },
            tasks: "
                tokens::orphaned_with_guard [stuck]
                  tokens::orphaned_with_guard @orphaned_with_guard  guard: DropGuard, token: CancellationToken
                  holds guard: token, token: token
                  waits for cancellation of token (left to 0) <- nobody found
            ",
        },
        Shape {
            name: "a token whose parent another task has",
            spawn: |stage| {
                let parent = CancellationToken::new();
                stage.spawn(has_parent(parent.child_token()));
                stage.spawn(keeps_parent(parent));
            },
            tasks: "
                tokens::has_parent
                  tokens::has_parent @has_parent  child: CancellationToken
                  holds child: token
                  waits for cancellation of token (left to 1) <- tokens::keeps_parent `parent`
                tokens::keeps_parent
                  tokens::keeps_parent @keeps_parent  parent: CancellationToken
                  holds parent: token
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a token whose grandparent is outside, while its parent is gone",
            spawn: |stage| {
                let grandparent = CancellationToken::new();
                let parent = grandparent.child_token();
                stage.spawn(has_grandparent(parent.child_token()));
                drop(parent);
                stage.keep(grandparent);
            },
            tasks: "
                tokens::has_grandparent
                  tokens::has_grandparent @has_grandparent  child: CancellationToken
                  holds child: token
                  waits for cancellation of token (left to 1) <- nobody found
            ",
        },
        Shape {
            name: "a token and its child, which wait for each other",
            spawn: |stage| {
                let parent = CancellationToken::new();
                stage.spawn(child_of_waiter(parent.child_token()));
                stage.spawn(parent_of_child(parent));
            },
            tasks: "
                tokens::child_of_waiter [stuck]
                  tokens::child_of_waiter @child_of_waiter  child: CancellationToken
                  holds child: token
                  waits for cancellation of token (left to 1) <- tokens::parent_of_child `parent`
                tokens::parent_of_child [stuck]
                  tokens::parent_of_child @parent_of_child  parent: CancellationToken
                  holds parent: token
                  waits for cancellation of token (left to 0) <- nobody found
            ",
        },
        Shape {
            name: "a token whose child is outside, which cancels no parent",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.keep(token.child_token());
                stage.spawn(with_child(token));
            },
            tasks: "
                tokens::with_child [stuck]
                  tokens::with_child @with_child  token: CancellationToken
                  holds token: token
                  waits for cancellation of token (left to 0) <- nobody found
            ",
        },
        Shape {
            name: "a token in an Arc that others have",
            spawn: |stage| {
                let token = Arc::new(CancellationToken::new());
                stage.keep(Arc::clone(&token));
                stage.spawn(shared(token));
            },
            tasks: "
                tokens::shared
                  tokens::shared @shared  token: Arc<CancellationToken>
                  holds token: token
                  waits for cancellation of token (left to 1) <- nobody found
            ",
        },
        Shape {
            name: "a token of which a handle was forgotten",
            spawn: |stage| {
                let token = CancellationToken::new();
                std::mem::forget(token.clone());
                stage.spawn(forgotten(token));
            },
            tasks: "
                tokens::forgotten
                  tokens::forgotten @forgotten  token: CancellationToken
                  holds token: token
                  waits for cancellation of token (left to 1) <- nobody found
            ",
        },
        Shape {
            name: "a token whose guard is gone",
            spawn: |stage| {
                let token = CancellationToken::new();
                stage.spawn(disarmed(token.clone()));
                drop(token.drop_guard().disarm());
            },
            tasks: "
                tokens::disarmed [stuck]
                  tokens::disarmed @disarmed  token: CancellationToken
                  holds token: token
                  waits for cancellation of token (left to 0) <- nobody found
            ",
        },
    ],
};
