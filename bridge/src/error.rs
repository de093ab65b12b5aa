//! What goes wrong, in the terms of the boundary.

use crate::options as messages;
use futures_util::FutureExt;
use prost::Message;
use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};
use temporalio_client::tonic;
use tokio::runtime::Handle;

/// `TemporalCode` of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Code {
    Ok = 0,
    InvalidArgument = 1,
    Configuration = 2,
    Connection = 3,
    Rpc = 4,
    Timeout = 5,
    Shutdown = 6,
    Validation = 7,
    Internal = 8,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: Code,
    message: messages::Error,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = messages::Error {
            message: message.into(),
            ..Default::default()
        };
        Self { code, message }
    }

    pub fn from_status(code: Code, context: &str, status: &tonic::Status) -> Self {
        let message = messages::Error {
            message: format!("{context}{}", status.message()),
            grpc_status: status.code() as i32,
            grpc_details: status.details().to_vec(),
        };
        Self { code, message }
    }

    fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| text.to_string())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "unknown".to_owned());
        Self::new(Code::Internal, format!("panic in the bridge: {text}"))
    }

    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.message.message
    }

    pub fn encode(&self) -> Vec<u8> {
        self.message.encode_to_vec()
    }
}

/// Runs a call and gives its outcome, a panic included.
pub fn guarded_now<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    let guarded = || {
        catch_unwind(AssertUnwindSafe(call))
            .unwrap_or_else(|payload| Err(Error::panicked(payload.as_ref())))
    };
    match Handle::try_current() {
        Err(e) if e.is_thread_local_destroyed() => on_another_thread(guarded),
        _ => guarded(),
    }
}

/// A thread at its very end has lost what Rust keeps for it, and tokio panics there. The main thread is in this state
/// while static objects of the program are destroyed, and they may well be clients and workers.
fn on_another_thread<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    struct Handed<T>(T);
    // SAFETY: this thread does nothing until the other one has ended.
    unsafe impl<T> Send for Handed<T> {}
    let call = Handed(call);
    let run = move || {
        let Handed(call) = { call };
        Handed(call())
    };
    // SAFETY: joined below, so nothing that it borrows goes before it ends. Not a scope: those wait by what is lost.
    let outcome = unsafe { std::thread::Builder::new().spawn_unchecked(run) }
        .map_err(|e| Error::new(Code::Internal, format!("no thread to end on: {e}")))?
        .join();
    match outcome {
        Ok(Handed(outcome)) => outcome,
        Err(payload) => Err(Error::panicked(payload.as_ref())),
    }
}

/// Runs a future and gives its outcome, a panic included.
pub async fn guarded<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(Error::panicked(payload.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_says_what_was_said() {
        let with_text = guarded_now::<()>(|| panic!("oh no")).unwrap_err();
        assert_eq!(with_text.code, Code::Internal);
        assert_eq!(with_text.text(), "panic in the bridge: oh no");
        let formatted = guarded_now::<()>(|| panic!("oh {}", 7)).unwrap_err();
        assert_eq!(formatted.text(), "panic in the bridge: oh 7");
    }

    #[test]
    fn a_call_on_a_thread_at_its_end_runs_on_another() {
        struct AtTheEnd(std::sync::mpsc::Sender<bool>);
        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                let destroyed = || {
                    Handle::try_current()
                        .unwrap_err()
                        .is_thread_local_destroyed()
                };
                let outcome = guarded_now(|| Ok(destroyed())).unwrap();
                self.0.send(destroyed() && !outcome).unwrap();
            }
        }
        thread_local!(static LAST: std::cell::OnceCell<AtTheEnd> = const { std::cell::OnceCell::new() });
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            LAST.with(|last| drop(last.set(AtTheEnd(sender)))); // registered first, so destroyed last
            let _ = Handle::try_current();
        });
        assert!(receiver.recv().unwrap());
    }

    #[test]
    fn an_answer_of_a_server_keeps_its_status_and_details() {
        let status =
            tonic::Status::with_details(tonic::Code::NotFound, "gone", b"details".to_vec().into());
        let error = Error::from_status(Code::Rpc, "here: ", &status);
        let message = messages::Error::decode(error.encode().as_slice()).unwrap();
        assert_eq!(message.message, "here: gone");
        assert_eq!(message.grpc_status, 5);
        assert_eq!(message.grpc_details, b"details");
    }
}
