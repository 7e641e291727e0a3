//! A server, its clients and a database: few tasks, of types that are deep.

#[path = "../../measure.rs"]
mod measure;

use std::{
    future::pending,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::{Mutex, mpsc},
    time::sleep,
};
use tower_http::{compression::CompressionLayer, timeout::TimeoutLayer, trace::TraceLayer};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Clone)]
struct App {
    pool: SqlitePool,
    client: reqwest::Client,
    posts: mpsc::Sender<String>,
    visits: Arc<Mutex<u32>>,
}

async fn index(State(app): State<App>) -> String {
    let mut visits = app.visits.lock().await;
    *visits += 1;
    visits.to_string()
}

/// Sleeps with the lock that `index` wants.
async fn slow(State(app): State<App>, Path(id): Path<u32>) -> Json<u32> {
    let visits = app.visits.lock().await;
    sleep(HOUR).await;
    Json(id + *visits)
}

/// Keeps the only connection.
async fn query(State(app): State<App>) -> String {
    let mut connection = app.pool.acquire().await.expect("the pool is open");
    let row: (i64,) = sqlx::query_as("select 1")
        .fetch_one(&mut *connection)
        .await
        .expect("one is one");
    pending::<()>().await;
    row.0.to_string()
}

/// Waits for the connection that `query` keeps.
async fn count(State(app): State<App>) -> String {
    let row: (i64,) = sqlx::query_as("select 2")
        .fetch_one(&app.pool)
        .await
        .expect("two is two");
    row.0.to_string()
}

async fn publish(State(app): State<App>, body: String) -> &'static str {
    let _ = app.posts.send(body).await;
    "published"
}

async fn proxy(State(app): State<App>, Path(port): Path<u16>) -> String {
    fetch(app.client, format!("http://127.0.0.1:{port}/slow/1")).await
}

async fn fetch(client: reqwest::Client, url: String) -> String {
    let response = client.get(&url).send().await.expect("the server listens");
    response.text().await.expect("it answers with text")
}

async fn serve(listener: TcpListener, app: App) {
    let router = Router::new()
        .route("/", get(index))
        .route("/slow/{id}", get(slow))
        .route("/query", get(query))
        .route("/count", get(count))
        .route("/publish", post(publish))
        .route("/proxy/{port}", get(proxy))
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            HOUR,
        ))
        .with_state(app);
    axum::serve(listener, router)
        .await
        .expect("the server runs on");
}

/// Waits until no tasks come or go any more.
async fn come_to_rest() {
    const QUIET: Duration = Duration::from_millis(200);
    let metrics = Handle::current().metrics();
    let end = Instant::now() + 20 * QUIET;
    let mut before = usize::MAX;
    while Instant::now() < end && before != metrics.num_alive_tasks() {
        before = metrics.num_alive_tasks();
        sleep(QUIET).await;
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .expect("memory can be a database");
    let (posts, mut posted) = mpsc::channel(1);
    let client = reqwest::Client::new();
    let app = App {
        pool: pool.clone(),
        client: client.clone(),
        posts,
        visits: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(serve(listener, app));
    tokio::spawn(async move { while posted.recv().await.is_some() {} });
    // Those that keep something come before those that want it.
    let port = address.port();
    for paths in [
        ["slow/7".to_owned(), "query".to_owned()],
        ["".to_owned(), "count".to_owned()],
        [format!("proxy/{port}"), "slow/8".to_owned()],
    ] {
        for path in paths {
            tokio::spawn(fetch(client.clone(), format!("http://{address}/{path}")));
        }
        come_to_rest().await;
    }
    tokio::spawn(async move {
        let _connection = pool.acquire().await;
    });
    come_to_rest().await;
    // As a check does: from a thread that runs no task.
    let handle = Handle::current();
    let measured = thread::spawn(move || measure::measure(&handle, 10)).join();
    std::process::exit(i32::from(measured.is_err()));
}
