//! Where a runtime's metrics and spans go, and how they are made to go at once: a process that is about to be frozen
//! cannot wait for the next period.

use crate::{
    channel::millis,
    emf::{EmfExporter, RequestId},
    error::{Code, Error, Result},
    ffi::{self, Bytes, RawCallback, Request, answer_now},
    meter::{OtelMeter, provider as meter_provider},
    options as messages,
    runtime::TemporalRuntime,
    span_queue::ExportedSpans,
    spans,
};
use messages::metrics_options::Exporter;
use opentelemetry::KeyValue;
use opentelemetry_otlp::{
    Compression, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
    WithTonicConfig,
};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider, Temporality, exporter::PushMetricExporter},
    trace::SpanExporter as _,
};
use std::{
    collections::HashMap,
    ffi::c_void,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, TryLockError},
    time::Duration,
};
use temporalio_client::Url;
use temporalio_common::telemetry::{
    PrometheusExporterOptions, metrics::CoreMeter, start_prometheus_metric_exporter,
};
use tokio::task::AbortHandle;
use tonic::{
    codegen::http::HeaderMap,
    metadata::MetadataMap,
    transport::{Certificate, ClientTlsConfig},
};

/// The collector is on the same machine, or close: what takes longer is down.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_PERIOD: Duration = Duration::from_secs(10);

/// What a runtime keeps of its telemetry. Behind a trait, so that a program which attaches none carries none of it.
pub trait Telemetry: Send + Sync {
    fn end_span(&self, span: messages::Span) -> Result<()>;
    /// Of the invocation that runs.
    fn set_request_id(&self, id: String);
    /// Exports what there is, and waits for it.
    fn export(&self) -> std::result::Result<(), String>;
}

#[derive(Default)]
struct Exporters {
    metrics: Option<SdkMeterProvider>,
    spans: Option<ExportedSpans<SpanExporter>>,
    prometheus: Option<AbortHandle>,
    request_id: RequestId,
    /// Held while it is being exported: exporters that hang are not asked again.
    flushing: Mutex<()>,
}

impl Drop for Exporters {
    fn drop(&mut self) {
        if let Some(server) = &self.prometheus {
            server.abort();
        }
    }
}

impl Telemetry for Exporters {
    fn end_span(&self, span: messages::Span) -> Result<()> {
        if let Some(spans) = &self.spans {
            spans.queue.push(spans::data(span)?);
        }
        Ok(())
    }

    fn set_request_id(&self, id: String) {
        *self
            .request_id
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = id;
    }

    fn export(&self) -> std::result::Result<(), String> {
        let _flushing = match self.flushing.try_lock() {
            Ok(flushing) => flushing,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err("the export before has not ended".into()),
        };
        // Side by side: either may take all of the time that there is.
        let (metrics, spans) = std::thread::scope(|scope| {
            let metrics = self.metrics.as_ref();
            let metrics = metrics.map(|metrics| scope.spawn(|| metrics.force_flush()));
            let spans = self.spans.as_ref().map(|spans| spans.queue.export());
            let metrics = metrics.and_then(|metrics| metrics.join().ok());
            (
                metrics.map(|outcome| outcome.map_err(|e| e.to_string())),
                spans,
            )
        });
        let failures: Vec<String> = [("metrics", metrics), ("spans", spans)]
            .into_iter()
            .filter_map(|(what, outcome)| Some(format!("{what}: {}", outcome?.err()?)))
            .collect();
        match failures.is_empty() {
            true => Ok(()),
            false => Err(failures.join("; ")),
        }
    }
}

/// On a thread of its own: exporters block, and one that hangs must not hold anybody up.
async fn flush(telemetry: Arc<dyn Telemetry>, limit: Duration) -> Result<()> {
    let (done, outcome) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("telemetry flush".into())
        .spawn(move || done.send(telemetry.export()))
        .map_err(|e| Error::new(Code::Internal, format!("no thread for the export: {e}")))?;
    match tokio::time::timeout(limit, outcome).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(failure))) => Err(Error::new(Code::Connection, failure)),
        Ok(Err(_)) => Err(Error::new(Code::Internal, "the export panicked")),
        Err(_) => Err(Error::new(
            Code::Timeout,
            format!("not exported within {limit:?}"),
        )),
    }
}

fn refused(what: &str) -> impl Fn(String) -> Error {
    move |reason| Error::new(Code::Configuration, format!("{what}: {reason}"))
}

fn metadata(headers: &HashMap<String, String>) -> Result<MetadataMap> {
    // The error may quote a value, and a value may be a secret.
    let headers = HeaderMap::try_from(headers)
        .map_err(|_| refused("telemetry")("a header's key or value is not valid".into()))?;
    Ok(MetadataMap::from_headers(headers))
}

fn tls(endpoint: &str) -> Result<Option<ClientTlsConfig>> {
    if !endpoint.starts_with("https://") {
        return Ok(None);
    }
    let roots = Certificate::from_pem(crate::trust::system_roots()?);
    Ok(Some(ClientTlsConfig::new().ca_certificate(roots)))
}

