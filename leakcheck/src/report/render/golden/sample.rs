impl Pool {
    fn connect(&self) {
        tokio::spawn(keep_alive(conn.clone()));
        std::thread::Builder::new().name("flusher".into()).spawn(flush);
    }
}
async fn keep_alive() {
        let job = rx.recv().await;
