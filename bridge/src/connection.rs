//! Connections to a server.

use crate::{
    ffi::{self, Bytes, Code, Error, RawCallback, Request, Result, answer_now},
    messages, rpc,
    runtime::{TemporalRuntime, run},
    trust::NoVerification,
};
use std::{collections::HashMap, ffi::c_void, sync::Arc, sync::Mutex, time::Duration};
use temporalio_client::{
    ClientKeepAliveOptions, ClientTlsOptions, Connection, ConnectionOptions, GrpcCompression,
    TlsOptions, Url, errors::ClientConnectError, worker::NamespaceDescriptionSource,
};
use tokio::runtime::Handle;

pub struct TemporalConnection {
    pub core: Connection,
    pub handle: Handle,
    /// Kept, so that the second worker of a namespace validates without asking the server again.
    descriptions: Mutex<HashMap<String, Arc<NamespaceDescriptionSource>>>,
}

impl TemporalConnection {
    pub fn remember_namespace(&self, namespace: &str) {
        let source = self.core.workers().namespace_description_source(namespace);
        if let Ok(mut descriptions) = self.descriptions.lock() {
            descriptions.insert(namespace.to_owned(), source);
        }
    }
}

fn target(address: &str, tls: bool) -> Result<Url> {
    let scheme = if tls { "https" } else { "http" };
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    Url::parse(&format!("{scheme}://{bare}"))
        .ok()
        .filter(|url| url.host().is_some())
        .ok_or_else(|| {
            Error::new(
                Code::Configuration,
                format!("invalid address {address:?}: it should read host:port"),
            )
        })
}

fn tls_options(tls: messages::TlsOptions) -> Result<TlsOptions> {
    let some = |bytes: Vec<u8>| Some(bytes).filter(|bytes| !bytes.is_empty());
    let client = match (some(tls.client_certificate), some(tls.client_private_key)) {
        (Some(certificate), Some(key)) => Some(
            ClientTlsOptions::builder()
                .client_cert(certificate)
                .client_private_key(key)
                .build(),
        ),
        (None, None) => None,
        _ => {
            return Err(Error::new(
                Code::Configuration,
                "a client certificate and its private key must be given together",
            ));
        }
    };
    let verifier = tls
        .disable_host_verification
        .then(|| Arc::new(NoVerification::new()) as Arc<_>);
    Ok(TlsOptions::builder()
        .maybe_server_root_ca_cert(some(tls.server_ca))
        .maybe_domain(Some(tls.server_name).filter(|name| !name.is_empty()))
        .maybe_client_tls_options(client)
        .maybe_server_cert_verifier(verifier)
        .build())
}

fn connection_options(options: messages::ConnectOptions) -> Result<ConnectionOptions> {
    let millis = |value: i64| (value > 0).then(|| Duration::from_millis(value as u64));
    let keep_alive = millis(options.keep_alive_interval_ms).map(|interval| {
        ClientKeepAliveOptions::builder()
            .interval(interval)
            .timeout(millis(options.keep_alive_timeout_ms).unwrap_or(interval))
            .build()
    });
    let compression = if options.compress {
        GrpcCompression::Gzip
    } else {
        GrpcCompression::None
    };
    Ok(ConnectionOptions::new(target(&options.address, options.tls.is_some())?)
        .identity(options.identity)
        .maybe_tls_options(options.tls.map(tls_options).transpose()?)
        .maybe_api_key(Some(options.api_key).filter(|key| !key.is_empty()))
        .maybe_connect_timeout(millis(options.connect_timeout_ms))
        .keep_alive(keep_alive)
        .headers(options.metadata)
        .dns_load_balancing(None)
        .grpc_compression(compression)
        .skip_get_system_info(options.skip_get_system_info)
        .client_name("temporal-cpp")
        .client_version(options.client_version)
        .build())
}

/// The innermost cause says what happened; what wraps it says "transport error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn connect_error(address: &str, error: &ClientConnectError) -> Error {
    match error {
        ClientConnectError::SystemInfoCallError(status) => {
            Error::from_status(Code::Connection, &format!("{address} refused the connection: "), status)
        }
        ClientConnectError::InvalidUri(_)
        | ClientConnectError::InvalidHeaders(_)
        | ClientConnectError::InvalidConfig(_) => Error::new(Code::Configuration, error.to_string()),
        other => Error::new(
            Code::Connection,
            format!("cannot connect to {address}: {}", innermost(other)),
        ),
    }
}

