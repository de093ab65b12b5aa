//! Calls of Temporal's services by name, from bytes to bytes.

use crate::{
    error::{Code, Error, Result},
    ffi::{decode, invalid},
    options::RpcCall,
};
use futures_util::future::{Either, select};
use prost::Message;
use std::{
    pin::pin,
    time::{Duration, Instant},
};
use temporalio_client::{
    Connection, RetryOptions,
    grpc::{HealthService, OperatorService, TestService, WorkflowService},
    request_extensions::RetryConfigForCall,
    tonic::{
        self, Status,
        metadata::{AsciiMetadataKey, AsciiMetadataValue},
    },
};
use tokio::sync::watch;

/// What gives up the calls that were made with it: it then holds how long each of them goes on at least, from its
/// beginning.
pub struct Cancellation(watch::Sender<Option<Duration>>);

/// The side of a call.
pub type GivenUp = watch::Receiver<Option<Duration>>;

impl Cancellation {
    pub fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// The first time counts.
    pub fn cancel(&self, at_least: Duration) {
        self.0.send_if_modified(|given_up| {
            let first = given_up.is_none();
            given_up.get_or_insert(at_least);
            first
        });
    }

    pub fn subscribe(&self) -> GivenUp {
        self.0.subscribe()
    }
}

/// Ends when the call that begins now has been given up; never, when nobody can do that any more.
async fn end(mut given_up: GivenUp) {
    let begin = tokio::time::Instant::now();
    let at_least = given_up
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|given_up| *given_up);
    match at_least {
        Some(at_least) => tokio::time::sleep_until(begin + at_least).await,
        None => std::future::pending().await,
    }
}

/// A call until it has been given up. What is then dropped is reset at the server.
pub async fn call_until_given_up(
    connection: Connection,
    call: RpcCall,
    given_up: GivenUp,
) -> Result<Vec<u8>> {
    let name = call.method.clone();
    // First of all it looks whether it has been given up: then nothing is sent.
    match select(pin!(end(given_up)), pin!(self::call(connection, call))).await {
        Either::Right((outcome, _)) => outcome,
        Either::Left(_) => {
            let status = Status::cancelled(format!("{name} was given up by its caller"));
            Err(Error::from_status(Code::Rpc, "", &status))
        }
    }
}

/// Matches a method's name, decodes its request and encodes its response. The lists hold what clients call and leave
/// out what core does by itself, what is deprecated and what no part of the SDK offers yet: each method is code in
/// every deployed function.
macro_rules! call_by_name {
    ($connection:ident, $service:ident, $call:ident, [$($method:ident,)*]) => {
        match $call.method.as_str() {
            $(stringify!($method) => {
                let request = prepare(&$call, decode(&$call.request)?)?;
                $service::$method(&mut $connection.clone(), request)
                    .await
                    .map(|response| response.into_inner().encode_to_vec())
            })*
            unknown => return Err(invalid(format!("{} has no method {unknown}", stringify!($service)))),
        }
    };
}

fn prepare<M>(call: &RpcCall, message: M) -> Result<tonic::Request<M>> {
    let mut request = tonic::Request::new(message);
    for (key, value) in &call.metadata {
        // A value may be a secret: the error names the key alone.
        let invalid = || invalid(format!("invalid gRPC metadata {key}"));
        let name = AsciiMetadataKey::from_bytes(key.as_bytes()).map_err(|_| invalid())?;
        let value = AsciiMetadataValue::try_from(value.as_str()).map_err(|_| invalid())?;
        request.metadata_mut().insert(name, value);
    }
    if call.timeout_ms > 0 {
        request.set_timeout(Duration::from_millis(call.timeout_ms as u64));
    }
    if !call.retry {
        request
            .extensions_mut()
            .insert(RetryConfigForCall(RetryOptions::no_retries()));
    }
    Ok(request)
}

