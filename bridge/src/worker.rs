//! Workers: polls, completions and shutdown.

use crate::{
    connection::TemporalConnection,
    error::{Code, Error, Result},
    ffi::{self, Bytes, RawCallback, Request, answer_now},
    heartbeats::Heartbeats,
    polls::Polls,
    runtime::TemporalRuntime,
    slots::{Custom, RawSlotSuppliers},
    worker_config::config,
};
use prost::Message;
use std::{
    ffi::c_void,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use temporalio_client::tonic;
use temporalio_protos::coresdk::ActivityTaskCompletion;
use temporalio_sdk_core::{
    CompleteActivityError, CompleteNexusError, CompleteWfError, PollError, Worker,
    WorkerValidationError, init_worker, replay::HistoryFeeder,
};
use tokio::runtime::Handle;

pub struct TemporalWorker {
    /// By which the server, and its polls, know it.
    instance_key: String,
    /// None once finalized.
    core: Mutex<Option<Arc<Worker>>>,
    /// Of a replay worker that takes more of them.
    pub histories: Mutex<Option<Arc<HistoryFeeder>>>,
    heartbeats: Arc<Heartbeats>,
    /// Those of its connection.
    polls: Mutex<Arc<Polls>>,
    handle: Handle,
    /// It has no server.
    replays: bool,
}

impl TemporalWorker {
    pub fn new(core: Worker, handle: Handle, polls: Arc<Polls>) -> Self {
        Self {
            instance_key: core.worker_instance_key().to_string(),
            core: Mutex::new(Some(Arc::new(core))),
            histories: Mutex::default(),
            heartbeats: Arc::default(),
            polls: Mutex::new(polls),
            handle,
            replays: false,
        }
    }

    pub fn replaying(core: Worker, handle: Handle, histories: HistoryFeeder) -> Self {
        Self {
            histories: Mutex::new(Some(Arc::new(histories))),
            replays: true,
            ..Self::new(core, handle, Arc::default())
        }
    }

    fn polls(&self) -> MutexGuard<'_, Arc<Polls>> {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn core(&self) -> Result<Arc<Worker>> {
        let core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.clone().ok_or_else(finalized)
    }

    fn take_core(&self) -> Result<Arc<Worker>> {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.take().ok_or_else(finalized)
    }
}

fn finalized() -> Error {
    Error::new(Code::Shutdown, "the worker has been finalized")
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_new(
    runtime: *mut TemporalRuntime,
    connection: *mut TemporalConnection,
    options: *const u8,
    size: usize,
    suppliers: *const RawSlotSuppliers,
    new_worker: *mut *mut TemporalWorker,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let custom = Custom::take(suppliers);
            ffi::place(new_worker)?;
            let runtime = ffi::handle(runtime)?;
            let connection = ffi::handle(connection)?;
            let config = config(ffi::message(options, size)?, custom)?;
            connection.remember_namespace(&config.namespace);
            let handle = runtime.core.tokio_handle();
            let _inside = handle.enter();
            let core = init_worker(&runtime.core, config, connection.core())
                .map_err(|e| Error::new(Code::Configuration, format!("{e:#}")))?;
            let worker = TemporalWorker::new(core, handle.clone(), connection.polls.clone());
            new_worker.write(Box::into_raw(Box::new(worker)));
            Ok(())
        })
    }
}

/// Starts a request on a worker. In a replay nobody waits for a server: the request is over when this returns.
///
/// # Safety
/// `worker` is null or a live handle.
pub unsafe fn start<F>(
    worker: *mut TemporalWorker,
    callback: Option<RawCallback>,
    user: *mut c_void,
    prepare: impl FnOnce(&TemporalWorker) -> Result<F>,
) where
    F: Future<Output = Result<Vec<u8>>> + Send + 'static,
{
    let request = Request::new(callback, user);
    match unsafe { ffi::handle(worker) } {
        Err(e) => request.answer(Err(e)),
        Ok(worker) if worker.replays => request.run(&worker.handle, || prepare(worker)),
        Ok(worker) => request.start(|| Ok(worker.handle.clone()), || prepare(worker)),
    }
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
    outcome
        .map(|task| task.encode_to_vec())
        .map_err(|e| match e {
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
            task_or_error: *mut Bytes,
        ) -> i32 {
            unsafe {
                answer_now(task_or_error, || {
                    ffi::place(task_or_error)?;
                    let worker = ffi::handle(worker)?;
                    let core = worker.core()?;
                    let poll = async move { polled(core.$poll().await) };
                    task_or_error.write(worker.handle.block_on(poll)?.into());
                    Ok(())
                })
            }
        }
    };
}

