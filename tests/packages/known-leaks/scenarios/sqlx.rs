//! A pool leaves no task and no thread behind, closed or just dropped. That of `#[sqlx::test]` is closed after the test.

use leakcheck::leak_checked;
use sqlx::SqlitePool;

#[leak_checked]
#[tokio::test]
async fn a_closed_pool_ends_its_workers() -> sqlx::Result<()> {
    query().await?.close().await;
    Ok(())
}

#[leak_checked]
#[tokio::test]
async fn a_dropped_pool_ends_its_workers() -> sqlx::Result<()> {
    drop(query().await?);
    Ok(())
}

#[leak_checked]
#[sqlx::test]
async fn a_pool_that_is_lent_is_closed_later(pool: SqlitePool) -> sqlx::Result<()> {
    sqlx::query("select 1").execute(&pool).await?;
    // The first connection is on its way back to the pool, which opens one more.
    sqlx::query("select 1").execute(&pool).await?;
    Ok(())
}

#[leak_checked]
#[sqlx::test]
async fn what_a_test_with_a_pool_starts_itself(pool: SqlitePool) {
    std::thread::spawn(std::thread::park); // LEAK
    sqlx::query("select 1").execute(&pool).await.expect("it is a query");
}

async fn query() -> sqlx::Result<SqlitePool> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    let answer: i64 = sqlx::query_scalar("select 6 * 7").fetch_one(&pool).await?;
    assert_eq!(answer, 42);
    Ok(pool)
}
