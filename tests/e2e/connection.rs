//! An API server that comes and goes.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Operator, a_while};
use crate::proxy::Proxy;

async fn behind_proxy(test: &str) -> (Operator, Proxy) {
    let proxy = Proxy::closed().await;
    let mut operator = Operator::book_store(test).await;
    let kubeconfig = proxy.kubeconfig(&operator.path("")).await;
    operator.env("KUBECONFIG", kubeconfig.to_str().unwrap());
    (operator, proxy)
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_api_server_that_can_not_be_reached_is_waited_for() {
    let (mut operator, mut proxy) = behind_proxy("unreachable").await;
    operator.start();
    operator
        .wait_for("three tries", || async {
            (operator.log().matches("can't be reached").count() >= 3).then_some(())
        })
        .await;
    assert!(operator.log().contains("refused"), "{}", operator.log());
    operator.create("books", json!({})).await;
    proxy.open().await;
    operator.wait_for_revision("books", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_waiting_for_an_api_server_can_be_stopped() {
    let (mut operator, _proxy) = behind_proxy("unreachable-stop").await;
    operator.start();
    operator
        .wait_for("a second try", || async {
            (operator.log().matches("can't be reached").count() >= 2).then_some(())
        })
        .await;
    let (status, took) = operator.terminate().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_lost_connection_costs_no_write_and_hides_no_drift() {
    let (mut operator, mut proxy) = behind_proxy("lost-connection").await;
    proxy.open().await;
    operator.start();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let requests = operator.requests_at_rest().await;
    proxy.close().await;
    a_while(0.5).await;
    proxy.open().await;
    a_while(3.0).await;
    assert_eq!(requests.writes().await, []);

    proxy.close().await;
    operator.delete_object("v1", "Service", "books-app").await;
    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    a_while(0.5).await;
    proxy.open().await;
    operator.wait_for_revision("books", 2).await;
    assert_eq!(operator.names("v1", "Service").await, ["books-app", "books-mongodb"]);
    assert_eq!(operator.records().await, ["books.v1 superseded", "books.v2 deployed"]);
}
