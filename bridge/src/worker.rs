//! Workers: polls, completions and shutdown.

use crate::{
    connection::TemporalConnection,
    ffi::{self, Bytes, Code, Error, RawCallback, Request, Result, answer_now},
    messages,
    runtime::{TemporalRuntime, run},
};
use prost::Message;
use std::{
    collections::HashSet,
    ffi::c_void,
    sync::{Arc, Mutex},
    time::Duration,
};
use temporalio_client::tonic;
use temporalio_common::worker::{
    VersioningBehavior, WorkerDeploymentOptions, WorkerDeploymentVersion, WorkerTaskTypes,
};
use temporalio_protos::temporal::api::{
    enums::v1::VersioningBehavior as ProtoVersioningBehavior, history::v1::History,
};
use temporalio_sdk_core::{
    PollError, PollerBehavior, Worker, WorkerConfig, WorkflowErrorType, WorkerValidationError,
    WorkerVersioningStrategy, init_replay_worker, init_worker,
    replay::{HistoryFeeder, HistoryForReplay, ReplayWorkerInput},
};
use tokio::runtime::Handle;

pub struct TemporalWorker {
    /// None once finalized.
    core: Mutex<Option<Arc<Worker>>>,
    histories: Mutex<Option<Arc<HistoryFeeder>>>,
    handle: Handle,
}

impl TemporalWorker {
    fn core(&self) -> Result<Arc<Worker>> {
        self.core
            .lock()
            .ok()
            .and_then(|core| core.clone())
            .ok_or_else(|| Error::new(Code::Shutdown, "the worker has been finalized"))
    }
}

fn poller(poller: Option<messages::Poller>) -> Option<PollerBehavior> {
    poller.map(|p| match p.simple_maximum {
        0 => PollerBehavior::Autoscaling {
            minimum: p.minimum as usize,
            maximum: p.maximum as usize,
            initial: p.initial as usize,
        },
        maximum => PollerBehavior::SimpleMaximum(maximum as usize),
    })
}

fn versioning(options: &messages::WorkerOptions) -> WorkerVersioningStrategy {
    if !options.use_worker_versioning {
        return WorkerVersioningStrategy::None {
            build_id: options.build_id.clone(),
        };
    }
    let version = WorkerDeploymentVersion::builder()
        .deployment_name(options.deployment_name.clone())
        .build_id(options.build_id.clone())
        .build();
    let default = match ProtoVersioningBehavior::try_from(options.default_versioning_behavior) {
        Ok(ProtoVersioningBehavior::Pinned) => Some(VersioningBehavior::Pinned),
        Ok(ProtoVersioningBehavior::AutoUpgrade) => Some(VersioningBehavior::AutoUpgrade),
        _ => None,
    };
    WorkerVersioningStrategy::WorkerDeploymentBased(
        WorkerDeploymentOptions::new(version)
            .use_worker_versioning(true)
            .maybe_default_versioning_behavior(default)
            .build(),
    )
}

fn config(options: messages::WorkerOptions) -> Result<WorkerConfig> {
    let slots = |count: u32| (count > 0).then_some(count as usize);
    let millis = |value: i64| (value > 0).then(|| Duration::from_millis(value as u64));
    let rate = |value: f64| (value > 0.0).then_some(value);
    let mut failures = HashSet::new();
    if options.nondeterminism_fails_workflow {
        failures.insert(WorkflowErrorType::Nondeterminism);
    }
    WorkerConfig::builder()
        .versioning_strategy(versioning(&options))
        .namespace(options.namespace)
        .task_queue(options.task_queue)
        .maybe_client_identity_override(Some(options.identity).filter(|name| !name.is_empty()))
        .max_cached_workflows(options.max_cached_workflows as usize)
        .maybe_max_outstanding_workflow_tasks(slots(options.max_outstanding_workflow_tasks))
        .maybe_max_outstanding_activities(slots(options.max_outstanding_activities))
        .maybe_max_outstanding_local_activities(slots(options.max_outstanding_local_activities))
        .maybe_max_outstanding_nexus_tasks(slots(options.max_outstanding_nexus_tasks))
        .maybe_workflow_task_poller_behavior(poller(options.workflow_task_poller))
        .maybe_activity_task_poller_behavior(poller(options.activity_task_poller))
        .maybe_nexus_task_poller_behavior(poller(options.nexus_task_poller))
        .maybe_sticky_queue_schedule_to_start_timeout(millis(options.sticky_schedule_to_start_timeout_ms))
        .maybe_max_heartbeat_throttle_interval(millis(options.max_heartbeat_throttle_interval_ms))
        .maybe_default_heartbeat_throttle_interval(millis(options.default_heartbeat_throttle_interval_ms))
        .maybe_max_worker_activities_per_second(rate(options.max_activities_per_second))
        .maybe_max_task_queue_activities_per_second(rate(options.max_task_queue_activities_per_second))
        .graceful_shutdown_period(Duration::from_millis(options.graceful_shutdown_period_ms.max(0) as u64))
        .max_eager_activity_reservations_per_workflow_task(if options.disable_eager_activities { 0 } else { 3 })
        .task_types(WorkerTaskTypes {
            enable_workflows: options.enable_workflows,
            enable_local_activities: options.enable_local_activities,
            enable_remote_activities: options.enable_remote_activities,
            enable_nexus: options.enable_nexus,
        })
        .workflow_failure_errors(failures)
        .build()
        .map_err(|e| Error::new(Code::Configuration, e))
}

