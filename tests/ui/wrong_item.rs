use leakcheck::leak_checked;

#[leak_checked]
struct Pool;

#[leak_checked]
impl Pool {}

#[leak_checked]
const LIMIT: usize = 1;

#[leakcheck::test]
mod tests {}

#[leakcheck::test]
static NAME: &str = "";

fn main() {}
