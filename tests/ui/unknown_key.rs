use leakcheck::leak_checked;

#[leak_checked(setle = "1s")]
fn a_typo() {}

#[leak_checked(ignore_top = "a::b", color = "red")]
fn two_at_once() {}

#[leakcheck::test(worker_thread = 2)]
async fn a_typo_in_a_key_of_the_runtime() {}

#[leak_checked(core_threads)]
mod tests {}

fn main() {}
