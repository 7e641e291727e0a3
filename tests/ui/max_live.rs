use leakcheck::leak_checked;

#[leak_checked(max_live(timers = 3, task = 2))]
fn kinds() {}

#[leak_checked(max_live(tasks = 0, threads = -1, fds = "64", processes = 1.5))]
fn numbers() {}

#[leak_checked(max_live(tasks = 2, tasks = 3))]
fn given_twice() {}

#[leak_checked(max_live(tasks))]
fn no_number() {}

#[leak_checked(max_live = 200)]
fn no_kind() {}

#[leak_checked(max_live())]
fn nothing() {}

#[leak_checked(max_live(tasks = 200))]
mod tests {
    #[leakcheck::leak_checked(max_live(fds = 0))]
    #[test]
    fn of_one_test() {}
}

fn main() {}
