//! The async runtime, and core's logs.

use crate::{
    ffi::{self, Bytes, Code, Error, Request, Result, answer_now},
    messages,
};
use prost::Message;
use std::{ffi::c_void, fmt, future::Future, sync::Arc};
use temporalio_common::telemetry::{CoreLog, CoreLogConsumer, Logger, TelemetryOptions};
use temporalio_sdk_core::{CoreRuntime, RuntimeOptions, TokioRuntimeBuilder};
use tokio::runtime::Handle;

pub struct TemporalRuntime {
    pub core: CoreRuntime,
}

/// Runs a request on a runtime and answers it.
pub fn run<F>(handle: &Handle, request: Request, future: F)
where
    F: Future<Output = Result<Vec<u8>>> + Send + 'static,
{
    handle.spawn(async move { request.answer(ffi::guarded(future).await) });
}

pub type LogCallback = extern "C" fn(*mut c_void, *const u8, usize);

struct LogSink {
    callback: LogCallback,
    user: *mut c_void,
}

// SAFETY: the caller promises that its log callback and user pointer may be used from any thread.
unsafe impl Send for LogSink {}
unsafe impl Sync for LogSink {}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSink")
    }
}

impl CoreLogConsumer for LogSink {
    fn on_log(&self, log: CoreLog) {
        // TRACE is the most verbose level of tracing and compares as the greatest.
        let level = 1 + [
            log.level.as_str() == "WARN",
            log.level.as_str() == "INFO",
            log.level.as_str() == "DEBUG",
            log.level.as_str() == "TRACE",
        ]
        .iter()
        .position(|is| *is)
        .map_or(0, |position| position as i32 + 1);
        let record = messages::LogRecord {
            level,
            unix_time_ms: log.millis_since_epoch() as i64,
            fields_json: serde_json::to_string(&log.fields).unwrap_or_default(),
            target: log.target,
            message: log.message,
        }
        .encode_to_vec();
        (self.callback)(self.user, record.as_ptr(), record.len());
    }
}

fn log_filter(options: &messages::RuntimeOptions) -> String {
    let other = match options.other_log_level.as_str() {
        "" => "error",
        level => level,
    };
    let core = &options.core_log_level;
    format!("{other},temporalio_common={core},temporalio_sdk_core={core},temporalio_client={core}")
}

fn new_runtime(
    options: &messages::RuntimeOptions,
    log: Option<LogCallback>,
    log_user: *mut c_void,
) -> Result<TemporalRuntime> {
    let logger = log
        .filter(|_| !options.core_log_level.is_empty())
        .map(|callback| Logger::Push {
            filter: log_filter(options),
            consumer: Arc::new(LogSink {
                callback,
                user: log_user,
            }),
        });
    let core_options = RuntimeOptions::builder()
        .telemetry_options(TelemetryOptions::builder().maybe_logging(logger).build())
        .heartbeat_interval(None)
        .build()
        .map_err(|e| Error::new(Code::Configuration, e))?;
    let mut builder = TokioRuntimeBuilder::default();
    if options.threads > 0 {
        builder.inner.worker_threads(options.threads as usize);
    }
    let core = CoreRuntime::new(core_options, builder)
        .map_err(|e| Error::new(Code::Internal, format!("{e:#}")))?;
    Ok(TemporalRuntime { core })
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_new(
    options: *const u8,
    size: usize,
    log: Option<LogCallback>,
    log_user: *mut c_void,
    runtime: *mut *mut TemporalRuntime,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            ffi::handle(runtime)?;
            let options = ffi::decode(&ffi::input(options, size)?)?;
            runtime.write(Box::into_raw(Box::new(new_runtime(&options, log, log_user)?)));
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_free(runtime: *mut TemporalRuntime) {
    if runtime.is_null() {
        return;
    }
    // SAFETY: the handle came from temporal_runtime_new and is given back.
    let runtime = unsafe { Box::from_raw(runtime) };
    if Handle::try_current().is_ok() {
        // A runtime cannot end on one of its own threads.
        std::thread::spawn(move || drop(runtime));
    }
}
