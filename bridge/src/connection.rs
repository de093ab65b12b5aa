//! Connections to a server.

use crate::{
    channel::{self, millis, target},
    error::{Code, Error, Result, guarded_now},
    ffi::{self, Bytes, RawCallback, Request, User, answer_now},
    options as messages,
    polls::{Limit, Polls},
    rpc::{self, Cancellation},
    runtime::TemporalRuntime,
};
use std::{
    collections::HashMap,
    ffi::c_void,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};
use temporalio_client::{
    Connection, ConnectionOptions, RetryOptions, callback_based::CallbackBasedGrpcService,
    errors::ClientConnectError, grpc::WorkflowService, request_extensions::RetryConfigForCall,
    worker::NamespaceDescriptionSource,
};
use temporalio_common::telemetry::metrics::TemporalMeter;
use temporalio_protos::temporal::api::workflowservice::v1::ShutdownWorkerRequest;
use tokio::runtime::Handle;

pub struct TemporalConnection {
    /// Locked only to change the identity, which core copies on write.
    core: RwLock<Connection>,
    handle: Handle,
    pub polls: Arc<Polls>,
    /// Of its workers' namespaces. Kept, so that the second worker of one validates without asking the server again.
    descriptions: Mutex<HashMap<String, Arc<NamespaceDescriptionSource>>>,
}

