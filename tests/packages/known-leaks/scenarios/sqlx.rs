//! A pool leaves no task and no thread behind, closed or just dropped.

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

async fn query() -> sqlx::Result<SqlitePool> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    let answer: i64 = sqlx::query_scalar("select 6 * 7").fetch_one(&pool).await?;
    assert_eq!(answer, 42);
    Ok(pool)
}
