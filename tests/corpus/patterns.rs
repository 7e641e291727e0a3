//! Every pattern of the corpus has its tests, and every test stands for a pattern.
//!
//! The numbers are those of the collection the patterns come from.

use std::{collections::HashSet, process::Command};

use crate::expected::VERIFYING;

/// One pattern.
struct Pattern {
    number: u32,
    name: &'static str,
    /// Leaky tests and their twins.
    tests: &'static [&'static str],
}

const fn covered(number: u32, name: &'static str, tests: &'static [&'static str]) -> Pattern {
    Pattern {
        number,
        name,
        tests,
    }
}

#[rustfmt::skip]
const PATTERNS: &[Pattern] = &[
    covered(1, "receive from a channel that nobody sends to", &[
        "channels::receiver_holds_its_own_sender", "channels::receiver_holds_its_own_sender_on_workers",
    ]),
    covered(2, "its immune twin", &[
        "channels::receiver_ends_with_its_sender", "channels::receiver_ends_with_its_sender_on_workers",
    ]),
    covered(3, "send without a receiver", &["channels::sender_has_no_reader"]),
    covered(4, "parent returns early", &["channels::early_return_drops_the_receiver"]),
    covered(6, "nil channel", &["lifecycle::pending_for_ever"]),
    covered(7, "select without cases", &["lifecycle::select_without_a_live_branch"]),
    covered(9, "wait group without done", &["lifecycle::tracker_is_never_closed", "lifecycle::tracker_is_closed"]),
    covered(11, "double lock", &[
        "locks::mutex_locked_twice", "locks::mutex_given_back_in_between", "locks::mutex_locked_by_what_is_matched",
        "locks::mutex_given_back_before_the_match", "locks::workers_share_a_receiver",
        "hangs::mutex_of_a_future_that_nobody_polls", "hangs::mutex_of_a_future_that_is_polled_to_its_end",
        "hangs::mutex_locked_twice", "hangs::mutex_locked_twice_on_workers", "hangs::mutex_given_back_in_between",
        "hangs_sync::mutex_locked_twice", "hangs_sync::mutex_given_back_in_between",
    ]),
    covered(12, "double lock on a thread", &["threads::mutex_locked_twice", "blocking::mutex_locked_twice"]),
    covered(14, "early return with a lock, immune", &["locks::guard_is_dropped_on_early_return"]),
    covered(15, "opposite lock order", &[
        "locks::opposite_order", "locks::opposite_order_on_workers", "locks::same_order",
        "hangs::opposite_order", "hangs::same_order",
    ]),
    covered(17, "read-write lock against itself", &[
        "locks::write_lock_held_while_reading", "locks::second_read_queues_behind_a_writer",
        "locks::write_lock_given_back_before_reading",
    ]),
    covered(19, "notifier needs the waiter's lock", &[
        "threads::notifier_needs_a_lock_of_the_waiter", "threads::condvar_is_notified",
    ]),
    covered(21, "receive from a global channel", &["channels::static_keeps_the_sender"]),
    covered(22, "range over a channel that is never closed", &[
        "channels::pool_keeps_its_queues_open", "channels::pool_closes_its_queues",
    ]),
    covered(23, "start without stop", &["lifecycle::start_without_stop", "lifecycle::start_and_stop"]),
    covered(24, "start without stop, fixed", &["lifecycle::guard_cancels_on_drop", "lifecycle::handle_aborts_on_drop"]),
    covered(27, "first of several, immune", &["lifecycle::set_aborts_the_slower_ones"]),
    covered(28, "parent gives up waiting", &[
        "lifecycle::timeout_of_a_handle", "lifecycle::timeout_of_a_handle_on_workers",
    ]),
    covered(29, "parent gives up waiting, immune", &["lifecycle::timeout_of_a_future"]),
    covered(30, "context is never cancelled", &["lifecycle::token_is_never_cancelled", "lifecycle::token_is_cancelled"]),
    covered(33, "lock held while sending", &["locks::lock_held_while_sending", "locks::lock_given_back_before_sending"]),
    covered(34, "stop waits for workers that send", &[
        "channels::shutdown_awaits_a_worker_that_sends", "channels::shutdown_drops_what_a_worker_sends_to",
        "hangs::shutdown_awaits_a_worker_that_sends", "hangs::shutdown_awaits_a_worker_that_sends_on_workers",
        "hangs::shutdown_drops_what_a_worker_sends_to",
        "hangs_sync::shutdown_joins_a_worker_that_sends", "hangs_sync::shutdown_drops_what_a_worker_sends_to",
    ]),
    covered(36, "done channel is never closed", &[
        "channels::done_is_never_said",
        "hangs::done_is_never_said", "hangs::done_is_kept_by_a_task", "hangs::done_is_stored_in_a_static",
        "hangs::task_blocks_a_worker", "hangs::looks_for_what_never_comes", "hangs::looks_for_what_never_comes_on_workers",
        "hangs::done_is_said", "hangs::looks_until_it_is_there",
        "hangs_sync::done_is_awaited_in_synchronous_code",
        "hangs_sync::done_is_awaited_in_synchronous_code_on_workers",
    ]),
    covered(37, "one full input blocks the cancellation of others", &[
        "channels::one_full_input_holds_up_the_cancellation_of_all",
        "hangs::one_full_input_holds_up_the_cancellation_of_all", "hangs::cancellation_is_tried",
    ]),
    covered(39, "test gives up with peers waiting", &[
        "failing::panics_with_peers_waiting", "failing::panics_with_peers_waiting_on_workers",
        "failing::panics_and_releases_its_peers",
    ]),
    covered(42, "result channel is never read", &[
        "channels::results_are_parked_unread", "channels::result_is_dropped_unread",
    ]),
    // The timer stands in the entry of the task that has it.
    covered(43, "endless loop that sleeps", &[
        "time::sleeps_for_ever", "time::sleeps_for_ever_on_workers", "time::sleeps_for_ever_in_paused_time",
        "time::sleeps_at_intervals", "time::sleeps_at_intervals_on_workers",
        "time::sleeps_at_intervals_until_its_owner_is_gone", "time::sleeps_twice", "time::one_of_two_sleeps_at_intervals",
    ]),
    covered(44, "eternal heartbeat", &[
        "time::heartbeat", "time::heartbeat_is_stopped", "timers::task_has_them", "background::heartbeat",
        "background::heartbeat_on_workers", "background::heartbeat_in_paused_time", "background::heartbeat_has_a_child",
        "time::works_for_what_is_kept", "time::works_for_what_is_gone",
    ]),
    covered(45, "timer that never fires", &[
        "timers::sleep_is_parked_in_a_static", "timers::sleep_is_parked_in_a_static_on_workers",
        "timers::sleep_is_parked_in_a_static_in_paused_time", "timers::timeout_is_in_a_cycle",
        "timers::interval_is_kept", "timers::queue_is_kept", "timers::several_are_kept",
        "posix_timers::posix_timer_is_never_deleted", "posix_timers::posix_timer_is_armed_for_an_hour",
        "posix_timers::posix_timer_has_called_its_function", "posix_timers::posix_timers_of_tasks_and_threads",
        "posix_timers::posix_timer_beside_one_of_tokio",
    ]),
    covered(46, "timer that fired or was stopped", &[
        "timers::timeout_is_in_a_cycle_that_is_broken", "timers::none_was_ever_polled", "timers::all_have_fired",
        "timers::all_were_dropped", "timers::all_were_dropped_on_workers", "timers::all_were_aborted_with_their_task",
        "timers::fires_while_the_check_waits", "timers::fires_while_the_check_waits_on_workers",
        "timers::fires_while_the_check_waits_in_paused_time", "timers::timers_are_not_asked_for",
        "posix_timers::posix_timers_are_deleted", "posix_timers::posix_timer_that_has_called_its_function_is_deleted",
        "posix_timers::posix_timer_is_deleted_on_a_thread", "posix_timers::posix_timers_end_with_their_tasks",
        "posix_timers::posix_timer_is_deleted_by_a_system_call", "posix_timers::posix_timer_of_a_static",
        "posix_timers::posix_timer_of_a_thread_local", "posix_timers::posix_timer_of_a_forked_child",
        "posix_timers::posix_timers_are_not_asked_for", "posix_timers::posix_timers_are_accepted",
        "posix_timers::posix_timer_of_a_thread_that_is_accepted",
    ]),
    covered(48, "buffer taken and not given back", &[
        "custom::buffers_are_not_given_back", "custom::buffers_are_given_back", "custom::key_is_not_given_back",
        "custom::keys_are_given_back", "custom::key_is_given_back_twice",
    ]),
    covered(49, "registration that is never undone", &[
        "custom::registration_is_forgotten", "custom::task_keeps_its_registration",
        "custom::registration_ends_with_its_task",
    ]),
    covered(50, "idle connection of a client", &[
        "net::idle_connection_is_kept", "net::idle_connection_ends_with_its_pool",
    ]),
    covered(51, "accept loop", &[
        "net::accept_loop", "net::accept_loop_on_workers", "net::accept_loop_is_aborted",
    ]),
    covered(53, "thread of its own", &[
        "threads::handle_is_dropped", "threads::named_threads", "threads::numbered_threads",
        "threads::one_of_numbered_threads_is_accepted", "threads::joined",
        "background::thread_is_told_to_end", "background::thread_is_told_to_end_by_a_task",
        "background::thread_does_not_listen",
    ]),
    covered(54, "scoped thread", &["threads::scoped"]),
    covered(55, "blocking closure that hangs", &[
        "blocking::closure_waits_for_ever", "blocking::closure_waits_for_ever_on_workers",
        "blocking::closure_ends_with_its_sender", "blocking::function_waits_for_ever",
        "blocking::closure_on_a_thread_of_another", "blocking::closures_of_a_task",
        "blocking::file_is_never_read_to_its_end", "blocking::file_is_read_to_its_end",
        "hangs::blocking_closure_waits_for_ever", "hangs::blocking_closure_ends_with_its_sender",
    ]),
    covered(56, "idle blocking pool", &["blocking::idle_pool", "blocking::idle_pool_on_workers"]),
    covered(57, "busy loop", &["lifecycle::busy_task", "lifecycle::busy_task_on_workers", "threads::busy"]),
    covered(59, "broadcast", &["channels::broadcast_from_a_static", "channels::broadcast_ends_with_its_sender"]),
    covered(61, "oneshot", &["channels::oneshot_sender_is_stored", "channels::oneshot_sender_is_dropped"]),
    covered(64, "join handle is dropped", &[
        "lifecycle::handle_is_dropped", "lifecycle::handle_is_dropped_on_workers",
        "lifecycle::handle_of_a_short_task_is_dropped",
    ]),
    covered(65, "abort is not awaited", &[
        "lifecycle::abort_is_not_awaited", "lifecycle::abort_is_not_awaited_on_workers",
    ]),
    covered(66, "abort without effect", &[
        "blocking::abort_of_a_closure_that_runs", "blocking::abort_of_a_closure_that_ends",
        "blocking::abort_of_a_task_in_synchronous_code", "blocking::task_in_synchronous_code_is_accepted",
        "hangs_sync::task_blocks_the_thread_of_the_body", "hangs_sync::task_ends_with_its_sender",
    ]),
    covered(67, "task of a local set", &[
        "local::set_is_forgotten",
        "local::set_is_kept_by_its_thread",
        "local::set_is_dropped",
        "local::set_is_awaited",
        "local::forgotten_set_has_no_task_left",
        "local::unwatched_set_is_forgotten",
        "local::unwatched_set_beside_workers",
        "local::unwatched_set_has_many",
        "local::unwatched_set_is_kept_by_its_thread",
        "local::unwatched_set_is_dropped",
        "local::unwatched_set_is_forgotten_without_tasks",
        "local::many_unwatched_sets_are_dropped",
        "local::task_of_a_local_runtime",
        "local::task_of_a_local_runtime_ends",
        "local::task_goes_to_the_local_runtime_of_a_set",
        "local::set_on_a_local_runtime_is_dropped",
        "local::task_of_a_set_sleeps",
        "local::sleeping_task_of_a_set_is_accepted",
    ]),
    covered(68, "second runtime", &[
        "runtimes::second_runtime_is_never_dropped", "runtimes::second_runtime_is_dropped",
        "runtimes::thread_drives_a_runtime_of_its_own", "runtimes::thread_ends_with_its_runtime",
        "instrumented::task_on_a_static_runtime", "instrumented::task_by_the_handle_of_a_runtime",
        "instrumented::task_on_a_static_runtime_is_awaited",
    ]),
    covered(71, "child process without wait", &[
        "processes::child_is_dropped",
        "processes::child_is_forgotten",
        "processes::tokio_child_is_dropped",
        "processes::task_keeps_its_child",
        "processes::exited_child_is_dropped",
        "processes::children_of_threads",
        "processes::child_is_started_by_fork",
        "processes::fork_is_never_waited_for",
        "processes::child_is_waited_for",
        "processes::child_is_killed_and_waited_for",
        "processes::child_is_waited_for_by_its_number",
        "processes::child_is_waited_for_on_a_thread",
        "processes::tokio_child_is_waited_for",
        "processes::tokio_child_is_killed_on_drop",
        "processes::tokio_child_is_killed_on_drop_on_workers",
        "processes::tokio_child_that_exits_is_dropped",
        "processes::children_of_threads_are_waited_for",
        "processes::daemon",
        "processes::server_in_a_static",
    ]),
    covered(72, "signal listeners", &["net::signal_listeners"]),
    covered(73, "known daemons", &[
        "runtimes::static_runtime", "runtimes::lazy_static_runtime", "background::singleton",
        "daemons::global_pool_of_rayon", "daemons::pool_of_rayon_is_dropped", "daemons::pool_of_rayon_is_forgotten",
        "daemons::appender_in_a_static", "daemons::guard_of_an_appender_is_dropped",
        "daemons::guard_of_an_appender_is_forgotten",
    ]),
    covered(74, "tree of leaks", &["tree::of_tasks", "tree::of_threads"]),
    covered(76, "older task moves on", &["harness::older_task_moves_on", "harness::younger_task_is_new"]),
    covered(78, "ends while the check waits", &[
        "time::ends_while_the_check_waits", "time::ends_while_the_check_waits_on_workers",
        "time::ends_while_the_check_waits_in_paused_time",
    ]),
    covered(79, "slow test", &[
        "time::settles_from_the_end_of_a_slow_test", "time::settles_from_the_end_of_a_slow_test_in_paused_time",
    ]),
    covered(81, "parallel siblings", &["parallel::leaks"]),
    covered(83, "threads of the harness", &["harness::threads_of_the_harness"]),
    covered(84, "test that fails by itself", &[
        "failing::panics_with_a_thread_waiting", "failing::returns_an_error_with_peers_waiting",
    ]),
    covered(85, "fixtures end before the check", &[
        "harness::fixture_is_dropped_before_the_check", "harness::fixtures_are_dropped_before_the_check",
        "harness::fixture_is_never_dropped",
    ]),
];

/// How many patterns the collection has.
const COUNT: usize = 58;

/// Files that test the corpus, not the checker, the siblings that stand for one pattern together, the table of all ways in which
/// a thread is stuck, that of closures that wait on a runtime, what tasks do not poll, and have a lock in, what pauses between
/// attempts, handles in limits, what is joined, what is in queues, channels and locks of other crates, bodies that are cancelled,
/// descriptors, which the collection has beside tasks only, and temporary files and memory, which it has not.
fn stands_for_a_pattern(test: &str) -> bool {
    let is_own = [
        "cancelled::",
        "cancelled_compositions::",
        "cancelled_resources::",
        "controls::",
        "fds::",
        "futurelock::",
        "hang::",
        "hangs_alive::",
        "heap::",
        "heap_kept::",
        "hidden::",
        "holders::",
        "static_pools::",
        "causes::",
        "child_pipes::",
        "keepers::",
        "other_crates::",
        "annotations::",
        "joined::",
        "joined_feeder::",
        "limits::",
        "numbers::",
        "owned_fds::",
        "parallel::",
        "polled::",
        "pooled::",
        "patterns::",
        "serving::",
        "queues::",
        "retries::",
        "source::",
        "unread::",
        "why::",
        "budgets::",
        "rates::",
        "closures::",
        "stuck::",
        "system_calls::",
        "process_trees::",
        "temp_files::",
        "thread_locals::",
        "unsized_tails::",
    ];
    let is_comparison = test.ends_with(VERIFYING);
    !is_comparison && !is_own.iter().any(|module| test.starts_with(module))
}

fn listed() -> Vec<String> {
    let this = std::env::current_exe().expect("a running test has a binary");
    let output = Command::new(this)
        .args(["--list", "--format", "terse"])
        .output()
        .expect("the binary can be run again");
    let list = String::from_utf8(output.stdout).expect("test names are text");
    list.lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(String::from)
        .collect()
}

#[test]
fn every_pattern_is_covered() {
    let listed = listed();
    for Pattern {
        number,
        name,
        tests,
    } in PATTERNS
    {
        assert!(!tests.is_empty(), "{number} {name}");
        for test in *tests {
            let exists = listed.iter().any(|listed| listed == test);
            assert!(exists, "{number} {name}: {test}");
        }
    }
}

#[test]
fn every_pattern_is_listed_once() {
    assert_eq!(PATTERNS.len(), COUNT);
    assert!(PATTERNS.is_sorted_by(|one, next| one.number < next.number));
}

#[test]
fn every_test_stands_for_one_pattern() {
    let mut unnamed: HashSet<String> = listed().into_iter().collect();
    unnamed.retain(|test| stands_for_a_pattern(test) || test == "parallel::leaks");
    for test in PATTERNS.iter().flat_map(|pattern| pattern.tests) {
        assert!(unnamed.remove(*test), "{test} is named twice");
    }
    assert!(unnamed.is_empty(), "in no pattern: {unnamed:?}");
}

#[test]
fn every_file_is_compared() {
    let listed = listed();
    for test in listed.iter().filter(|test| stands_for_a_pattern(test)) {
        let (file, _) = test.split_once("::").expect("a test is in a file");
        let comparison = format!("{file}::{VERIFYING}");
        assert!(listed.contains(&comparison), "{comparison} does not exist");
    }
}
