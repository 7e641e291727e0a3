//! Tests that leave something behind, for the time that their reports take.

use leakcheck::leak_checked;

macro_rules! leaking {
    ($($name:ident)*) => {
        $(
            #[leak_checked]
            #[tokio::test]
            async fn $name() {
                let (sender, mut receiver) = tokio::sync::mpsc::channel::<u8>(1);
                tokio::spawn(async move {
                    let _sender = sender;
                    receiver.recv().await;
                });
                tokio::task::yield_now().await;
            }
        )*
    };
}

leaking! { leaks_0 leaks_1 leaks_2 leaks_3 leaks_4 leaks_5 leaks_6 leaks_7 leaks_8 leaks_9 }
