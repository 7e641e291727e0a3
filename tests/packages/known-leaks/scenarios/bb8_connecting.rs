//! A pool that is dropped while nobody answers gives up connecting.

use std::io;

use bb8::{ManageConnection, Pool};
use leakcheck::leak_checked;

/// Of a server that is down.
struct Connections;

impl ManageConnection for Connections {
    type Connection = ();
    type Error = io::Error;

    async fn connect(&self) -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    async fn is_valid(&self, (): &mut ()) -> io::Result<()> {
        Ok(())
    }

    fn has_broken(&self, (): &mut ()) -> bool {
        false
    }
}

#[leak_checked]
#[tokio::test]
async fn a_dropped_pool_stops_connecting() {
    let builder = Pool::builder().min_idle(1);
    let pool = builder.build_unchecked(Connections); // LEAK
    drop(pool);
}
