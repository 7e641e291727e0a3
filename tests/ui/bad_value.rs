use leakcheck::leak_checked;

#[leak_checked(settle = "5 parsecs")]
fn no_duration() {}

#[leak_checked(settle = 500)]
fn a_number() {}

#[leak_checked(settle)]
fn nothing() {}

#[leak_checked(settle("1s"))]
fn a_list() {}

#[leak_checked(timeout = "0s")]
fn no_time() {}

#[leak_checked(level = "dney")]
fn level() {}

#[leak_checked(level = deny)]
fn level_without_quotes() {}

#[leak_checked(unseen_panics = "ignore")]
fn unseen_panics() {}

#[leak_checked(levels(thread = "warn", fds = "warm"))]
fn levels() {}

#[leak_checked(levels(fds = "warn", fds = "off"))]
fn level_given_twice() {}

#[leak_checked(levels(fds))]
fn kind_without_level() {}

#[leak_checked(levels = "warn")]
fn levels_in_a_string() {}

#[leak_checked(levels())]
fn no_levels() {}

#[leak_checked(kinds(task, files))]
fn kinds() {}

#[leak_checked(kinds = "tasks")]
fn kinds_in_a_string() {}

#[leak_checked(kinds())]
fn no_kinds() {}

#[leak_checked(options = quiet())]
fn a_call() {}

#[leak_checked(options = "not a path")]
fn no_path() {}

#[leak_checked(crate = leakcheck)]
fn a_bare_path() {}

#[leak_checked(crate = "a b")]
fn no_path_either() {}

#[leak_checked(settle = "1s" timeout = "2s")]
fn no_comma() {}

#[leak_checked("1s")]
fn no_key() {}

fn main() {}
