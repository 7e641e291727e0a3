//! Ends of oneshot, watch and broadcast channels.

use tokio::{
    sync::{broadcast, oneshot, watch},
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn awaits(answer: oneshot::Receiver<u8>) {
    let _ = answer.await; // @awaits
}

async fn owes(question: oneshot::Sender<u8>) {
    sleep(HOUR).await; // @owes
    let _ = question.send(1);
}

async fn awaits_by_reference(mut answer: oneshot::Receiver<u8>) {
    let _ = (&mut answer).await; // @awaits_by_reference
    answer.close();
}

async fn owes_itself() {
    let (question, answer) = oneshot::channel::<()>();
    let _ = answer.await; // @owes_itself
    drop(question);
}

async fn sees_hangup(mut question: oneshot::Sender<u8>) {
    question.closed().await; // @sees_hangup
}

async fn keeps_answer(answer: oneshot::Receiver<u8>) {
    sleep(2 * HOUR).await; // @keeps_answer
    drop(answer);
}

async fn watches(mut level: watch::Receiver<u32>) {
    while level.changed().await.is_ok() {} // @watches
}

async fn sets(level: watch::Sender<u32>) {
    sleep(HOUR).await; // @sets
    level.send_replace(1);
}

async fn waits_for_level(mut level: watch::Receiver<u32>) {
    let _ = level.wait_for(|level| *level > 7).await; // @waits_for_level
}

async fn sees_nobody_watch(level: watch::Sender<i8>) {
    level.closed().await; // @sees_nobody_watch
}

async fn hears(mut news: broadcast::Receiver<String>) {
    let _ = news.recv().await; // @hears
}

async fn tells(news: broadcast::Sender<String>) {
    sleep(HOUR).await; // @tells
    let _ = news.send(String::new());
}

async fn sees_nobody_hear(news: broadcast::Sender<u8>) {
    news.closed().await; // @sees_nobody_hear
}

pub(crate) const AREA: Area = Area {
    file: "channels.rs",
    source: include_str!("channels.rs"),
    shapes: &[
        Shape {
            name: "an answer that another task owes",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.spawn(awaits(answer));
                stage.spawn(owes(question));
            },
            tasks: "
                channels::awaits
                  channels::awaits @awaits
                  waits for message of oneshot <- channels::owes `question`
                channels::owes
                  channels::owes @owes  question: Sender<u8>
                  holds question: sender of oneshot
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "an answer by reference",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.keep(question);
                stage.spawn(awaits_by_reference(answer));
            },
            tasks: "
                channels::awaits_by_reference
                  channels::awaits_by_reference @awaits_by_reference  answer: Receiver<u8>
                  holds answer: receiver of oneshot
                  waits for message of oneshot <- nobody found
            ",
        },
        Shape {
            name: "an answer that the task owes itself",
            spawn: |stage| stage.spawn(owes_itself()),
            tasks: "
                channels::owes_itself [stuck]
                  channels::owes_itself @owes_itself  question: Sender<()>
                  holds question: sender of oneshot
                  waits for message of oneshot <- channels::owes_itself `question`
            ",
        },
        Shape {
            name: "a question whose asker has to go",
            spawn: |stage| {
                let (question, answer) = oneshot::channel();
                stage.spawn(sees_hangup(question));
                stage.spawn(keeps_answer(answer));
            },
            tasks: "
                channels::sees_hangup
                  channels::sees_hangup @sees_hangup  question: Sender<u8>
                  holds question: sender of oneshot
                  waits for close of oneshot <- channels::keeps_answer `answer`
                channels::keeps_answer
                  channels::keeps_answer @keeps_answer  answer: Receiver<u8>
                  holds answer: receiver of oneshot
                  waits for timer in 2 h
            ",
        },
        Shape {
            name: "a value that another task may change",
            spawn: |stage| {
                let (sender, receiver) = watch::channel(0);
                stage.spawn(watches(receiver));
                stage.spawn(sets(sender));
            },
            tasks: "
                channels::watches
                  channels::watches @watches  level: Receiver<u32>
                  holds level: receiver of watch
                  waits for change of watch (1 sender) <- channels::sets `level`
                channels::sets
                  channels::sets @sets  level: Sender<u32>
                  holds level: sender of watch
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a value that has to be high enough",
            spawn: |stage| {
                let (sender, receiver) = watch::channel(0);
                stage.keep((sender.clone(), sender));
                stage.spawn(waits_for_level(receiver));
            },
            tasks: "
                channels::waits_for_level
                  channels::waits_for_level @waits_for_level  level: Receiver<u32>
                  holds level: receiver of watch
                  waits for change of watch (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "the end of those who watch",
            spawn: |stage| {
                let (sender, receiver) = watch::channel(0);
                stage.keep(receiver);
                stage.spawn(sees_nobody_watch(sender));
            },
            tasks: "
                channels::sees_nobody_watch
                  channels::sees_nobody_watch @sees_nobody_watch  level: Sender<i8>
                  holds level: sender of watch
                  waits for close of watch <- nobody found
            ",
        },
        Shape {
            name: "news from another task",
            spawn: |stage| {
                let (sender, receiver) = broadcast::channel(2);
                stage.spawn(hears(receiver));
                stage.spawn(tells(sender));
            },
            tasks: "
                channels::hears
                  channels::hears @hears  news: Receiver<String>
                  holds news: receiver of broadcast
                  waits for message of broadcast (1 sender) <- channels::tells `news`
                channels::tells
                  channels::tells @tells  news: Sender<String>
                  holds news: sender of broadcast
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "the end of those who hear",
            spawn: |stage| {
                let (sender, receiver) = broadcast::channel(2);
                stage.keep(receiver);
                stage.spawn(sees_nobody_hear(sender));
            },
            tasks: "
                channels::sees_nobody_hear
                  channels::sees_nobody_hear @sees_nobody_hear  news: Sender<u8>
                  holds news: sender of broadcast
                  waits for close of broadcast <- nobody found
            ",
        },
    ],
};
