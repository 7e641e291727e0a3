//! What a scope makes is noted from its opening to its closing, each thing once, and for no other scope.

use super::*;

/// A scope that is noted, until it is dropped.
struct Open(u64);

impl Open {
    fn new() -> Self {
        let scope = scope_counters::open().expect("far below the limit");
        open(scope, || 0);
        Self(scope)
    }

    fn begins(&self, thing: Thing, number: u64) -> u32 {
        begins(scope_counters::of(self.0), self.0, || Beginning {
            thing,
            number,
            origin: 7,
            task: 3,
            thread: 5,
        })
    }

    fn ends(&self, thing: Thing, number: u64) {
        ends(scope_counters::of(self.0), self.0, thing, number);
    }

    fn noted(&self) -> Noted {
        of(self.0).expect("it is noted")
    }

    /// Things, their numbers, and whether they have ended.
    fn lives(&self) -> Vec<(Thing, u64, bool)> {
        let lives = self.noted().lives.into_iter();
        lives
            .map(|life| (life.thing, life.number, life.ended.is_some()))
            .collect()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        close(self.0);
        scope_counters::release(self.0);
    }
}

#[test]
fn each_thing_has_its_beginning_and_its_end() {
    let scope = Open::new();
    for thing in [Thing::Task, Thing::Thread, Thing::Fd] {
        assert_ne!(scope.begins(thing, 1), 0);
    }
    scope.ends(Thing::Thread, 1);
    scope.ends(Thing::Thread, 2);
    let mut lives = scope.lives();
    lives.sort_by_key(|life| life.0 as u64);
    assert_eq!(
        lives,
        [
            (Thing::Task, 1, false),
            (Thing::Thread, 1, true),
            (Thing::Fd, 1, false)
        ]
    );
    let first = scope.noted().lives[0];
    assert_eq!((first.origin, first.task, first.thread), (7, 3, 5));
    assert!(first.begun >= scope.noted().began);
}

/// The same address is another task's later.
#[test]
fn a_number_that_is_given_again_is_another_thing() {
    let scope = Open::new();
    let first = scope.begins(Thing::Cell, 128);
    look(scope.0, When::Now)
        .expect("there is a cell")
        .shows(|entry| entry == first);
    let second = scope.begins(Thing::Cell, 128);
    assert_ne!(first, second);
    look(scope.0, When::Now)
        .expect("there are cells")
        .shows(|entry| entry == second);
    let lives = scope.noted().lives;
    let of = |entry| lives.iter().find(|life| life.entry == entry).unwrap();
    assert!(of(first).ended.is_some() && of(first).was_seen);
    assert!(of(second).ended.is_none() && of(second).was_seen);
}

/// Its memory was there, and nothing in it yet, when another thread looked.
#[test]
fn a_task_that_is_seen_late_has_not_ended() {
    let scope = Open::new();
    let cell = scope.begins(Thing::Cell, 128);
    let look = |is_alive: bool| {
        let look = look(scope.0, When::Now).expect("there is a cell");
        look.shows(|entry| is_alive && entry == cell);
    };
    look(false);
    assert_eq!(scope.lives(), [(Thing::Cell, 128, true)]);
    look(true);
    assert_eq!(scope.lives(), [(Thing::Cell, 128, false)]);
    look(false);
    assert_eq!(scope.lives(), [(Thing::Cell, 128, true)]);
    assert!(super::look(scope.0, When::Now).is_none(), "it is over");
}

#[test]
fn of_a_flood_the_first_are_noted_and_the_others_counted() {
    let scope = Open::new();
    for number in 0..MOST as u64 + 20 {
        let entry = scope.begins(Thing::Fd, number);
        assert_eq!(entry != 0, number < MOST as u64, "{number}");
        scope.ends(Thing::Fd, number);
    }
    let noted = scope.noted();
    assert_eq!((noted.lives.len(), noted.left_out), (MOST, 20));
    assert!(noted.lives.iter().all(|life| life.ended.is_some()));
}

#[test]
fn what_is_withdrawn_makes_room() {
    let scope = Open::new();
    for number in 0..MOST as u64 {
        let cell = scope.begins(Thing::Cell, 128 * number);
        withdraw(scope.0, cell);
        withdraw(scope.0, cell);
        assert_ne!(scope.begins(Thing::Task, number), 0, "{number}");
    }
    let noted = scope.noted();
    assert_eq!((noted.lives.len(), noted.left_out), (MOST, 0));
    assert!(noted.lives.iter().all(|life| life.thing == Thing::Task));
}

#[test]
fn nothing_is_noted_where_nobody_asks() {
    let scope = scope_counters::open().expect("far below the limit");
    let counters = scope_counters::of(scope);
    let never = || -> Beginning { panic!("it is asked what began") };
    assert_eq!(begins(counters, scope, never), 0);
    ends(counters, scope, Thing::Task, 1);
    assert!(of(scope).is_none());
    scope_counters::release(scope);
}

/// A sheet is lent again, and what the one before had in it is nobody's.
#[test]
fn nothing_of_an_earlier_scope_is_in_the_sheet() {
    for _ in 0..3 {
        let scope = Open::new();
        assert_eq!(scope.lives(), []);
        scope.begins(Thing::Fd, 1);
        // Who is late by a scope finds no entry of his own.
        end(scope.0 + 1, Thing::Fd, 1);
        assert_eq!(scope.lives(), [(Thing::Fd, 1, false)]);
    }
}
