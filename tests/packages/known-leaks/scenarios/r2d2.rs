//! A pool that is dropped leaves its worker threads, which end within 30 s: known, and no leak.

use std::convert::Infallible;

use leakcheck::leak_checked;
use r2d2::{ManageConnection, Pool};

struct Connections;

impl ManageConnection for Connections {
    type Connection = ();
    type Error = Infallible;

    fn connect(&self) -> Result<(), Infallible> {
        Ok(())
    }

    fn is_valid(&self, (): &mut ()) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, (): &mut ()) -> bool {
        false
    }
}

#[leak_checked]
#[test]
fn a_dropped_pool_ends_its_threads() {
    let pool = Pool::builder()
        .build(Connections)
        .expect("nothing can fail");
    let connection = pool.get().expect("a connection is idle");
    drop(connection);
}
