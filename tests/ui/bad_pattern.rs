use leakcheck::leak_checked;

#[leak_checked(ignore_top_function = "")]
fn empty() {}

#[leak_checked(ignore_any_function = ["a", " "])]
fn empty_in_a_list() {}

#[leak_checked(ignore_created_by = [])]
fn none() {}

#[leak_checked(ignore_thread_name = name)]
fn no_string() {}

#[leak_checked(ignore_thread_name(a, b))]
fn parentheses() {}

fn main() {}
