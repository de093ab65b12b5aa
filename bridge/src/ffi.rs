//! The boundary itself: bytes in, exactly one answer out, and no panic across.

use crate::error::{Code, Error, Result, guarded, guarded_now};
use prost::Message;
use std::{ffi::c_void, future::Future};
use tokio::runtime::Handle;

/// Larger input is refused: no message of Temporal comes near it.
const MAX_INPUT: usize = 256 << 20;

/// Bytes of the caller, copied: they are gone when the call returns.
///
/// # Safety
/// `data` is null or points to `size` readable bytes.
pub unsafe fn input(data: *const u8, size: usize) -> Result<Vec<u8>> {
    if size > MAX_INPUT {
        return Err(invalid(format!(
            "input of {size} bytes is over the limit of {MAX_INPUT}"
        )));
    }
    if size == 0 {
        return Ok(Vec::new());
    }
    if data.is_null() {
        return Err(invalid("input is null"));
    }
    // SAFETY: not null, and the caller promises the size.
    Ok(unsafe { std::slice::from_raw_parts(data, size) }.to_vec())
}

pub fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

pub fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M> {
    M::decode(bytes).map_err(|e| invalid(format!("input does not decode: {e}")))
}

pub fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| invalid("input is not UTF-8"))
}

/// A message of the caller.
///
/// # Safety
/// As for `input`.
pub unsafe fn message<M: Message + Default>(data: *const u8, size: usize) -> Result<M> {
    decode(&unsafe { input(data, size) }?)
}

/// A handle of the caller.
///
/// # Safety
/// `pointer` is null or came from this library and has not been freed.
pub unsafe fn handle<'a, T>(pointer: *const T) -> Result<&'a T> {
    // SAFETY: as above.
    unsafe { pointer.as_ref() }.ok_or_else(|| invalid("handle is null"))
}

/// Refuses a null place for a result. What the place holds is not looked at.
pub fn place<T>(pointer: *mut T) -> Result<()> {
    if pointer.is_null() {
        return Err(invalid("the place for the result is null"));
    }
    Ok(())
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
    /// It came from `Bytes::from` and was not freed before, or its data are null.
    pub unsafe fn free(self) {
        if !self.data.is_null() {
            // SAFETY: made by Box::into_raw of a slice of this size.
            drop(unsafe {
                Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.data, self.size))
            });
        }
    }
}

/// Runs a call that answers at once.
///
/// # Safety
/// `error` is null or points to writable `Bytes`.
pub unsafe fn answer_now(error: *mut Bytes, call: impl FnOnce() -> Result<()>) -> i32 {
    match guarded_now(call) {
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

/// Gives a handle back. There is nobody to tell of a panic while it ends.
///
/// # Safety
/// `pointer` is null or came from this library and has not been freed.
pub unsafe fn free<T>(pointer: *mut T, end: impl FnOnce(Box<T>)) {
    if !pointer.is_null() {
        // SAFETY: as above.
        let owned = unsafe { Box::from_raw(pointer) };
        let _ = guarded_now(|| {
            end(owned);
            Ok(())
        });
    }
}

/// The caller's pointer, which comes back with the answer.
#[derive(Clone, Copy)]
pub struct User(*mut c_void);

// SAFETY: the caller promises that its callbacks and user pointers may be used from any thread.
unsafe impl Send for User {}
unsafe impl Sync for User {}

impl User {
    pub fn new(pointer: *mut c_void) -> Self {
        Self(pointer)
    }

    pub fn pointer(&self) -> *mut c_void {
        self.0
    }
}

pub type RawCallback = extern "C" fn(*mut c_void, i32, *const u8, usize);

type Deliver<T> = Box<dyn FnOnce(Result<T>) + Send>;

/// A request of the caller that is owed exactly one answer: should it be dropped, because its runtime ends, it answers
/// by itself.
pub struct Request<T> {
    deliver: Option<Deliver<T>>,
}

impl Request<Vec<u8>> {
    pub fn new(callback: Option<RawCallback>, user: *mut c_void) -> Self {
        let user = User::new(user);
        Self::delivering(move |outcome| {
            let Some(callback) = callback else { return };
            let (code, bytes) = match outcome {
                Ok(bytes) => (Code::Ok, bytes),
                Err(e) => (e.code, e.encode()),
            };
            callback(user.pointer(), code as i32, bytes.as_ptr(), bytes.len());
        })
    }
}

impl<T: Send + 'static> Request<T> {
    pub fn delivering(deliver: impl FnOnce(Result<T>) + Send + 'static) -> Self {
        Self {
            deliver: Some(Box::new(deliver)),
        }
    }

    pub fn answer(mut self, outcome: Result<T>) {
        if let Some(deliver) = self.deliver.take() {
            deliver(outcome);
        }
    }

    /// Runs what `prepare` gives on a runtime and answers there, bad input included. Only when there is no runtime does
    /// the answer come on the caller's own thread.
    pub fn start<F>(
        self,
        handle: impl FnOnce() -> Result<Handle>,
        prepare: impl FnOnce() -> Result<F>,
    ) where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        match guarded_now(handle) {
            Err(e) => self.answer(Err(e)),
            Ok(handle) => {
                let answered = self.answered(guarded_now(prepare));
                let _ = guarded_now(|| {
                    drop(handle.spawn(answered));
                    Ok(())
                });
            }
        }
    }

    /// The same on the caller's own thread, which waits for it. It must not be one of a runtime: then nothing runs, and
    /// the request answers as one that was dropped.
    pub fn run<F>(self, handle: &Handle, prepare: impl FnOnce() -> Result<F>)
    where
        F: Future<Output = Result<T>>,
    {
        let answered = self.answered(guarded_now(prepare));
        let _ = guarded_now(|| {
            handle.block_on(answered);
            Ok(())
        });
    }

    async fn answered(self, prepared: Result<impl Future<Output = Result<T>>>) {
        let outcome = match prepared {
            Ok(future) => guarded(future).await,
            Err(e) => Err(e),
        };
        self.answer(outcome);
    }
}

