use leakcheck::leak_checked;

#[leak_checked]
mod other;

fn main() {}
