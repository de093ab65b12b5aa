//! Connections to a server.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, Bytes, RawCallback, Request, User, answer_now},
    options as messages, rpc,
    runtime::TemporalRuntime,
    trust::NoVerification,
};
use std::{
    collections::HashMap,
    ffi::c_void,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use temporalio_client::{
    ClientKeepAliveOptions, ClientTlsOptions, Connection, ConnectionOptions, GrpcCompression,
    RetryOptions, TlsOptions, Url, errors::ClientConnectError, worker::NamespaceDescriptionSource,
};
use tokio::runtime::Handle;

pub struct TemporalConnection {
    /// Locked only to change the identity, which core copies on write.
    core: RwLock<Connection>,
    handle: Handle,
    /// Kept, so that the second worker of a namespace validates without asking the server again.
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
        let source = self
            .core()
            .workers()
            .namespace_description_source(namespace);
        self.descriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(namespace.to_owned(), source);
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
    let retries = match options.max_rpc_attempts {
        0 => RetryOptions::default(),
        attempts => RetryOptions::builder()
            .max_retries(attempts as usize)
            .build(),
    };
    let compression = if options.compress {
        GrpcCompression::Gzip
    } else {
        GrpcCompression::None
    };
    Ok(
        ConnectionOptions::new(target(&options.address, options.tls.is_some())?)
            .identity(options.identity)
            .maybe_tls_options(options.tls.map(tls_options).transpose()?)
            .maybe_api_key(Some(options.api_key).filter(|key| !key.is_empty()))
            .maybe_connect_timeout(millis(options.connect_timeout_ms))
            .retry_options(retries)
            .keep_alive(keep_alive)
            .headers(options.metadata)
            .dns_load_balancing(None)
            .grpc_compression(compression)
            .skip_get_system_info(options.skip_get_system_info)
            .client_name("temporal-cpp")
            .client_version(options.client_version)
            .build(),
    )
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
        ClientConnectError::SystemInfoCallError(status) => Error::from_status(
            Code::Connection,
            &format!("{address} refused the connection: "),
            status,
        ),
        ClientConnectError::InvalidUri(_)
        | ClientConnectError::InvalidHeaders(_)
        | ClientConnectError::InvalidConfig(_) => {
            Error::new(Code::Configuration, error.to_string())
        }
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
        core: RwLock::new(outcome.map_err(|e| connect_error(&address, &e))?),
        handle,
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
    let handle = unsafe { ffi::handle(runtime) }.map(|runtime| runtime.core.tokio_handle());
    let own = handle.clone();
    connect_request(callback, user).start(handle, || {
        Ok(connect(unsafe { ffi::message(options, size) }?, own?))
    });
}

/// Starts a call on a connection.
///
/// # Safety
/// `connection` is null or a live handle.
unsafe fn start(
    connection: *mut TemporalConnection,
    request: Request<Vec<u8>>,
    call: impl FnOnce() -> Result<messages::RpcCall>,
) {
    let connection = unsafe { ffi::handle(connection) };
    let handle = connection
        .clone()
        .map(|connection| connection.handle.clone());
    request.start(handle, || Ok(rpc::call(connection?.core(), call()?)));
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
            ffi::message(call, size)
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
pub unsafe extern "C" fn temporal_connection_free(connection: *mut TemporalConnection) {
    unsafe {
        ffi::free(connection, |connection| {
            let handle = connection.handle.clone();
            let _inside = handle.enter();
            drop(connection);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port_with_or_without_a_scheme() {
        assert_eq!(
            target("localhost:7233", false).unwrap().as_str(),
            "http://localhost:7233/"
        );
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
}