/// The path is part of the endpoint over HTTP.
fn url_of(options: &messages::OtlpOptions, signal: &str) -> String {
    match options.whole_url {
        true => options.endpoint.clone(),
        false => format!("{}/v1/{signal}", options.endpoint.trim_end_matches('/')),
    }
}

fn is_on_this_machine(endpoint: &str) -> bool {
    let url = Url::parse(endpoint).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// A client that goes straight to what is on the same machine, where a variable names a proxy for the way out. On a
/// thread of its own, since it has a runtime inside.
fn direct(timeout: Duration) -> Result<reqwest::blocking::Client> {
    let made = std::thread::spawn(move || {
        let client = reqwest::blocking::Client::builder();
        client.no_proxy().timeout(timeout).build()
    });
    match made.join() {
        Ok(Ok(client)) => Ok(client),
        _ => Err(Error::new(Code::Internal, "no client for the exporter")),
    }
}

/// Either exporter of OTLP, which have the same builder but not the same type.
macro_rules! otlp_exporter {
    ($builder:expr, $options:expr, $signal:literal) => {{
        let options: &messages::OtlpOptions = $options;
        let failed = |e| refused(concat!("exporter of ", $signal))(format!("{e}"));
        let metadata = metadata(&options.headers)?;
        let timeout = millis(options.timeout_ms).unwrap_or(EXPORT_TIMEOUT);
        if options.http {
            let http = $builder
                .with_http()
                .with_protocol(Protocol::HttpBinary) // else a variable of the environment would decide
                .with_endpoint(url_of(options, $signal))
                .with_headers(options.headers.clone())
                .with_timeout(timeout);
            let http = match is_on_this_machine(&options.endpoint) {
                true => http.with_http_client(direct(timeout)?),
                false => http,
            };
            match options.gzip {
                true => http.with_compression(Compression::Gzip),
                false => http,
            }
            .build()
            .map_err(failed)?
        } else {
            let grpc = $builder
                .with_tonic()
                .with_endpoint(options.endpoint.clone())
                .with_metadata(metadata)
                .with_timeout(timeout);
            let grpc = match options.gzip {
                true => grpc.with_compression(Compression::Gzip),
                false => grpc,
            };
            match tls(&options.endpoint)? {
                Some(tls) => grpc.with_tls_config(tls),
                None => grpc,
            }
            .build()
            .map_err(failed)?
        }
    }};
}

fn provider(
    exporter: impl PushMetricExporter,
    resource: Resource,
    options: &messages::MetricsOptions,
) -> SdkMeterProvider {
    let period = match options.period_ms {
        milliseconds if milliseconds > 0 => Duration::from_millis(milliseconds as u64),
        _ => DEFAULT_PERIOD,
    };
    let reader = PeriodicReader::builder(exporter)
        .with_interval(period)
        .build();
    meter_provider(reader, resource, options.durations_as_seconds)
}

fn prometheus(
    options: &messages::PrometheusOptions,
    resource: &HashMap<String, String>,
    durations_as_seconds: bool,
) -> Result<(Arc<dyn CoreMeter>, AbortHandle)> {
    let address: SocketAddr = options.address.parse().map_err(|_| {
        refused("Prometheus")(format!(
            "{:?} is no address to listen on: it should read 0.0.0.0:9464",
            options.address
        ))
    })?;
    // A dot is no part of a label's name.
    let tags = resource.iter();
    let tags = tags.map(|(key, value)| (key.replace('.', "_"), value.clone()));
    let tags = tags.collect::<HashMap<_, _>>();
    let options = PrometheusExporterOptions::builder()
        .socket_addr(address)
        .global_tags(tags)
        .use_seconds_for_durations(durations_as_seconds)
        .counters_total_suffix(options.counters_total_suffix)
        .unit_suffix(options.unit_suffix)
        .build();
    let server = start_prometheus_metric_exporter(options)
        .map_err(|e| refused("Prometheus")(format!("cannot listen on {address}: {e}")))?;
    Ok((server.meter, server.abort_handle))
}

/// What core records its metrics with. Who exports them is put among the exporters.
fn meter(
    options: &messages::TelemetryOptions,
    metrics: &messages::MetricsOptions,
    resource: Resource,
    exporters: &mut Exporters,
) -> Result<Arc<dyn CoreMeter>> {
    let seconds = metrics.durations_as_seconds;
    let provider = match &metrics.exporter {
        None => return Err(ffi::invalid("metrics without an exporter")),
        Some(Exporter::Prometheus(served)) => {
            let (meter, server) = prometheus(served, &options.resource, seconds)?;
            exporters.prometheus = Some(server);
            return Ok(meter);
        }
        Some(Exporter::Otlp(otlp)) => {
            let temporality = match otlp.delta {
                true => Temporality::Delta,
                false => Temporality::Cumulative,
            };
            let builder = MetricExporter::builder().with_temporality(temporality);
            provider(otlp_exporter!(builder, otlp, "metrics"), resource, metrics)
        }
        Some(Exporter::Emf(emf)) => {
            let exporter = EmfExporter::new(
                emf.namespace.clone(),
                emf.dimensions.clone(),
                emf.max_metrics as usize,
                exporters.request_id.clone(),
                std::io::stdout(),
            );
            provider(exporter, resource, metrics)
        }
    };
    let meter = OtelMeter::new(&provider, seconds);
    exporters.metrics = Some(provider);
    Ok(Arc::new(meter))
}

fn exported_spans(
    otlp: &messages::OtlpOptions,
    resource: &Resource,
) -> Result<ExportedSpans<SpanExporter>> {
    let mut exporter = otlp_exporter!(SpanExporter::builder(), otlp, "traces");
    exporter.set_resource(resource);
    ExportedSpans::new(exporter)
        .map_err(|e| Error::new(Code::Internal, format!("no thread to export spans: {e}")))
}

/// The exporters read these variables when they are built, fail for what they cannot do, and for "none" too. Whether
/// they compress is said in their options. While this lives the variables are not there.
struct WithoutCompressionVariables(Vec<(&'static str, std::ffi::OsString)>);

impl WithoutCompressionVariables {
    fn new() -> Self {
        let names = [
            "OTEL_EXPORTER_OTLP_COMPRESSION",
            "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
            "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
        ];
        let set = names.into_iter();
        let set: Vec<_> = set
            .filter_map(|name| Some((name, std::env::var_os(name)?)))
            .collect();
        for (name, _) in &set {
            // SAFETY: before the first connection of this telemetry; see `temporal_runtime_attach_telemetry`.
            unsafe { std::env::remove_var(name) };
        }
        Self(set)
    }
}

impl Drop for WithoutCompressionVariables {
    fn drop(&mut self) {
        for (name, value) in &self.0 {
            // SAFETY: as above.
            unsafe { std::env::set_var(name, value) };
        }
    }
}

impl TemporalRuntime {
    fn attach(&mut self, options: messages::TelemetryOptions) -> Result<()> {
        let _hidden = WithoutCompressionVariables::new();
        let handle = self.core.tokio_handle();
        let _inside = handle.enter();
        // The HTTP exporter takes its provider from the process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let attributes = options.resource.iter();
        let attributes = attributes.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let resource = Resource::builder_empty()
            .with_attributes(attributes)
            .build();
        let mut exporters = Exporters::default();
        let meter = match &options.metrics {
            Some(metrics) => Some(meter(&options, metrics, resource.clone(), &mut exporters)?),
            None => None,
        };
        if let Some(otlp) = &options.traces {
            exporters.spans = Some(exported_spans(otlp, &resource)?);
        }
        if let Some(meter) = meter {
            self.core.telemetry_mut().attach_late_init_metrics(meter);
        }
        self.telemetry = Some(Arc::new(exporters));
        Ok(())
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_attach_telemetry(
    runtime: *mut TemporalRuntime,
    options: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let options = ffi::message(options, size)?;
            // SAFETY: nothing else uses the runtime yet, as the header demands.
            runtime
                .as_mut()
                .ok_or_else(|| ffi::invalid("handle is null"))?
                .attach(options)
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_end_span(
    runtime: *const TemporalRuntime,
    span: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let span = ffi::message(span, size)?;
            match &ffi::handle(runtime)?.telemetry {
                Some(telemetry) => telemetry.end_span(span),
                None => Ok(()),
            }
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_set_request_id(
    runtime: *const TemporalRuntime,
    id: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let id = String::from_utf8_lossy(&ffi::input(id, size)?).into_owned();
            if let Some(telemetry) = &ffi::handle(runtime)?.telemetry {
                telemetry.set_request_id(id);
            }
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_runtime_flush_telemetry(
    runtime: *const TemporalRuntime,
    timeout_ms: u64,
    callback: Option<RawCallback>,
    user: *mut c_void,
) {
    let runtime = unsafe { ffi::handle(runtime) };
    let handle = || Ok(runtime.clone()?.core.tokio_handle());
    Request::new(callback, user).start(handle, || {
        let telemetry = runtime.clone()?.telemetry.clone();
        Ok(async move {
            if let Some(telemetry) = telemetry {
                flush(telemetry, Duration::from_millis(timeout_ms)).await?;
            }
            Ok(Vec::new())
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_this_machine_is_known_by_its_address() {
        for here in [
            "http://localhost:4318",
            "http://127.0.0.1:1",
            "http://[::1]:1/v1",
        ] {
            assert!(is_on_this_machine(here), "{here}");
        }
        for elsewhere in [
            "http://collector:4318",
            "http://10.0.0.1:1",
            "http://localhost.example",
            "",
        ] {
            assert!(!is_on_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
