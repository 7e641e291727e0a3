//! Listens to what tokio tells of its timers, and hands everything else on to the user's own subscriber.
//!
//! Tokio says where a timer is made in a span, with `--cfg tokio_unstable` and its feature `tracing`. A subscriber of ours
//! is the default of the test's thread and of its runtime's workers, and every call of it that is not about timers goes to
//! the subscriber that the user has set for the process, before or during the test. Where a thread has one of its own
//! already, ours stays away; where the test sets one for a thread, it hides ours. What is printed is the same in all cases;
//! where it hides ours, timers are made unseen.
//!
//! What differs: a subscriber cannot be asked for its type through ours, so that `tracing-error` and
//! `tracing-opentelemetry` do not find what they keep in spans. The `log` feature of `tracing` is silent, because there is
//! a subscriber. The most verbose level is on for the process: `level_enabled!` and `log::max_level()` say so, and where a
//! subscriber's level hint contradicts its filters, the filters decide. A subscriber that was made long before it is set
//! for the process is found up to a second late.

use std::{
    cell::Cell,
    fmt::{self, Debug, Write},
    sync::OnceLock,
    time::Duration,
};

use tracing_core::{
    Dispatch, Event, LevelFilter, Metadata, Subscriber,
    dispatcher::{self, DefaultGuard},
    field::{Field, Visit},
    span::{Attributes, Current, Id, Record},
    subscriber::{Interest, NoSubscriber},
};

use super::{global, made};

/// Numbers of spans that nobody but us has asked for: no subscriber counts that far.
const OWN: u64 = 0xffff_ff00_0000_0000;

thread_local! {
    /// The timer whose span this thread is in.
    static INSIDE: Cell<u64> = const { Cell::new(0) };
}

/// Keeps our subscriber the default of its thread.
#[derive(Debug)]
pub(crate) struct Listening {
    _guard: Option<DefaultGuard>,
}

/// Listens on this thread while the result lives, if it has no subscriber of its own.
pub(crate) fn listen() -> Listening {
    static TEE: OnceLock<Dispatch> = OnceLock::new();
    let has_own =
        dispatcher::get_default(|current| !current.is::<NoSubscriber>() && !is_global(current));
    Listening {
        _guard: (!has_own).then(|| dispatcher::set_default(TEE.get_or_init(|| Dispatch::new(Tee)))),
    }
}

/// Listens on this thread for as long as it runs.
pub(crate) fn listen_for_good() {
    std::mem::forget(listen());
}

/// Whether a subscriber is that of the process: only its text tells.
fn is_global(subscriber: &Dispatch) -> bool {
    /// The beginning of a text.
    struct Beginning(String);
    impl Write for Beginning {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            if self.0.len() < 64 {
                Ok(())
            } else {
                Err(fmt::Error)
            }
        }
    }
    let mut beginning = Beginning(String::new());
    // An error means that there is more.
    let _ = write!(beginning, "{subscriber:?}");
    beginning.0.starts_with("Dispatch::Global")
}

/// What tokio tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Made,
    Armed,
    Other,
}

fn told(metadata: &Metadata<'_>) -> Told {
    match metadata.target() {
        "tokio::time::sleep" if metadata.is_span() && metadata.name() == "runtime.resource" => {
            Told::Made
        }
        "runtime::resource::state_update"
            if metadata.module_path() == Some("tokio::time::sleep") =>
        {
            Told::Armed
        }
        _ => Told::Other,
    }
}

fn is_own(id: &Id) -> bool {
    id.into_u64() >= OWN
}

/// The subscriber.
#[derive(Debug)]
struct Tee;

impl Subscriber for Tee {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if told(metadata) != Told::Other {
            return Interest::always();
        }
        // Asked under a lock of tracing's, so nothing is looked for. With another's interest, "never" makes "sometimes".
        global::known().map_or_else(Interest::never, |user| user.register_callsite(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // This is asked whenever somebody makes a subscriber.
        global::announce();
        Some(LevelFilter::TRACE)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let of_user = || global::get().is_some_and(|user| user.enabled(metadata));
        told(metadata) != Told::Other || of_user()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let is_timer = told(metadata) == Told::Made;
        // Of others it was asked whether the user's subscriber wants them.
        let user = global::get().filter(|user| !is_timer || user.enabled(metadata));
        let id = user.map(|user| match span.parent() {
            // To the user's subscriber there is no such span.
            Some(parent) if is_own(parent) => {
                user.new_span(&Attributes::new_root(metadata, span.values()))
            }
            _ => user.new_span(span),
        });
        let id = id.unwrap_or_else(|| Id::from_u64(OWN | made::number()));
        if is_timer {
            made::begin(id.into_u64(), std::ptr::from_ref(metadata) as usize);
        }
        id
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some(user) = user_of(span) {
            user.record(span, values);
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        if let Some(user) = user_of(span)
            && !is_own(follows)
        {
            user.record_follows_from(span, follows);
        }
    }

    fn event(&self, event: &Event<'_>) {
        let is_ours = told(event.metadata()) == Told::Armed;
        if is_ours && INSIDE.get() != 0 {
            let mut left = Left(None);
            event.record(&mut left);
            if let Some(left) = left.0 {
                made::arm(INSIDE.get(), left);
            }
        }
        if let Some(user) = global::get()
            && (!is_ours || user.enabled(event.metadata()))
        {
            user.event(event);
        }
    }

    fn enter(&self, span: &Id) {
        if is_own(span) || made::is_known(span.into_u64()) {
            INSIDE.set(span.into_u64());
        }
        if let Some(user) = user_of(span) {
            user.enter(span);
        }
    }

    fn exit(&self, span: &Id) {
        if INSIDE.get() == span.into_u64() {
            INSIDE.set(0);
        }
        if let Some(user) = user_of(span) {
            user.exit(span);
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        if let Some(user) = user_of(span) {
            return user.clone_span(span);
        }
        made::share(span.into_u64());
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        let number = span.into_u64();
        match user_of(&span) {
            None => made::release(number),
            Some(user) => {
                let is_closed = user.try_close(span);
                if is_closed {
                    made::end(number);
                }
                is_closed
            }
        }
    }

    fn current_span(&self) -> Current {
        global::get().map_or_else(Current::none, Dispatch::current_span)
    }
}

/// The user's subscriber, if this is a span of its own.
fn user_of(span: &Id) -> Option<&'static Dispatch> {
    global::known().filter(|_| !is_own(span))
}

/// The time that is left to a timer.
struct Left(Option<Duration>);

impl Visit for Left {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "duration" {
            self.0 = Some(Duration::from_millis(value));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