/// Why core refuses a completion, without what it quotes of it.
trait Refusal {
    fn reason(self) -> String;
}

impl Refusal for CompleteWfError {
    fn reason(self) -> String {
        match self {
            Self::MalformedWorkflowCompletion { mut reason, .. } => {
                reason.truncate(reason.find(" Commands: ").unwrap_or(reason.len()));
                reason
            }
            other => other.to_string(),
        }
    }
}

impl Refusal for CompleteActivityError {
    fn reason(self) -> String {
        match self {
            Self::MalformedActivityCompletion { reason, .. } => reason,
            other => other.to_string(),
        }
    }
}

impl Refusal for CompleteNexusError {
    fn reason(self) -> String {
        self.to_string()
    }
}

macro_rules! complete {
    ($name:ident, $complete:ident, $before:expr) => {
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
                    let completion = ffi::message(completion, size)?;
                    $before(worker, &core, &completion);
                    let completing = async move {
                        core.$complete(completion)
                            .await
                            .map(|_| Vec::new())
                            .map_err(|e| ffi::invalid(e.reason()))
                    };
                    Ok(Box::pin(completing)) // it is large, and is handed on often
                })
            }
        }
    };
}

poll!(
    temporal_worker_poll_workflow_activation,
    poll_workflow_activation
);
complete!(
    temporal_worker_complete_workflow_activation,
    complete_workflow_activation,
    |_, _, _: &_| ()
);
poll!(temporal_worker_poll_activity_task, poll_activity_task);
complete!(
    temporal_worker_complete_activity_task,
    complete_activity_task,
    flush_heartbeat
);
poll!(temporal_worker_poll_nexus_task, poll_nexus_task);
complete!(
    temporal_worker_complete_nexus_task,
    complete_nexus_task,
    |_, _, _: &_| ()
);

/// Core forgets an activity when it completes: its last heartbeat comes before.
fn flush_heartbeat(worker: &TemporalWorker, core: &Worker, completion: &ActivityTaskCompletion) {
    if let Some(last) = worker.heartbeats.end(&completion.task_token) {
        core.record_activity_heartbeat(last);
    }
}

/// Runs a call that answers at once, on the worker's runtime.
///
/// # Safety
/// `worker` is null or a live handle, `error` is null or points to writable `Bytes`.
unsafe fn now(
    worker: *mut TemporalWorker,
    error: *mut Bytes,
    call: impl FnOnce(&TemporalWorker, &Arc<Worker>) -> Result<()>,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let worker = ffi::handle(worker)?;
            let core = worker.core()?;
            let _inside = worker.handle.enter();
            call(worker, &core)
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
        now(worker, error, |worker, core| {
            let heartbeat = ffi::message(heartbeat, size)?;
            let core = Arc::downgrade(core);
            worker
                .heartbeats
                .record(&worker.handle, heartbeat, move |heartbeat| {
                    if let Some(core) = core.upgrade() {
                        core.record_activity_heartbeat(heartbeat);
                    }
                });
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
        now(worker, error, |_, core| {
            core.request_workflow_eviction(&ffi::text(ffi::input(run_id, size)?)?);
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
        now(worker, error, |worker, core| {
            let connection = ffi::handle(connection)?;
            core.replace_client(connection.core())
                .map_err(|e| Error::new(Code::Internal, format!("{e:#}")))?;
            *worker.polls() = connection.polls.clone();
            Ok(())
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
        now(worker, error, |worker, core| {
            core.initiate_shutdown();
            // Only now: core would just ask again.
            worker.polls().leave(worker.instance_key.clone());
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
            let core = worker.take_core()?;
            Ok(async move {
                let limit = Duration::from_millis(timeout_ms);
                tokio::time::timeout(limit, finalize(core))
                    .await
                    .unwrap_or_else(|_| {
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
    unsafe {
        ffi::free(worker, |worker| {
            let handle = worker.handle.clone();
            let _inside = handle.enter();
            worker.polls().forget(&worker.instance_key);
            drop(worker);
        })
    }
}