impl TemporalConnection {
    pub fn core(&self) -> Connection {
        self.core
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn remember_namespace(&self, namespace: &str) {
        let core = self.core();
        let description = core.workers().namespace_description_source(namespace);
        self.descriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(namespace.to_owned(), description);
    }
}

/// What a connection needs of the runtime that it is made on.
struct World {
    handle: Handle,
    meter: Option<TemporalMeter>,
}

fn connection_options(
    options: messages::ConnectOptions,
    channel: CallbackBasedGrpcService,
    meter: Option<TemporalMeter>,
) -> Result<ConnectionOptions> {
    let retries = match options.max_rpc_attempts {
        0 => RetryOptions::default(),
        attempts => RetryOptions::builder()
            .max_retries(attempts as usize)
            .build(),
    };
    Ok(
        ConnectionOptions::new(target(&options.address, options.tls.is_some())?)
            .service_override(channel)
            .maybe_metrics_meter(meter)
            .identity(options.identity)
            .maybe_api_key(Some(options.api_key).filter(|key| !key.is_empty()))
            .retry_options(retries)
            .headers(options.metadata)
            .keep_alive(None)
            .dns_load_balancing(None)
            .skip_get_system_info(options.skip_get_system_info)
            .client_name("temporal-cpp")
            .client_version(options.client_version)
            .build(),
    )
}

fn connect_error(address: &str, error: &ClientConnectError) -> Error {
    match error {
        ClientConnectError::SystemInfoCallError(status) => Error::from_status(
            Code::Connection,
            &format!("{address} refused the connection: "),
            status,
        ),
        // The channel is ours and is open: what is left is wrong in the options.
        other => Error::new(Code::Configuration, other.to_string()),
    }
}

async fn connect(options: messages::ConnectOptions, world: World) -> Result<TemporalConnection> {
    let address = options.address.clone();
    let limit = millis(options.connect_timeout_ms);
    let polls = Arc::<Polls>::default();
    let connecting = async {
        let channel = channel::open(&options, polls.clone()).await?;
        Connection::connect(connection_options(options, channel, world.meter)?)
            .await
            .map_err(|e| connect_error(&address, &e))
    };
    let core = match limit {
        None => connecting.await,
        Some(limit) => tokio::time::timeout(limit, connecting)
            .await
            .unwrap_or_else(|_| {
                let text =
                    format!("{address} did not answer within the connect timeout of {limit:?}");
                Err(Error::new(Code::Connection, text))
            }),
    }?;
    Ok(TemporalConnection {
        core: RwLock::new(core),
        handle: world.handle,
        polls,
        descriptions: Mutex::default(),
    })
}

pub type ConnectCallback =
    extern "C" fn(*mut c_void, *mut TemporalConnection, i32, *const u8, usize);

fn connect_request(
    callback: Option<ConnectCallback>,
    user: *mut c_void,
) -> Request<TemporalConnection> {
    let user = User::new(user);
    Request::delivering(move |outcome| {
        let Some(callback) = callback else { return };
        match outcome {
            Ok(connection) => {
                let connection = Box::into_raw(Box::new(connection));
                let ok = Code::Ok as i32;
                callback(user.pointer(), connection, ok, std::ptr::null(), 0);
            }
            Err(e) => {
                let bytes = e.encode();
                let (code, none) = (e.code as i32, std::ptr::null_mut());
                callback(user.pointer(), none, code, bytes.as_ptr(), bytes.len());
            }
        }
    })
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connect(
    runtime: *mut TemporalRuntime,
    options: *const u8,
    size: usize,
    callback: Option<ConnectCallback>,
    user: *mut c_void,
) {
    let runtime = unsafe { ffi::handle(runtime) };
    let handle = || Ok(runtime.clone()?.core.tokio_handle());
    connect_request(callback, user).start(handle, || {
        let core = &runtime.clone()?.core;
        let world = World {
            handle: core.tokio_handle(),
            meter: core.telemetry().get_temporal_metric_meter(),
        };
        Ok(connect(unsafe { ffi::message(options, size) }?, world))
    });
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub extern "C" fn temporal_cancellation_new() -> *mut Cancellation {
    Box::into_raw(Box::new(Cancellation::new()))
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_cancellation_cancel(
    cancellation: *const Cancellation,
    at_least_ms: u64,
) {
    let _ = guarded_now(|| {
        unsafe { ffi::handle(cancellation) }?.cancel(Duration::from_millis(at_least_ms));
        Ok(())
    });
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_cancellation_free(cancellation: *mut Cancellation) {
    unsafe { ffi::free(cancellation, drop) }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_rpc(
    connection: *mut TemporalConnection,
    call: *const u8,
    size: usize,
    cancellation: *const Cancellation,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    let connection = unsafe { ffi::handle(connection) };
    let handle = || Ok(connection.clone()?.handle.clone());
    Request::new(callback, user).start(handle, || {
        let call = unsafe { ffi::message(call, size) }?;
        let given_up = match unsafe { cancellation.as_ref() } {
            Some(cancellation) => cancellation.subscribe(),
            None => Cancellation::new().subscribe(), // nobody can give it up
        };
        Ok(rpc::call_until_given_up(
            connection.clone()?.core(),
            call,
            given_up,
        ))
    });
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_probe(
    connection: *mut TemporalConnection,
    timeout_ms: u64,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    let call = messages::RpcCall {
        service: "workflow".into(),
        method: "get_system_info".into(),
        timeout_ms: i64::try_from(timeout_ms).unwrap_or(i64::MAX),
        ..Default::default()
    };
    let connection = unsafe { ffi::handle(connection) };
    let handle = || Ok(connection.clone()?.handle.clone());
    Request::new(callback, user).start(handle, || Ok(rpc::call(connection.clone()?.core(), call)));
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_set_api_key(
    connection: *mut TemporalConnection,
    key: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let key = ffi::text(ffi::input(key, size)?)?;
            let key = Some(key).filter(|key| !key.is_empty());
            ffi::handle(connection)?.core().set_api_key(key);
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_set_metadata(
    connection: *mut TemporalConnection,
    metadata: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let metadata: messages::Metadata = ffi::message(metadata, size)?;
            // Core's error may quote a value, and a value may be a secret.
            ffi::handle(connection)?
                .core()
                .set_headers(metadata.entries)
                .map_err(|_| ffi::invalid("a key or value is no valid gRPC metadata"))
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_set_identity(
    connection: *mut TemporalConnection,
    identity: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let identity = ffi::text(ffi::input(identity, size)?)?;
            let connection = ffi::handle(connection)?;
            let mut core = connection
                .core
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            *core.identity_mut() = identity;
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_limit_polls(
    connection: *mut TemporalConnection,
    from_now_ms: u64,
    after_a_task_ms: u64,
    at_most_from_now_ms: u64,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let now = Instant::now();
            let from_now = |milliseconds: u64| {
                now.checked_add(Duration::from_millis(milliseconds))
                    .ok_or_else(|| ffi::invalid("the limit is too far away"))
            };
            ffi::handle(connection)?.polls.limit(Limit {
                at: from_now(from_now_ms)?,
                after_a_task: Duration::from_millis(after_a_task_ms.min(at_most_from_now_ms)),
                at_most: from_now(at_most_from_now_ms)?,
            });
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_pulse(
    connection: *mut TemporalConnection,
    answers: *mut u64,
    way_ms: *mut u64,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            ffi::place(answers)?;
            ffi::place(way_ms)?;
            let (so_many, way) = ffi::handle(connection)?.polls.pulse();
            answers.write(so_many);
            way_ms.write(u64::try_from(way.as_millis()).unwrap_or(u64::MAX));
            Ok(())
        })
    }
}

/// Once, and no longer than it helps: core tells it again at its shutdown.
async fn tell(mut core: Connection, goodbye: ShutdownWorkerRequest) {
    let mut request = tonic::Request::new(goodbye);
    request
        .extensions_mut()
        .insert(RetryConfigForCall(RetryOptions::no_retries()));
    let _ = tokio::time::timeout(
        Duration::from_millis(500),
        WorkflowService::shutdown_worker(&mut core, request),
    )
    .await;
}

/// Answers whether a task came.
async fn hold(core: &Connection, polls: &Polls) -> bool {
    for goodbye in polls.hold() {
        tell(core.clone(), goodbye).await;
    }
    polls.ended().await
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_hold_polls(
    connection: *mut TemporalConnection,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    let connection = unsafe { ffi::handle(connection) };
    let handle = || Ok(connection.clone()?.handle.clone());
    Request::new(callback, user).start(handle, || {
        let connection = connection.clone()?;
        let (core, polls) = (connection.core(), connection.polls.clone());
        Ok(async move { Ok(vec![u8::from(hold(&core, &polls).await)]) })
    });
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_free(connection: *mut TemporalConnection) {
    unsafe {
        ffi::free(connection, |connection| {
            let handle = connection.handle.clone();
            let _inside = handle.enter();
            drop(connection);
        })
    }
}