fn worker(core: Worker, handle: Handle, histories: Option<HistoryFeeder>) -> *mut TemporalWorker {
    Box::into_raw(Box::new(TemporalWorker {
        core: Mutex::new(Some(Arc::new(core))),
        histories: Mutex::new(histories.map(Arc::new)),
        handle,
    }))
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_new(
    runtime: *mut TemporalRuntime,
    connection: *mut TemporalConnection,
    options: *const u8,
    size: usize,
    new_worker: *mut *mut TemporalWorker,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            ffi::handle(new_worker)?;
            let runtime = ffi::handle(runtime)?;
            let connection = ffi::handle(connection)?;
            let config = config(ffi::decode(&ffi::input(options, size)?)?)?;
            connection.remember_namespace(&config.namespace);
            let handle = runtime.core.tokio_handle();
            let _inside = handle.enter();
            let core = init_worker(&runtime.core, config, connection.core.clone())
                .map_err(|e| Error::new(Code::Configuration, format!("{e:#}")))?;
            new_worker.write(worker(core, handle.clone(), None));
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_new_replay(
    runtime: *mut TemporalRuntime,
    options: *const u8,
    size: usize,
    new_worker: *mut *mut TemporalWorker,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            ffi::handle(new_worker)?;
            let handle = ffi::handle(runtime)?.core.tokio_handle();
            let config = config(ffi::decode(&ffi::input(options, size)?)?)?;
            let _inside = handle.enter();
            let (feeder, histories) = HistoryFeeder::new(1);
            let core = init_replay_worker(ReplayWorkerInput::new(config, histories))
                .map_err(|e| Error::new(Code::Configuration, format!("{e:#}")))?;
            new_worker.write(worker(core, handle.clone(), Some(feeder)));
            Ok(())
        })
    }
}

