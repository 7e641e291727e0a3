use leakcheck::leak_checked;

#[leak_checked(repeat = "1:100", rate(timers = 3, task = 2))]
fn kinds() {}

#[leak_checked(repeat = "1:100", rate(tasks = 0, threads = 0.5))]
fn numbers() {}

#[leak_checked(repeat = "1:100", rate = 500)]
fn no_kind() {}

#[leak_checked(rate(tasks = 500))]
fn without_rounds() {}

#[leak_checked(rate(tasks = 500))]
#[rstest::rstest]
fn with_parameters(_number: u32) {}

#[leak_checked(rate(tasks = 500))]
mod tests {
    #[test]
    fn of_a_module() {}
}

#[leakcheck::test(rate(fds = 5))]
async fn full() {}

fn main() {}