pub async fn call(connection: Connection, call: RpcCall) -> Result<Vec<u8>> {
    let limit = match call.timeout_ms {
        ..=0 => None,
        milliseconds => Some(Duration::from_millis(milliseconds as u64)),
    };
    let begin = Instant::now();
    let name = call.method.clone();
    let expired = |limit: Duration| {
        let status = Status::deadline_exceeded(format!("{name} was not answered within {limit:?}"));
        Error::from_status(Code::Rpc, "", &status)
    };
    let outcome = async {
        let response: std::result::Result<Vec<u8>, Status> = match call.service.as_str() {
            "workflow" => call_by_name!(
                connection,
                WorkflowService,
                call,
                [
                    count_schedules,
                    count_workflow_executions,
                    create_schedule,
                    create_worker_deployment,
                    create_worker_deployment_version,
                    delete_schedule,
                    delete_worker_deployment,
                    delete_worker_deployment_version,
                    delete_workflow_execution,
                    describe_namespace,
                    describe_schedule,
                    describe_task_queue,
                    describe_worker_deployment,
                    describe_worker_deployment_version,
                    describe_workflow_execution,
                    execute_multi_operation,
                    get_cluster_info,
                    get_system_info,
                    get_workflow_execution_history,
                    get_workflow_execution_history_reverse,
                    list_namespaces,
                    list_schedule_matching_times,
                    list_schedules,
                    list_worker_deployments,
                    list_workflow_executions,
                    patch_schedule,
                    pause_activity,
                    poll_workflow_execution_update,
                    query_workflow,
                    record_activity_task_heartbeat,
                    record_activity_task_heartbeat_by_id,
                    register_namespace,
                    request_cancel_workflow_execution,
                    reset_activity,
                    reset_workflow_execution,
                    respond_activity_task_canceled,
                    respond_activity_task_canceled_by_id,
                    respond_activity_task_completed,
                    respond_activity_task_completed_by_id,
                    respond_activity_task_failed,
                    respond_activity_task_failed_by_id,
                    set_worker_deployment_current_version,
                    set_worker_deployment_manager,
                    set_worker_deployment_ramping_version,
                    signal_with_start_workflow_execution,
                    signal_workflow_execution,
                    start_workflow_execution,
                    terminate_workflow_execution,
                    unpause_activity,
                    update_activity_options,
                    update_namespace,
                    update_schedule,
                    update_worker_deployment_version_compute_config,
                    update_worker_deployment_version_metadata,
                    update_workflow_execution,
                    update_workflow_execution_options,
                    validate_worker_deployment_version_compute_config,
                ]
            ),
            "operator" => call_by_name!(
                connection,
                OperatorService,
                call,
                [
                    add_search_attributes,
                    create_nexus_endpoint,
                    delete_namespace,
                    delete_nexus_endpoint,
                    get_nexus_endpoint,
                    list_nexus_endpoints,
                    list_search_attributes,
                    remove_search_attributes,
                    update_nexus_endpoint,
                ]
            ),
            "test" => call_by_name!(
                connection,
                TestService,
                call,
                [
                    get_current_time,
                    lock_time_skipping,
                    sleep,
                    sleep_until,
                    unlock_time_skipping,
                    unlock_time_skipping_with_sleep,
                ]
            ),
            "health" => call_by_name!(connection, HealthService, call, [check,]),
            unknown => return Err(invalid(format!("no service {unknown}"))),
        };
        response.map_err(|status| match limit {
            // How the server and the gRPC library say that they saw the deadline in the request's header.
            Some(limit) if status.code() == tonic::Code::Cancelled && begin.elapsed() >= limit => {
                expired(limit)
            }
            _ => Error::from_status(Code::Rpc, "", &status),
        })
    };
    match limit {
        None => outcome.await,
        // The server may not even look at that deadline.
        Some(limit) => tokio::time::timeout(limit, outcome)
            .await
            .unwrap_or_else(|_| Err(expired(limit))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_that_grpc_cannot_carry_is_refused_without_its_value() {
        let call = RpcCall {
            metadata: [("key".to_owned(), "secret\n".to_owned())].into(),
            ..Default::default()
        };
        let error = prepare(&call, ()).unwrap_err();
        assert_eq!(error.code, Code::InvalidArgument);
        assert_eq!(error.text(), "invalid gRPC metadata key");
    }

    fn within<T>(future: impl Future<Output = T>) -> Option<T> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime
            .block_on(async { tokio::time::timeout(Duration::from_millis(20), future).await })
            .ok()
    }

    #[test]
    fn a_call_ends_when_it_is_given_up_but_not_before_its_least_time() {
        let cancellation = Cancellation::new();
        assert!(within(end(cancellation.subscribe())).is_none());
        cancellation.cancel(Duration::ZERO);
        assert!(within(end(cancellation.subscribe())).is_some());
        let later = Cancellation::new();
        later.cancel(Duration::from_secs(3600));
        assert!(within(end(later.subscribe())).is_none());
    }

    #[test]
    fn a_call_that_nobody_can_give_up_any_more_goes_on() {
        let given_up = Cancellation::new().subscribe();
        assert!(within(end(given_up)).is_none());
        let cancellation = Cancellation::new();
        cancellation.cancel(Duration::ZERO);
        let given_up = cancellation.subscribe();
        drop(cancellation);
        assert!(within(end(given_up)).is_some());
    }

    #[test]
    fn a_call_is_retried_only_when_asked() {
        let retries = |retry| {
            let call = RpcCall {
                retry,
                ..Default::default()
            };
            let request = prepare(&call, ()).unwrap();
            request.extensions().get::<RetryConfigForCall>().is_none()
        };
        assert!(retries(true));
        assert!(!retries(false));
    }
}
