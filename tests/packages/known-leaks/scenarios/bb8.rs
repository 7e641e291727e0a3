//! A pool that is dropped leaves its reaper, which finds that out within 30 s: known, and no leak.

use std::convert::Infallible;

use bb8::{ManageConnection, Pool};
use leakcheck::leak_checked;

struct Connections;

impl ManageConnection for Connections {
    type Connection = ();
    type Error = Infallible;

    async fn connect(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn is_valid(&self, (): &mut ()) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, (): &mut ()) -> bool {
        false
    }
}

#[leak_checked]
#[tokio::test]
async fn a_dropped_pool_ends_its_reaper() {
    let pool = Pool::builder()
        .build(Connections)
        .await
        .expect("nothing can fail");
    let connection = pool.get().await.expect("nothing can fail");
    drop(connection);
}

#[leak_checked]
#[tokio::test]
async fn a_task_beside_a_pool_is_a_leak() {
    let pool = Pool::builder()
        .build(Connections)
        .await
        .expect("nothing can fail");
    let keep = async move {
        let _connection = pool.get().await;
        std::future::pending::<()>().await;
    };
    tokio::spawn(keep); // LEAK
    tokio::task::yield_now().await;
}