impl<T> Drop for Request<T> {
    fn drop(&mut self) {
        if let Some(deliver) = self.deliver.take() {
            deliver(Err(Error::new(Code::Shutdown, "the runtime has ended")));
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::options;
    use std::sync::mpsc::{Receiver, Sender, channel};

    pub type Answer = (i32, Vec<u8>);

    extern "C" fn collect(user: *mut c_void, code: i32, data: *const u8, size: usize) {
        // SAFETY: `user` is the Sender of `callback()`, leaked by it; data and size come from a Request.
        let sender = unsafe { Box::from_raw(user.cast::<Sender<Answer>>()) };
        let bytes = unsafe { std::slice::from_raw_parts(data, size) }.to_vec();
        sender.send((code, bytes)).unwrap();
    }

    pub fn callback() -> (RawCallback, *mut c_void, Receiver<Answer>) {
        let (sender, receiver) = channel();
        (collect, Box::into_raw(Box::new(sender)).cast(), receiver)
    }

    pub fn text_of(bytes: &[u8]) -> String {
        options::Error::decode(bytes).unwrap().message
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap()
    }

    #[test]
    fn null_and_oversized_input_are_errors() {
        let null = unsafe { input(std::ptr::null(), 3) }.unwrap_err();
        assert_eq!(null.code, Code::InvalidArgument);
        let large = unsafe { input(std::ptr::NonNull::dangling().as_ptr(), MAX_INPUT + 1) };
        assert!(large.unwrap_err().text().contains("over the limit"));
        assert!(unsafe { input(std::ptr::null(), 0) }.unwrap().is_empty());
        assert!(unsafe { handle::<u8>(std::ptr::null()) }.is_err());
        assert!(place::<u8>(std::ptr::null_mut()).is_err());
    }

    #[test]
    fn garbage_is_an_error() {
        let garbage = unsafe { message::<options::RpcCall>(b"\xff\xff".as_ptr(), 2) };
        assert_eq!(garbage.unwrap_err().code, Code::InvalidArgument);
    }

    #[test]
    fn a_panic_in_a_call_is_an_error() {
        let mut error = Bytes::from(Vec::new());
        let code = unsafe { answer_now(&mut error, || panic!("oh {}", "no")) };
        assert_eq!(code, Code::Internal as i32);
        let bytes = unsafe { std::slice::from_raw_parts(error.data, error.size) }.to_vec();
        assert_eq!(text_of(&bytes), "panic in the bridge: oh no");
        unsafe { error.free() };
    }

    #[test]
    fn a_panic_while_a_handle_ends_stays_inside() {
        let handle = Box::into_raw(Box::new(1));
        unsafe { free(handle, |_| panic!("at the end")) };
    }

    #[test]
    fn a_panic_before_or_in_a_future_is_the_answer() {
        let runtime = runtime();
        let (raw, user, before) = callback();
        Request::new(Some(raw), user).start(
            || Ok(runtime.handle().clone()),
            || {
                if user.is_null() {
                    return Ok(std::future::ready(Ok(Vec::new())));
                }
                panic!("before")
            },
        );
        let (raw, user, within) = callback();
        Request::new(Some(raw), user).start(
            || Ok(runtime.handle().clone()),
            || Ok(async { panic!("within") }),
        );
        for (answers, what) in [(before, "before"), (within, "within")] {
            let (code, bytes) = answers.recv().unwrap();
            assert_eq!(code, Code::Internal as i32);
            assert_eq!(text_of(&bytes), format!("panic in the bridge: {what}"));
        }
    }

    #[test]
    fn a_request_that_runs_here_is_answered_before_it_returns() {
        let runtime = runtime();
        let (raw, user, answers) = callback();
        let ready = || Ok(std::future::ready(Ok(b"done".to_vec())));
        Request::new(Some(raw), user).run(runtime.handle(), ready);
        assert_eq!(
            answers.try_recv().unwrap(),
            (Code::Ok as i32, b"done".to_vec())
        );
        let (raw, user, answers) = callback();
        runtime.block_on(async { Request::new(Some(raw), user).run(runtime.handle(), ready) });
        assert_eq!(answers.try_recv().unwrap().0, Code::Shutdown as i32);
    }

    #[test]
    fn a_request_that_its_runtime_drops_answers_by_itself() {
        let runtime = runtime();
        let (raw, user, answers) = callback();
        Request::new(Some(raw), user).start(
            || Ok(runtime.handle().clone()),
            || Ok(std::future::pending()),
        );
        drop(runtime);
        assert_eq!(answers.recv().unwrap().0, Code::Shutdown as i32);
    }
}
