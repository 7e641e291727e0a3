//! Every way in which a thread is stuck in a function of a library, with the call that blocks it and its line; and beside
//! each the same thread with what it waits for, which ends.

use std::{
    mem::forget,
    sync::{
        Arc, Barrier, Condvar, Mutex, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use tokio::{runtime::Builder, sync::oneshot};

use crate::expected::verify;

const LONG: Duration = Duration::from_secs(3600);

/// What lives as long as the process.
pub(crate) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn receive(receiver: &mpsc::Receiver<()>) -> bool {
    receiver.recv().is_ok() // at: recv
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn channel() {
    let (sender, receiver) = mpsc::channel();
    // leak: thread
    // waits: at recv blocked in mpsc::recv
    thread::spawn(move || receive(&receiver));
    forget(sender);
}

#[leak_checked]
#[test]
fn channel_is_closed() {
    let (_sender, receiver) = mpsc::channel();
    thread::spawn(move || receive(&receiver));
}

fn receive_in_time(receiver: &mpsc::Receiver<()>) -> bool {
    receiver.recv_timeout(LONG).is_ok() // at: recv_timeout
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn channel_with_a_limit() {
    let (sender, receiver) = mpsc::channel();
    // leak: thread
    // waits: at recv_timeout blocked in mpsc::recv_timeout
    thread::spawn(move || receive_in_time(&receiver));
    forget(sender);
}

#[leak_checked]
#[test]
fn channel_with_a_limit_is_closed() {
    let (_sender, receiver) = mpsc::channel();
    thread::spawn(move || receive_in_time(&receiver));
}

fn consume(receiver: mpsc::Receiver<()>) {
    for () in receiver {} // at: iter
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn iterator_of_a_channel() {
    let (sender, receiver) = mpsc::channel();
    // leak: thread
    // waits: at iter blocked in mpsc::recv
    thread::spawn(move || consume(receiver));
    forget(sender);
}

#[leak_checked]
#[test]
fn iterator_of_a_channel_that_is_closed() {
    let (_sender, receiver) = mpsc::channel();
    thread::spawn(move || consume(receiver));
}

fn send(sender: &mpsc::SyncSender<()>) -> bool {
    sender.send(()).is_ok() // at: send
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn full_channel() {
    let (sender, receiver) = mpsc::sync_channel(0);
    // leak: thread
    // waits: at send blocked in SyncSender::send
    thread::spawn(move || send(&sender));
    forget(receiver);
}

#[leak_checked]
#[test]
fn full_channel_is_closed() {
    let (sender, _receiver) = mpsc::sync_channel(0);
    thread::spawn(move || send(&sender));
}

fn lock(mutex: &Mutex<()>) {
    drop(mutex.lock()); // at: lock
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn mutex() {
    let mutex = keep(Mutex::new(()));
    forget(mutex.lock());
    // leak: thread
    // waits: at lock blocked in Mutex::lock
    thread::spawn(|| lock(mutex));
}

#[leak_checked]
#[test]
fn mutex_is_given_back() {
    let mutex = keep(Mutex::new(()));
    let _held = mutex.lock();
    thread::spawn(|| lock(mutex));
}

fn read_lock(lock: &RwLock<()>) {
    drop(lock.read()); // at: read lock
}

fn write_lock(lock: &RwLock<()>) {
    drop(lock.write()); // at: write lock
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn read_write_lock() {
    let lock = keep(RwLock::new(()));
    forget(lock.write());
    // leak: thread
    // waits: at read lock blocked in RwLock::read
    thread::spawn(|| read_lock(lock));
    // leak: thread
    // waits: at write lock blocked in RwLock::write
    thread::spawn(|| write_lock(lock));
}

#[leak_checked]
#[test]
fn read_write_lock_is_given_back() {
    let lock = keep(RwLock::new(()));
    let _held = lock.write();
    thread::spawn(|| read_lock(lock));
    thread::spawn(|| write_lock(lock));
}

fn lock_parking(mutex: &parking_lot::Mutex<()>) {
    drop(mutex.lock()); // at: parking_lot
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn parking_lot_mutex() {
    let mutex = keep(parking_lot::Mutex::new(()));
    forget(mutex.lock());
    // leak: thread
    // waits: at parking_lot blocked in parking_lot::Mutex::lock
    thread::spawn(|| lock_parking(mutex));
}

#[leak_checked]
#[test]
fn parking_lot_mutex_is_given_back() {
    let mutex = keep(parking_lot::Mutex::new(()));
    let _held = mutex.lock();
    thread::spawn(|| lock_parking(mutex));
}

#[derive(Default)]
struct Flag(Mutex<bool>, Condvar);

impl Flag {
    fn wait(&self) {
        let mut is_set = self.0.lock().unwrap();
        while !*is_set {
            is_set = self.1.wait(is_set).unwrap(); // at: condvar
        }
    }

    fn set(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn condition_variable() {
    let flag = keep(Flag::default());
    // leak: thread
    // waits: at condvar blocked in Condvar::wait
    thread::spawn(|| flag.wait());
}

#[leak_checked]
#[test]
fn condition_variable_is_notified() {
    let flag = keep(Flag::default());
    thread::spawn(|| flag.wait());
    flag.set();
}

fn arrive(barrier: &Barrier) {
    barrier.wait(); // at: barrier
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn barrier() {
    let barrier = keep(Barrier::new(2));
    // leak: thread
    // waits: at barrier blocked in Barrier::wait
    thread::spawn(|| arrive(barrier));
}

#[leak_checked]
#[test]
fn barrier_is_complete() {
    let barrier = keep(Barrier::new(2));
    thread::spawn(|| arrive(barrier));
    barrier.wait();
}

fn park_until(done: &AtomicBool) {
    while !done.load(Ordering::SeqCst) {
        thread::park(); // at: park
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn parked() {
    let done = keep(AtomicBool::new(false));
    // leak: thread
    // waits: at park blocked in thread::park
    thread::spawn(|| park_until(done));
}

#[leak_checked]
#[test]
fn parked_and_woken() {
    let done = keep(AtomicBool::new(false));
    let thread = thread::spawn(|| park_until(done));
    done.store(true, Ordering::SeqCst);
    thread.thread().unpark();
}

fn sleep(time: Duration) {
    thread::sleep(time); // at: sleep
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn asleep() {
    // leak: thread
    // waits: at sleep blocked in thread::sleep
    thread::spawn(|| sleep(LONG));
}

#[leak_checked]
#[test]
fn asleep_for_a_moment() {
    thread::spawn(|| sleep(Duration::from_millis(1)));
}

fn join(thread: thread::JoinHandle<()>) {
    thread.join().unwrap(); // at: join
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn joining() {
    // leak: thread
    // waits: at sleep blocked in thread::sleep
    let thread = thread::spawn(|| sleep(LONG));
    // leak: thread
    // waits: at join blocked in JoinHandle::join
    thread::spawn(|| join(thread));
}

#[leak_checked]
#[test]
fn joining_what_ends() {
    let thread = thread::spawn(|| sleep(Duration::from_millis(1)));
    thread::spawn(|| join(thread));
}

fn block_on(receiver: oneshot::Receiver<()>) -> bool {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(receiver).is_ok() // at: block_on
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn future() {
    let (sender, receiver) = oneshot::channel();
    // leak: thread
    // waits: at block_on blocked in Runtime::block_on
    thread::spawn(|| block_on(receiver));
    forget(sender);
}

#[leak_checked]
#[test]
fn future_that_ends() {
    let (_sender, receiver) = oneshot::channel();
    thread::spawn(|| block_on(receiver));
}

fn receive_blocking(receiver: oneshot::Receiver<()>) -> bool {
    receiver.blocking_recv().is_ok() // at: blocking_recv
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn channel_of_tokio() {
    let (sender, receiver) = oneshot::channel();
    // leak: thread
    // waits: at blocking_recv blocked in blocking_recv
    thread::spawn(|| receive_blocking(receiver));
    forget(sender);
}

#[leak_checked]
#[test]
fn channel_of_tokio_is_closed() {
    let (_sender, receiver) = oneshot::channel();
    thread::spawn(|| receive_blocking(receiver));
}

fn run(done: &AtomicBool) {
    while !done.load(Ordering::SeqCst) {
        thread::yield_now();
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn running() {
    let done = Arc::new(AtomicBool::new(false));
    // leak: thread
    // runs
    thread::spawn(move || run(&done));
}

#[leak_checked]
#[test]
fn running_until_told() {
    let done = Arc::new(AtomicBool::new(false));
    let theirs = done.clone();
    thread::spawn(move || run(&theirs));
    done.store(true, Ordering::SeqCst);
}

#[test]
fn every_report_is_exact() {
    verify("stuck", include_str!("stuck.rs"));
}
