//! Combinators that hold several things poll some of them only while others are not there: what is not polled is no wait.
//!
//! Each stands here twice, under the name of its method: once with a part that never comes to an end, and once with one
//! that is done. The stream beside that part waits for messages of a sender that is no task's.

use std::{collections::BTreeMap, future::pending, pin::Pin, time::Duration};

use futures::{
    FutureExt, StreamExt, TryStreamExt,
    stream::{self, Stream},
};
use leakcheck_introspect::{Certainty, Class, Event, Graph, State, Task, TaskList};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::mpsc::{Receiver, Sender, channel},
    task::yield_now,
};
use tokio_stream::wrappers::ReceiverStream;

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Whether the part that is polled alone comes to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Pends,
    IsDone,
}

impl Part {
    async fn run(self) {
        match self {
            Self::Pends => pending().await,
            Self::IsDone => {}
        }
    }

    async fn result(self) -> Result<(), ()> {
        self.run().await;
        Ok(())
    }

    fn stream(self) -> impl Stream<Item = u8> {
        StreamExt::map(stream::once(self.run()), |()| 0)
    }
}

/// A channel with two messages in it, whose sender is kept aside.
fn jobs(senders: &mut Vec<Sender<u8>>) -> ReceiverStream<u8> {
    let (sender, receiver): (_, Receiver<u8>) = channel(4);
    for number in 0..2 {
        sender.try_send(number).expect("there is room");
    }
    senders.push(sender);
    ReceiverStream::new(receiver)
}

/// Lets a stream run to its end.
fn drain<T: 'static>(stream: impl Stream<Item = T> + Send + 'static) -> Boxed {
    Box::pin(StreamExt::map(stream, drop).collect::<Vec<()>>().map(drop))
}

fn end<T: 'static>(future: impl Future<Output = T> + Send + 'static) -> Boxed {
    Box::pin(future.map(drop))
}

/// A sink that takes its time for each item.
fn sink(part: Part) -> impl futures::Sink<u8, Error = ()> + Send {
    futures::sink::unfold((), move |(), _| part.result())
}