async fn connect(options: messages::ConnectOptions, handle: Handle) -> Result<TemporalConnection> {
    let address = options.address.clone();
    let limit = options.connect_timeout_ms;
    let connecting = Connection::connect(connection_options(options)?);
    let outcome = match limit {
        ..=0 => connecting.await,
        limit => {
            let limit = Duration::from_millis(limit as u64);
            tokio::time::timeout(limit, connecting).await.map_err(|_| {
                Error::new(
                    Code::Connection,
                    format!("{address} did not answer within the connect timeout of {limit:?}"),
                )
            })?
        }
    };
    Ok(TemporalConnection {
        core: outcome.map_err(|e| connect_error(&address, &e))?,
        handle,
        descriptions: Mutex::default(),
    })
}

pub type ConnectCallback =
    extern "C" fn(*mut c_void, *mut TemporalConnection, i32, *const u8, usize);

/// Owed exactly one answer, like `Request`.
struct ConnectRequest {
    callback: Option<ConnectCallback>,
    user: *mut c_void,
}

// SAFETY: the caller promises that its callback and user pointer may be used from any thread.
unsafe impl Send for ConnectRequest {}

impl ConnectRequest {
    fn deliver(&mut self, outcome: Result<TemporalConnection>) {
        let Some(callback) = self.callback.take() else {
            return;
        };
        match outcome {
            Ok(connection) => callback(
                self.user,
                Box::into_raw(Box::new(connection)),
                Code::Ok as i32,
                std::ptr::null(),
                0,
            ),
            Err(e) => {
                let bytes = e.encode();
                callback(self.user, std::ptr::null_mut(), e.code as i32, bytes.as_ptr(), bytes.len());
            }
        }
    }
}

impl Drop for ConnectRequest {
    fn drop(&mut self) {
        self.deliver(Err(Error::new(Code::Shutdown, "the runtime has ended")));
    }
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
    let mut request = ConnectRequest { callback, user };
    let prepared = unsafe {
        ffi::handle(runtime).and_then(|runtime| {
            Ok((runtime.core.tokio_handle(), ffi::decode(&ffi::input(options, size)?)?))
        })
    };
    match prepared {
        Err(e) => request.deliver(Err(e)),
        Ok((handle, options)) => {
            let own = handle.clone();
            handle.spawn(async move {
                let outcome = ffi::guarded(connect(options, own)).await;
                request.deliver(outcome);
            });
        }
    }
}

/// Starts a request on a connection, or answers it at once when its input is bad.
///
/// # Safety
/// See `temporal_bridge.h`.
unsafe fn start(
    connection: *mut TemporalConnection,
    request: Request,
    prepare: impl FnOnce() -> Result<messages::RpcCall>,
) {
    let prepared = unsafe { ffi::handle(connection) }.and_then(|c| Ok((c, prepare()?)));
    match prepared {
        Err(e) => request.answer(Err(e)),
        Ok((c, call)) => run(&c.handle, request, rpc::call(c.core.clone(), call)),
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_rpc(
    connection: *mut TemporalConnection,
    call: *const u8,
    size: usize,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    unsafe {
        start(connection, Request::new(callback, user), || {
            ffi::decode(&ffi::input(call, size)?)
        })
    }
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
    unsafe { start(connection, Request::new(callback, user), || Ok(call)) }
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
            let key = String::from_utf8(ffi::input(key, size)?)
                .map_err(|_| Error::new(Code::InvalidArgument, "the API key is not UTF-8"))?;
            let key = Some(key).filter(|key| !key.is_empty());
            ffi::handle(connection)?.core.set_api_key(key);
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_connection_free(connection: *mut TemporalConnection) {
    if !connection.is_null() {
        // SAFETY: the handle came from the connect callback and is given back.
        let connection = unsafe { Box::from_raw(connection) };
        let handle = connection.handle.clone();
        let _inside = handle.enter();
        drop(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[test]
    fn an_address_is_host_and_port_with_or_without_a_scheme() {
        assert_eq!(target("localhost:7233", false).unwrap().as_str(), "http://localhost:7233/");
        assert_eq!(target("http://a:1", true).unwrap().as_str(), "https://a:1/");
        assert!(target("", false).is_err());
        assert!(target("a b", false).is_err());
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let tls = messages::TlsOptions {
            client_certificate: b"x".to_vec(),
            ..Default::default()
        };
        assert_eq!(tls_options(tls).unwrap_err().code, Code::Configuration);
    }

    #[test]
    fn messages_are_the_defaults_of_empty_bytes() {
        assert_eq!(messages::RpcCall::decode(&b""[..]).unwrap(), messages::RpcCall::default());
    }
}
