//! The async runtime, and core's logs.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, Bytes, User, answer_now},
    log_fields, options as messages,
    telemetry::Telemetry,
};
use prost::Message;
use std::{ffi::c_void, fmt, sync::Arc};
use temporalio_common::telemetry::{CoreLog, CoreLogConsumer, Logger, TelemetryOptions};
use temporalio_sdk_core::{CoreRuntime, RuntimeOptions, TokioRuntimeBuilder};
use tokio::runtime::Handle;

pub struct TemporalRuntime {
    /// Ends before core does, whose threads its last export needs.
    pub telemetry: Option<Arc<dyn Telemetry>>,
    pub core: CoreRuntime,
}

pub type LogCallback = extern "C" fn(*mut c_void, *const u8, usize);
pub type ReleaseCallback = extern "C" fn(*mut c_void);

/// A peer that has gone is an error of the write (EPIPE), not the end of the process: the host program may well have
/// left SIGPIPE as it is, and whether it is caught is not ours to say. Sockets are written on the runtime's threads only.
fn block_sigpipe() {
    // SAFETY: both calls are given a set of this frame; `sigemptyset` fills it.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
    }
}

/// Owns the caller's log sink. Core keeps it in a thread-local of the thread that made the runtime, so it can outlive
/// the runtime: `release` says when it has been used for the last time.
struct LogSink {
    callback: LogCallback,
    release: Option<ReleaseCallback>,
    user: User,
}

impl Drop for LogSink {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(self.user.pointer());
        }
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSink")
    }
}

impl CoreLogConsumer for LogSink {
    fn on_log(&self, log: CoreLog) {
        let level = match log.level.as_str() {
            "ERROR" => 1,
            "WARN" => 2,
            "INFO" => 3,
            "DEBUG" => 4,
            _ => 5,
        };
        let record = messages::LogRecord {
            level,
            unix_time_ms: log.millis_since_epoch() as i64,
            fields_json: serde_json::to_string(&log_fields::fit_to_print(log.fields))
                .unwrap_or_default(),
            target: log.target,
            message: log_fields::bounded(log.message),
        }
        .encode_to_vec();
        (self.callback)(self.user.pointer(), record.as_ptr(), record.len());
    }
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

fn log_filter(options: &messages::RuntimeOptions) -> Result<String> {
    let core = options.core_log_level.as_str();
    let other = match options.other_log_level.as_str() {
        "" => "error",
        level => level,
    };
    for level in [core, other] {
        if !LEVELS.contains(&level) {
            let message = format!(
                "no log level {level:?}: choose one of {}",
                LEVELS.join(", ")
            );
            return Err(Error::new(Code::Configuration, message));
        }
    }
    Ok(format!(
        "{other},temporalio_common={core},temporalio_sdk_core={core},temporalio_client={core}"
    ))
}

fn new_runtime(
    options: &messages::RuntimeOptions,
    sink: Option<LogSink>,
) -> Result<TemporalRuntime> {
    let logger = match sink.filter(|_| !options.core_log_level.is_empty()) {
        None => None,
        Some(sink) => Some(Logger::Push {
            filter: log_filter(options)?,
            consumer: Arc::new(sink),
        }),
    };
    let core_options = RuntimeOptions::builder()
        .telemetry_options(
            TelemetryOptions::builder()
                .maybe_logging(logger)
                .attach_service_name(false) // the resource has it, or Prometheus's labels
                .build(),
        )
        .heartbeat_interval(None)
        .build()
        .map_err(|e| Error::new(Code::Configuration, e))?;
    let mut builder = TokioRuntimeBuilder {
        inner: tokio::runtime::Builder::new_multi_thread(),
        lang_on_thread_start: Some(block_sigpipe),
    };
    if options.threads > 0 {
        builder.inner.worker_threads(options.threads as usize);
    }
    let core = CoreRuntime::new(core_options, builder)
        .map_err(|e| Error::new(Code::Internal, format!("{e:#}")))?;
    Ok(TemporalRuntime {
        core,
        telemetry: None,
    })
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_new(
    options: *const u8,
    size: usize,
    log: Option<LogCallback>,
    log_release: Option<ReleaseCallback>,
    log_user: *mut c_void,
    runtime: *mut *mut TemporalRuntime,
    error: *mut Bytes,
) -> i32 {
    // First of all, so that every failure releases it.
    let sink = log.map(|callback| LogSink {
        callback,
        release: log_release,
        user: User::new(log_user),
    });
    unsafe {
        answer_now(error, move || {
            ffi::place(runtime)?;
            let options = ffi::message(options, size)?;
            runtime.write(Box::into_raw(Box::new(new_runtime(&options, sink)?)));
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_free(runtime: *mut TemporalRuntime) {
    unsafe {
        ffi::free(runtime, |runtime| {
            if Handle::try_current().is_ok() {
                // A runtime cannot end on one of its own threads.
                std::thread::spawn(move || drop(runtime));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::tests::text_of;
    use std::sync::atomic::{AtomicUsize, Ordering};

    extern "C" fn ignore(_: *mut c_void, _: *const u8, _: usize) {}

    extern "C" fn count(user: *mut c_void) {
        // SAFETY: `user` is the counter of the test below, which outlives the call.
        unsafe { &*user.cast::<AtomicUsize>() }.fetch_add(1, Ordering::SeqCst);
    }

    #[test]
    fn a_runtime_that_cannot_be_made_releases_the_log_sink() {
        let released = AtomicUsize::new(0);
        let user = (&raw const released).cast_mut().cast();
        let mut runtime = std::ptr::null_mut();
        let garbage = b"\xff\xff";
        let code = unsafe {
            temporal_runtime_new(
                garbage.as_ptr(),
                garbage.len(),
                Some(ignore),
                Some(count),
                user,
                &mut runtime,
                std::ptr::null_mut(),
            )
        };
        assert_eq!(code, Code::InvalidArgument as i32);
        assert!(runtime.is_null());
        assert_eq!(released.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn an_unknown_log_level_is_refused() {
        let options = messages::RuntimeOptions {
            core_log_level: "loud".into(),
            ..Default::default()
        };
        let error = log_filter(&options).unwrap_err();
        assert_eq!(error.code, Code::Configuration);
        assert!(text_of(&error.encode()).contains("\"loud\""));
    }
}
