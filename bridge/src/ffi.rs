//! The boundary itself: bytes in, exactly one answer out, and no panic across.

use crate::messages;
use futures_util::FutureExt;
use prost::Message;
use std::{
    ffi::c_void,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};
use temporalio_client::tonic;

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

    fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| text.to_string())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "unknown".to_owned());
        Self::new(Code::Internal, format!("panic in the bridge: {text}"))
    }

    pub fn encode(&self) -> Vec<u8> {
        self.message.encode_to_vec()
    }
}

/// Larger input is refused: no message of Temporal comes near it.
const MAX_INPUT: usize = 256 << 20;

/// Bytes of the caller, copied: they are gone when the call returns.
///
/// # Safety
/// `data` is null or points to `size` readable bytes.
pub unsafe fn input(data: *const u8, size: usize) -> Result<Vec<u8>> {
    if size > MAX_INPUT {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("input of {size} bytes is over the limit of {MAX_INPUT}"),
        ));
    }
    if size == 0 {
        return Ok(Vec::new());
    }
    if data.is_null() {
        return Err(Error::new(Code::InvalidArgument, "input is null"));
    }
    // SAFETY: not null, and the caller promises the size.
    Ok(unsafe { std::slice::from_raw_parts(data, size) }.to_vec())
}

pub fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M> {
    M::decode(bytes)
        .map_err(|e| Error::new(Code::InvalidArgument, format!("input does not decode: {e}")))
}

/// A handle of the caller.
///
/// # Safety
/// `pointer` is null or came from this library and has not been freed.
pub unsafe fn handle<'a, T>(pointer: *const T) -> Result<&'a T> {
    // SAFETY: as above.
    unsafe { pointer.as_ref() }.ok_or_else(|| Error::new(Code::InvalidArgument, "handle is null"))
}

/// Bytes that belong to the caller until `temporal_bytes_free`.
#[repr(C)]
pub struct Bytes {
    data: *mut u8,
    size: usize,
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let bytes = bytes.into_boxed_slice();
        let size = bytes.len();
        let data = Box::into_raw(bytes).cast();
        Self { data, size }
    }
}

impl Bytes {
    /// # Safety
    /// It came from `Bytes::from` and was not freed before.
    pub unsafe fn free(self) {
        if !self.data.is_null() {
            // SAFETY: made by Box::into_raw of a slice of this size.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.data, self.size)) });
        }
    }
}

/// Runs a call that answers at once.
///
/// # Safety
/// `error` is null or points to writable `Bytes`.
pub unsafe fn answer_now(error: *mut Bytes, call: impl FnOnce() -> Result<()>) -> i32 {
    let outcome = catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|payload| Err(Error::panicked(payload.as_ref())));
    match outcome {
        Ok(()) => Code::Ok as i32,
        Err(e) => {
            if !error.is_null() {
                // SAFETY: as above.
                unsafe { error.write(e.encode().into()) };
            }
            e.code as i32
        }
    }
}

pub type RawCallback = extern "C" fn(*mut c_void, i32, *const u8, usize);

/// A request of the caller that is owed exactly one answer: should it be dropped, because its runtime ends, it answers
/// by itself.
pub struct Request {
    callback: Option<RawCallback>,
    user: *mut c_void,
}

// SAFETY: the caller promises that its callback and user pointer may be used from any thread.
unsafe impl Send for Request {}

impl Request {
    pub fn new(callback: Option<RawCallback>, user: *mut c_void) -> Self {
        Self { callback, user }
    }

    pub fn answer(mut self, outcome: Result<Vec<u8>>) {
        self.deliver(outcome);
    }

    fn deliver(&mut self, outcome: Result<Vec<u8>>) {
        let Some(callback) = self.callback.take() else {
            return;
        };
        let (code, bytes) = match outcome {
            Ok(bytes) => (Code::Ok, bytes),
            Err(e) => (e.code, e.encode()),
        };
        callback(self.user, code as i32, bytes.as_ptr(), bytes.len());
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.deliver(Err(Error::new(Code::Shutdown, "the runtime has ended")));
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
pub mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    pub type Answer = (i32, Vec<u8>);

    extern "C" fn collect(user: *mut c_void, code: i32, data: *const u8, size: usize) {
        // SAFETY: `user` is the Sender of `request()`, leaked by it; data and size come from `deliver`.
        let sender = unsafe { Box::from_raw(user.cast::<Sender<Answer>>()) };
        let bytes = unsafe { std::slice::from_raw_parts(data, size) }.to_vec();
        sender.send((code, bytes)).unwrap();
    }

    pub fn callback() -> (RawCallback, *mut c_void, Receiver<Answer>) {
        let (sender, receiver) = channel();
        (collect, Box::into_raw(Box::new(sender)).cast(), receiver)
    }

    pub fn message(bytes: &[u8]) -> String {
        messages::Error::decode(bytes).unwrap().message
    }

    #[test]
    fn null_and_oversized_input_are_errors() {
        let null = unsafe { input(std::ptr::null(), 3) }.unwrap_err();
        assert_eq!(null.code, Code::InvalidArgument);
        let large = unsafe { input(std::ptr::NonNull::dangling().as_ptr(), MAX_INPUT + 1) };
        assert!(large.unwrap_err().message.message.contains("over the limit"));
        assert!(unsafe { input(std::ptr::null(), 0) }.unwrap().is_empty());
        assert!(unsafe { handle::<u8>(std::ptr::null()) }.is_err());
    }

    #[test]
    fn a_panic_is_an_error() {
        let mut error = Bytes::from(Vec::new());
        let code = unsafe { answer_now(&mut error, || panic!("oh {}", "no")) };
        assert_eq!(code, Code::Internal as i32);
        let bytes = unsafe { std::slice::from_raw_parts(error.data, error.size) }.to_vec();
        assert_eq!(message(&bytes), "panic in the bridge: oh no");
        unsafe { error.free() };
    }

    #[test]
    fn a_dropped_request_answers_by_itself() {
        let (callback, user, answers) = callback();
        drop(Request::new(Some(callback), user));
        assert_eq!(answers.recv().unwrap().0, Code::Shutdown as i32);
    }
}
