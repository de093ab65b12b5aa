//! Workers that replay histories and need no server.

use crate::{
    error::{Code, Error, Result, guarded_now},
    ffi::{self, Bytes, RawCallback, answer_now},
    runtime::TemporalRuntime,
    worker::{TemporalWorker, start},
    worker_config::config,
};
use std::{ffi::c_void, sync::PoisonError};
use temporalio_protos::temporal::api::{
    enums::v1::EventType,
    history::v1::{History, HistoryEvent, history_event::Attributes},
};
use temporalio_sdk_core::{
    init_replay_worker,
    replay::{HistoryFeeder, HistoryForReplay, HistoryInfo, ReplayWorkerInput},
};

/// The run as core names it: after a reset, a history says which run it began as. A history that cannot be one is an
/// error here: core would wait for ever, or panic on a thread where nobody notices.
fn run_of(history: &History, workflow_id: &str) -> Result<String> {
    let is_task = |event: &HistoryEvent| event.event_type() == EventType::WorkflowTaskStarted;
    if !history.events.iter().any(is_task) {
        return Err(ffi::invalid(format!(
            "the history of workflow {workflow_id} has no workflow task to replay"
        )));
    }
    let info = HistoryInfo::new_from_history(history, None)
        .map_err(|e| ffi::invalid(format!("the history cannot be replayed: {e:#}")))?;
    match &history.events[0].attributes {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(start))
            if start.task_queue.is_some() =>
        {
            Ok(info.orig_run_id().to_owned())
        }
        _ => Err(ffi::invalid(format!(
            "the history of workflow {workflow_id} does not say its task queue"
        ))),
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
            ffi::place(new_worker)?;
            let handle = ffi::handle(runtime)?.core.tokio_handle();
            let config = config(ffi::message(options, size)?, None)?;
            let _inside = handle.enter();
            let (feeder, histories) = HistoryFeeder::new(1);
            let core = init_replay_worker(ReplayWorkerInput::new(config, histories))
                .map_err(|e| Error::new(Code::Configuration, format!("{e:#}")))?;
            let worker = TemporalWorker::replaying(core, handle.clone(), feeder);
            new_worker.write(Box::into_raw(Box::new(worker)));
            Ok(())
        })
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
            let id = ffi::text(ffi::input(workflow_id, id_size)?)?;
            let history: History = ffi::message(history, size)?;
            let run_id = run_of(&history, &id)?;
            let feeder = worker
                .histories
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let feeder = feeder
                .ok_or_else(|| ffi::invalid("the worker takes no histories, or no more of them"))?;
            Ok(async move {
                feeder
                    .feed(HistoryForReplay::new(history, id))
                    .await
                    .map(|()| run_id.into_bytes())
                    .map_err(|e| Error::new(Code::Shutdown, e.to_string()))
            })
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_worker_close_histories(worker: *mut TemporalWorker) {
    let _ = guarded_now(|| {
        let worker = unsafe { ffi::handle(worker) }?;
        *worker
            .histories
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    });
}