#[rustfmt::skip]
fn all(part: Part, senders: &mut Vec<Sender<u8>>) -> Vec<(&'static str, Boxed)> {
    let mut futures: Vec<(&'static str, Boxed)> = Vec::new();
    macro_rules! add {
        ($($name:literal: |$jobs:ident| $future:expr;)*) => {
            $({ let $jobs = jobs(senders); futures.push(($name, $future)); })*
        };
    }
    add! {
        "for_each": |jobs| end(jobs.for_each(move |_| part.run()));
        "then": |jobs| drain(StreamExt::then(jobs, move |_| part.run()));
        "filter": |jobs| drain(StreamExt::filter(jobs, move |_| part.run().map(|()| true)));
        "filter_map": |jobs| drain(StreamExt::filter_map(jobs, move |_| part.run().map(Some)));
        "skip_while": |jobs| drain(StreamExt::skip_while(jobs, move |_| part.run().map(|()| true)));
        "take_while": |jobs| drain(StreamExt::take_while(jobs, move |_| part.run().map(|()| true)));
        "fold": |jobs| end(StreamExt::fold(jobs, (), move |(), _| part.run()));
        "all": |jobs| end(StreamExt::all(jobs, move |_| part.run().map(|()| true)));
        "any": |jobs| end(StreamExt::any(jobs, move |_| part.run().map(|()| false)));
        "scan": |jobs| drain(jobs.scan((), move |(), _| part.run().map(Some)));
        "flatten": |jobs| drain(StreamExt::map(jobs, move |_| Box::pin(part.stream())).flatten());
        "chain": |jobs| drain(StreamExt::chain(part.stream(), jobs));
        "buffered": |jobs| drain(StreamExt::map(jobs, move |_| part.run()).buffered(1));
        "buffer_unordered": |jobs| drain(StreamExt::map(jobs, move |_| part.run()).buffer_unordered(1));
        "for_each_concurrent": |jobs| end(jobs.for_each_concurrent(1, move |_| part.run()));
        "flatten_unordered": |jobs| drain(StreamExt::map(jobs, move |_| Box::pin(part.stream())).flatten_unordered(1));
        "zip": |jobs| drain(jobs.zip(StreamExt::chain(part.stream(), stream::repeat(1))));
        "forward": |jobs| end(StreamExt::map(jobs, Ok).forward(sink(part)));
        "try_for_each": |jobs| end(StreamExt::map(jobs, Ok).try_for_each(move |_| part.result()));
        "and_then": |jobs| drain(StreamExt::map(jobs, Ok).and_then(move |_| part.result()));
        "or_else": |jobs| drain(StreamExt::map(jobs, Err::<(), u8>).or_else(move |_| part.result()));
        "try_filter": |jobs| drain(StreamExt::map(jobs, Ok::<_, ()>).try_filter(move |_| part.run().map(|()| true)));
        "try_filter_map": |jobs| drain(StreamExt::map(jobs, Ok).try_filter_map(move |_| part.result().map(|_| Ok::<_, ()>(Some(1)))));
        "try_skip_while": |jobs| drain(StreamExt::map(jobs, Ok).try_skip_while(move |_| part.result().map(|_| Ok::<_, ()>(true))));
        "try_take_while": |jobs| drain(StreamExt::map(jobs, Ok).try_take_while(move |_| part.result().map(|_| Ok::<_, ()>(true))));
        "try_fold": |jobs| end(StreamExt::map(jobs, Ok).try_fold((), move |(), _| part.result()));
        "try_all": |jobs| end(StreamExt::map(jobs, Ok::<_, ()>).try_all(move |_| part.run().map(|()| true)));
        "try_any": |jobs| end(StreamExt::map(jobs, Ok::<_, ()>).try_any(move |_| part.run().map(|()| false)));
        "try_flatten": |jobs| drain(StreamExt::map(jobs, move |_| Ok(Box::pin(StreamExt::map(part.stream(), Ok::<_, ()>)))).try_flatten());
        "try_buffered": |jobs| drain(StreamExt::map(jobs, move |_| Ok(part.result())).try_buffered(1));
        "try_buffer_unordered": |jobs| drain(StreamExt::map(jobs, move |_| Ok(part.result())).try_buffer_unordered(1));
        "try_for_each_concurrent": |jobs| end(StreamExt::map(jobs, Ok).try_for_each_concurrent(1, move |_| part.result()));
        "then of tokio-stream": |jobs| drain(tokio_stream::StreamExt::then(jobs, move |_| part.run()));
        "chain of tokio-stream": |jobs| drain(tokio_stream::StreamExt::chain(part.stream(), jobs));
    }
    futures
}

/// What is polled beside what is there: a part that is done does not hide what it stands beside.
fn rest(senders: &mut Vec<Sender<u8>>) -> Vec<(&'static str, Boxed)> {
    const HOUR: Duration = Duration::from_secs(3600);
    vec![
        (
            "throttle, which has waited",
            drain(tokio_stream::StreamExt::throttle(
                jobs(senders),
                Duration::from_millis(1),
            )),
        ),
        (
            "timeout, which was told",
            drain(tokio_stream::StreamExt::timeout(
                jobs(senders),
                Duration::from_millis(1),
            )),
        ),
        (
            "chunks_timeout without a chunk",
            drain(tokio_stream::StreamExt::chunks_timeout(
                jobs(senders),
                1,
                HOUR,
            )),
        ),
        (
            "merge with a stream that has ended",
            drain(tokio_stream::StreamExt::merge(
                jobs(senders),
                stream::iter([2]),
            )),
        ),
        (
            "select with a stream that has ended",
            drain(stream::select(jobs(senders), stream::iter([2]))),
        ),
        (
            "select with a channel that has ended",
            drain(stream::select(
                jobs(senders),
                ReceiverStream::new(channel(1).1),
            )),
        ),
        (
            "select with a fused channel that has ended",
            drain(stream::select(
                StreamExt::fuse(jobs(senders)),
                StreamExt::fuse(ReceiverStream::new(channel(1).1)),
            )),
        ),
    ]
}

fn runtimes() -> [Runtime; 2] {
    let mut workers = Builder::new_multi_thread();
    let built = [
        Builder::new_current_thread().enable_all().build(),
        workers.worker_threads(2).enable_all().build(),
    ];
    built.map(|runtime| runtime.expect("a runtime can be built"))
}

/// Spawns the futures, lets them come to rest, and has each looked at by its name.
fn look(
    runtime: &Runtime,
    futures: Vec<(&'static str, Boxed)>,
    check: fn(&Graph<'_>, &Task) -> Result<(), String>,
) {
    runtime.block_on(async {
        let names: BTreeMap<u64, &str> = futures
            .into_iter()
            .map(|(name, future)| {
                let id = tokio::spawn(future).id().to_string();
                (id.parse().expect("ids are numbers"), name)
            })
            .collect();
        let mut faults = Vec::new();
        for _ in 0..1_000 {
            for _ in 0..64 {
                yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
            let list = TaskList::of_runtime(&Handle::current()).expect("there is debug info");
            let is_idle = |task: &Task| task.state() == State::Idle;
            if list.tasks().len() != names.len() || !list.tasks().iter().all(is_idle) {
                continue;
            }
            let graph = Graph::new([&list]);
            let said = |task: &Task| {
                let fault = check(&graph, task).err()?;
                Some(format!(
                    "{}: {fault}: {:?}",
                    names[&task.id()],
                    task.waits()
                ))
            };
            faults = list.tasks().iter().filter_map(said).collect();
            if faults.is_empty() {
                return;
            }
        }
        panic!("{}", faults.join("\n"));
    });
}

fn is_message(task: &Task) -> Result<(), String> {
    let open: Vec<_> = task.waits().iter().filter(|wait| !wait.is_over()).collect();
    match open[..] {
        [wait]
            if matches!(wait.event(), Event::Message { senders: Some(1) })
                && wait
                    .object()
                    .is_some_and(|object| object.class() == Class::Mpsc)
                && wait.certainty() == Certainty::Certain =>
        {
            Ok(())
        }
        _ => Err("it waits for the message and nothing else".to_owned()),
    }
}

#[test]
fn while_a_part_is_there_it_alone_is_polled() {
    for runtime in runtimes() {
        let _inside = runtime.enter();
        let mut senders = Vec::new();
        look(
            &runtime,
            all(Part::Pends, &mut senders),
            |graph, task| match task.waits() {
                [wait] if *wait.event() == Event::Never && graph.is_stuck(task) => Ok(()),
                _ => Err("it waits for nothing and for ever".to_owned()),
            },
        );
        drop(senders);
    }
}

#[test]
fn once_it_is_done_the_stream_is_polled() {
    for runtime in runtimes() {
        let _inside = runtime.enter();
        let mut senders = Vec::new();
        let mut futures = all(Part::IsDone, &mut senders);
        futures.extend(rest(&mut senders));
        look(&runtime, futures, |graph, task| {
            if graph.is_stuck(task) {
                return Err("its sender is not a task's".to_owned());
            }
            is_message(task)
        });
        drop(senders);
    }
}
