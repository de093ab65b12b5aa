//! The way to the server, below core: every call of core passes here as bytes. It is ours so that polls can be given a
//! time at whose end the server answers them; core's own channel knows no such thing.

use crate::{
    error::{Code, Error, Result},
    options as messages,
    polls::{Kind, Polls},
    trust::{NoVerification, system_roots},
};
use bytes::{Buf, BufMut, Bytes};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use temporalio_client::{
    HttpConnectProxyOptions, Url,
    callback_based::{CallbackBasedGrpcService, GrpcRequest, GrpcSuccessResponse},
};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::{HeaderValue, uri::PathAndQuery},
    metadata::MetadataMap,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

/// Of an answer, once it is no longer compressed: as much as core itself takes. What a server says it will send is set
/// aside before it has come.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// A request in bytes.
const WORTH_COMPRESSING: usize = 4096;

/// The header of an answer that says how it came. What core gets is no longer compressed, nor is an error.
const ENCODING: &str = "grpc-encoding";

/// The payloads of a call as they are.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(
        &mut self,
        message: Bytes,
        wire: &mut EncodeBuf<'_>,
    ) -> std::result::Result<(), Status> {
        wire.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, wire: &mut DecodeBuf<'_>) -> std::result::Result<Option<Vec<u8>>, Status> {
        let mut message = vec![0; wire.remaining()];
        wire.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}

pub fn target(address: &str, tls: bool) -> Result<Url> {
    let scheme = if tls { "https" } else { "http" };
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    Url::parse(&format!("{scheme}://{bare}"))
        .ok()
        .filter(|url| url.host().is_some())
        .ok_or_else(|| {
            configuration(format!(
                "invalid address {address:?}: it should read host:port"
            ))
        })
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(Code::Configuration, message)
}

pub fn millis(value: i64) -> Option<Duration> {
    (value > 0).then(|| Duration::from_millis(value as u64))
}

fn with_tls(endpoint: Endpoint, tls: &messages::TlsOptions) -> Result<Endpoint> {
    let mut config = ClientTlsConfig::new();
    match (
        tls.client_certificate.as_slice(),
        tls.client_private_key.as_slice(),
    ) {
        ([], []) => (),
        ([], _) | (_, []) => {
            return Err(configuration(
                "a client certificate and its private key must be given together",
            ));
        }
        (certificate, key) => config = config.identity(Identity::from_pem(certificate, key)),
    }
    let mut endpoint = endpoint;
    if !tls.server_name.is_empty() {
        let origin = format!("https://{}", tls.server_name);
        let origin = origin
            .parse()
            .map_err(|_| configuration(format!("invalid server name {:?}", tls.server_name)))?;
        endpoint = endpoint.origin(origin);
        config = config.domain_name(&tls.server_name);
    }
    let outcome = if tls.disable_host_verification {
        endpoint.tls_config_with_verifier(config, Arc::new(NoVerification::new()))
    } else {
        let roots = match tls.server_ca.as_slice() {
            [] => system_roots()?,
            given => given.to_vec(),
        };
        endpoint.tls_config(config.ca_certificate(Certificate::from_pem(roots)))
    };
    outcome.map_err(|e| configuration(format!("cannot set up TLS: {}", innermost(&e))))
}

fn endpoint(options: &messages::ConnectOptions) -> Result<Endpoint> {
    let target = target(&options.address, options.tls.is_some())?;
    let mut endpoint = Endpoint::from_shared(target.to_string())
        .map_err(|e| configuration(format!("invalid address: {e}")))?;
    if let Some(timeout) = millis(options.connect_timeout_ms) {
        endpoint = endpoint.connect_timeout(timeout);
    }
    if let Some(interval) = millis(options.keep_alive_interval_ms) {
        endpoint = endpoint
            .keep_alive_while_idle(true)
            .http2_keep_alive_interval(interval)
            .keep_alive_timeout(millis(options.keep_alive_timeout_ms).unwrap_or(interval));
    }
    match &options.tls {
        Some(tls) => with_tls(endpoint, tls),
        None => Ok(endpoint),
    }
}

/// The innermost cause says what happened; what wraps it says "transport error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// A connection that ends before a call was sent is no cancellation, though tonic calls it one: nobody asked for it, and
/// who waits for an answer would take it for one. A call that took too long, and a stream that the server reset, are what
/// they are.
fn without_false_cancellations(status: Status) -> Status {
    let cause = std::error::Error::source(&status);
    let mut causes = std::iter::successors(cause, |cause| cause.source());
    let was_lost = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref().is_some_and(hyper::Error::is_canceled)
    };
    match causes.find(|cause| was_lost(*cause)) {
        Some(lost) if status.code() == tonic::Code::Cancelled => {
            Status::unavailable(innermost(lost))
        }
        _ => status,
    }
}

/// Whether it is the server that says so, and not the way to it.
fn is_of_the_server(status: &Status) -> bool {
    std::error::Error::source(status).is_none() && status.code() != tonic::Code::Unavailable
}

/// Calls that the server neither keeps waiting nor hands on.
fn is_answered_at_once(rpc: &str) -> bool {
    matches!(
        rpc,
        "GetSystemInfo" | "DescribeNamespace" | "RecordActivityTaskHeartbeat"
    ) || rpc.starts_with("RespondActivityTask")
}

/// Calls whose answers may be large: histories, arguments, results.
fn may_be_answered_at_length(rpc: &str) -> bool {
    matches!(
        rpc,
        "DescribeWorkflowExecution"
            | "GetWorkflowExecutionHistory"
            | "GetWorkflowExecutionHistoryReverse"
            | "ListWorkflowExecutions"
            | "PollActivityTaskQueue"
            | "PollWorkflowExecutionUpdate"
            | "PollWorkflowTaskQueue"
            | "QueryWorkflow"
    )
}

