use leakcheck::leak_checked;

#[leak_checked(settle = "1s", level = "warn", settle = "2s")]
fn settle() {}

#[leakcheck::test(flavor = "local", flavor = "local")]
async fn flavor() {}

#[leak_checked(kinds(tasks, fds, tasks))]
fn kind() {}

fn main() {}