/// Starts a request on a worker, or answers it at once when its input is bad.
///
/// # Safety
/// `worker` is null or a live handle.
unsafe fn start<F>(
    worker: *mut TemporalWorker,
    callback: Option<RawCallback>,
    user: *mut c_void,
    prepare: impl FnOnce(&TemporalWorker) -> Result<F>,
) where
    F: Future<Output = Result<Vec<u8>>> + Send + 'static,
{
    let request = Request::new(callback, user);
    let prepared = unsafe { ffi::handle(worker) }.and_then(|w| Ok((w, prepare(w)?)));
    match prepared {
        Err(e) => request.answer(Err(e)),
        Ok((worker, future)) => run(&worker.handle, request, future),
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_push_history(
    worker: *mut TemporalWorker,
    workflow_id: *const u8,
    id_size: usize,
    history: *const u8,
    size: usize,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    unsafe {
        start(worker, callback, user, |worker| {
            let id = text(ffi::input(workflow_id, id_size)?)?;
            let history: History = ffi::decode(&ffi::input(history, size)?)?;
            let feeder = worker.histories.lock().ok().and_then(|feeder| feeder.clone());
            let feeder = feeder.ok_or_else(|| {
                Error::new(Code::InvalidArgument, "the worker takes no histories, or no more of them")
            })?;
            Ok(async move {
                feeder
                    .feed(HistoryForReplay::new(history, id))
                    .await
                    .map(|()| Vec::new())
                    .map_err(|e| Error::new(Code::Shutdown, e.to_string()))
            })
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_close_histories(worker: *mut TemporalWorker) {
    if let Ok(worker) = unsafe { ffi::handle(worker) }
        && let Ok(mut histories) = worker.histories.lock()
    {
        *histories = None;
    }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::new(Code::InvalidArgument, "input is not UTF-8"))
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_validate(
    worker: *mut TemporalWorker,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    unsafe {
        start(worker, callback, user, |worker| {
            let core = worker.core()?;
            Ok(async move {
                match core.validate().await {
                    Ok(_) => Ok(Vec::new()),
                    Err(WorkerValidationError::NamespaceDescribeError { source, namespace }) => {
                        let context = format!("namespace {namespace}: ");
                        Err(Error::from_status(Code::Validation, &context, &source))
                    }
                }
            })
        })
    }
}

fn polled<T: Message>(outcome: std::result::Result<T, PollError>) -> Result<Vec<u8>> {
    outcome.map(|task| task.encode_to_vec()).map_err(|e| match e {
        PollError::ShutDown => Error::new(Code::Shutdown, "the worker has shut down"),
        PollError::TonicError(status) => refused(&status),
    })
}

fn refused(status: &tonic::Status) -> Error {
    Error::from_status(Code::Rpc, "the server refused a poll: ", status)
}

macro_rules! poll {
    ($name:ident, $poll:ident) => {
        /// # Safety
        /// See `temporal_bridge.h`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            worker: *mut TemporalWorker,
            callback: Option<RawCallback>,
            user: *mut c_void,
        ) {
            unsafe {
                start(worker, callback, user, |worker| {
                    let core = worker.core()?;
                    Ok(async move { polled(core.$poll().await) })
                })
            }
        }
    };
}

macro_rules! complete {
    ($name:ident, $complete:ident) => {
        /// # Safety
        /// See `temporal_bridge.h`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            worker: *mut TemporalWorker,
            completion: *const u8,
            size: usize,
            callback: Option<RawCallback>,
            user: *mut c_void,
        ) {
            unsafe {
                start(worker, callback, user, |worker| {
                    let core = worker.core()?;
                    let completion = ffi::decode(&ffi::input(completion, size)?)?;
                    Ok(async move {
                        core.$complete(completion)
                            .await
                            .map(|_| Vec::new())
                            .map_err(|e| Error::new(Code::InvalidArgument, e.to_string()))
                    })
                })
            }
        }
    };
}

poll!(temporal_worker_poll_workflow_activation, poll_workflow_activation);
complete!(temporal_worker_complete_workflow_activation, complete_workflow_activation);
poll!(temporal_worker_poll_activity_task, poll_activity_task);
complete!(temporal_worker_complete_activity_task, complete_activity_task);

/// Runs a call that answers at once, on the worker's runtime.
///
/// # Safety
/// `worker` is null or a live handle, `error` is null or points to writable `Bytes`.
unsafe fn now(
    worker: *mut TemporalWorker,
    error: *mut Bytes,
    call: impl FnOnce(&Worker) -> Result<()>,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let worker = ffi::handle(worker)?;
            let core = worker.core()?;
            let _inside = worker.handle.enter();
            call(&core)
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_record_activity_heartbeat(
    worker: *mut TemporalWorker,
    heartbeat: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        now(worker, error, |core| {
            core.record_activity_heartbeat(ffi::decode(&ffi::input(heartbeat, size)?)?);
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_request_workflow_eviction(
    worker: *mut TemporalWorker,
    run_id: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        now(worker, error, |core| {
            core.request_workflow_eviction(&text(ffi::input(run_id, size)?)?);
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_replace_client(
    worker: *mut TemporalWorker,
    connection: *mut TemporalConnection,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        now(worker, error, |core| {
            core.replace_client(ffi::handle(connection)?.core.clone())
                .map_err(|e| Error::new(Code::Internal, format!("{e:#}")))
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_initiate_shutdown(
    worker: *mut TemporalWorker,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        now(worker, error, |core| {
            core.initiate_shutdown();
            Ok(())
        })
    }
}

/// Core's clean-up needs the worker for itself: requests under way hold it too, and end soon after a shutdown.
async fn finalize(mut core: Arc<Worker>) -> Result<Vec<u8>> {
    let worker = loop {
        match Arc::try_unwrap(core) {
            Ok(worker) => break worker,
            Err(shared) => core = shared,
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    worker.finalize_shutdown().await;
    Ok(Vec::new())
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_finalize(
    worker: *mut TemporalWorker,
    timeout_ms: u64,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    unsafe {
        start(worker, callback, user, |worker| {
            let core = worker.core.lock().ok().and_then(|mut core| core.take());
            let core = core
                .ok_or_else(|| Error::new(Code::Shutdown, "the worker has been finalized"))?;
            Ok(async move {
                let limit = Duration::from_millis(timeout_ms);
                tokio::time::timeout(limit, finalize(core)).await.unwrap_or_else(|_| {
                    Err(Error::new(
                        Code::Timeout,
                        format!("the worker did not shut down within {limit:?}"),
                    ))
                })
            })
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_free(worker: *mut TemporalWorker) {
    if !worker.is_null() {
        // SAFETY: the handle came from temporal_worker_new and is given back.
        let worker = unsafe { Box::from_raw(worker) };
        let handle = worker.handle.clone();
        let _inside = handle.enter();
        drop(worker);
    }
}