/// The ways to the server. To compress costs as much as a small call does in all, so only what is worth it is.
#[derive(Clone)]
struct Ways {
    plain: Grpc<Channel>,
    /// Compresses what it sends. None: nothing is, here and there.
    compressing: Option<Grpc<Channel>>,
}

impl Ways {
    fn new(channel: Channel, compress: bool) -> Self {
        let plain = Grpc::new(channel).max_decoding_message_size(MOST_BYTES);
        if !compress {
            return Self {
                plain,
                compressing: None,
            };
        }
        let plain = plain.accept_compressed(CompressionEncoding::Gzip);
        let compressing = plain.clone().send_compressed(CompressionEncoding::Gzip);
        Self {
            plain,
            compressing: Some(compressing),
        }
    }

    /// That of a call. A server compresses its answer as the request says that it came: with the header alone a small
    /// request asks for that.
    fn choose(self, call: &mut GrpcRequest) -> Grpc<Channel> {
        match self.compressing {
            Some(compressing) if call.proto.len() >= WORTH_COMPRESSING => compressing,
            Some(_) if may_be_answered_at_length(&call.rpc) => {
                let gzip = HeaderValue::from_static("gzip");
                call.headers.insert(ENCODING, gzip);
                self.plain
            }
            _ => self.plain,
        }
    }
}

/// Sends a call, and lets `polls` know when the server answers.
async fn send(
    ways: Ways,
    mut call: GrpcRequest,
    polls: &Polls,
) -> std::result::Result<GrpcSuccessResponse, Status> {
    let mut grpc = ways.choose(&mut call);
    let at_once = is_answered_at_once(&call.rpc);
    let path = format!("/{}/{}", call.service, call.rpc);
    let path =
        PathAndQuery::try_from(path).map_err(|e| Status::internal(format!("no path: {e}")))?;
    grpc.ready()
        .await
        .map_err(|e| Status::unavailable(innermost(&e)))?;
    let mut request = Request::new(call.proto);
    *request.metadata_mut() = MetadataMap::from_headers(call.headers);
    let began = Instant::now();
    let answer = grpc.unary(request, path, Raw).await;
    if answer.as_ref().err().is_none_or(is_of_the_server) {
        polls.hear(at_once.then(|| began.elapsed()));
    }
    match answer {
        Ok(response) => {
            let (mut headers, proto, _) = response.into_parts();
            headers.remove(ENCODING);
            let headers = headers.into_headers();
            Ok(GrpcSuccessResponse { headers, proto })
        }
        Err(mut status) => {
            status.metadata_mut().remove(ENCODING);
            Err(without_false_cancellations(status))
        }
    }
}

fn to_core(proxy: &messages::HttpConnectProxy) -> HttpConnectProxyOptions {
    let credentials = (proxy.user.clone(), proxy.password.clone());
    HttpConnectProxyOptions::new(proxy.target_host.clone())
        .maybe_basic_auth(Some(credentials).filter(|(user, _)| !user.is_empty()))
        .build()
}

/// Connects, and gives what core sends its calls through.
pub async fn open(
    options: &messages::ConnectOptions,
    polls: Arc<Polls>,
) -> Result<CallbackBasedGrpcService> {
    let endpoint = endpoint(options)?;
    let (connected, by) = match &options.http_connect_proxy {
        None => (endpoint.connect().await, String::new()),
        Some(proxy) => (
            to_core(proxy).connect_endpoint(&endpoint).await,
            format!(" by way of the proxy {}", proxy.target_host),
        ),
    };
    let channel = connected.map_err(|e| {
        let address = &options.address;
        let text = format!("cannot connect to {address}{by}: {}", innermost(&e));
        Error::new(Code::Connection, text)
    })?;
    let ways = Ways::new(channel, options.compress);
    Ok(CallbackBasedGrpcService {
        callback: Arc::new(move |call| {
            let (ways, polls) = (ways.clone(), polls.clone());
            Box::pin(async move {
                match Kind::of(&call.rpc) {
                    None => send(ways, call, &polls).await,
                    Some(kind) => {
                        polls
                            .pass(kind, call, |call| send(ways, call, &polls))
                            .await
                    }
                }
            })
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::TimeoutExpired;

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
    fn what_the_server_says_and_what_took_too_long_stay_what_they_are() {
        for (status, code) in [
            (Status::cancelled("by the server"), tonic::Code::Cancelled),
            (
                Status::from_error(Box::new(TimeoutExpired(()))),
                tonic::Code::Cancelled,
            ),
            (Status::not_found("no"), tonic::Code::NotFound),
        ] {
            assert_eq!(without_false_cancellations(status).code(), code);
        }
    }

    /// A server that takes connections and ends them at once: some calls are lost before they are sent.
    #[test]
    fn a_lost_connection_is_no_cancellation() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            std::thread::spawn(move || while listener.accept().is_ok() {});
            let channel = Endpoint::from_shared(address).unwrap().connect_lazy();
            for _ in 0..200 {
                let call = GrpcRequest {
                    service: "x".into(),
                    rpc: "y".into(),
                    headers: Default::default(),
                    proto: Default::default(),
                };
                let status = send(Ways::new(channel.clone(), false), call, &Polls::default())
                    .await
                    .unwrap_err();
                assert_ne!(status.code(), tonic::Code::Cancelled, "{status:?}");
            }
        });
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let options = messages::ConnectOptions {
            address: "localhost:7233".into(),
            tls: Some(messages::TlsOptions {
                client_certificate: b"x".to_vec(),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(endpoint(&options).unwrap_err().code, Code::Configuration);
    }
}
