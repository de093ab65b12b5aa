//! The messages of `proto/temporal_bridge.proto`, options above all: keep the tags equal.

use prost::Message;
use std::collections::HashMap;

#[derive(Clone, PartialEq, Message)]
pub struct RuntimeOptions {
    #[prost(uint32, tag = "1")]
    pub threads: u32,
    #[prost(string, tag = "2")]
    pub core_log_level: String,
    #[prost(string, tag = "3")]
    pub other_log_level: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct LogRecord {
    #[prost(int32, tag = "1")]
    pub level: i32,
    #[prost(string, tag = "2")]
    pub target: String,
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(string, tag = "4")]
    pub fields_json: String,
    #[prost(int64, tag = "5")]
    pub unix_time_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Error {
    #[prost(string, tag = "1")]
    pub message: String,
    #[prost(int32, tag = "2")]
    pub grpc_status: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub grpc_details: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TlsOptions {
    #[prost(bytes = "vec", tag = "1")]
    pub server_ca: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub client_certificate: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub client_private_key: Vec<u8>,
    #[prost(string, tag = "4")]
    pub server_name: String,
    #[prost(bool, tag = "5")]
    pub disable_host_verification: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct ConnectOptions {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(string, tag = "2")]
    pub identity: String,
    #[prost(string, tag = "3")]
    pub api_key: String,
    #[prost(message, optional, tag = "4")]
    pub tls: Option<TlsOptions>,
    #[prost(map = "string, string", tag = "5")]
    pub metadata: HashMap<String, String>,
    #[prost(string, tag = "6")]
    pub client_version: String,
    #[prost(int64, tag = "7")]
    pub connect_timeout_ms: i64,
    #[prost(int64, tag = "8")]
    pub keep_alive_interval_ms: i64,
    #[prost(int64, tag = "9")]
    pub keep_alive_timeout_ms: i64,
    #[prost(bool, tag = "10")]
    pub skip_get_system_info: bool,
    #[prost(bool, tag = "11")]
    pub compress: bool,
    #[prost(uint32, tag = "12")]
    pub max_rpc_attempts: u32,
    #[prost(message, optional, tag = "13")]
    pub http_connect_proxy: Option<HttpConnectProxy>,
}

#[derive(Clone, PartialEq, Message)]
pub struct HttpConnectProxy {
    #[prost(string, tag = "1")]
    pub target_host: String,
    #[prost(string, tag = "2")]
    pub user: String,
    #[prost(string, tag = "3")]
    pub password: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct RpcCall {
    #[prost(string, tag = "1")]
    pub service: String,
    #[prost(string, tag = "2")]
    pub method: String,
    #[prost(bytes = "vec", tag = "3")]
    pub request: Vec<u8>,
    #[prost(int64, tag = "4")]
    pub timeout_ms: i64,
    #[prost(bool, tag = "5")]
    pub retry: bool,
    #[prost(map = "string, string", tag = "6")]
    pub metadata: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Poller {
    #[prost(uint32, tag = "1")]
    pub simple_maximum: u32,
    #[prost(uint32, tag = "2")]
    pub minimum: u32,
    #[prost(uint32, tag = "3")]
    pub maximum: u32,
    #[prost(uint32, tag = "4")]
    pub initial: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct WorkerOptions {
    #[prost(string, tag = "1")]
    pub namespace: String,
    #[prost(string, tag = "2")]
    pub task_queue: String,
    #[prost(string, tag = "3")]
    pub identity: String,
    #[prost(string, tag = "4")]
    pub deployment_name: String,
    #[prost(string, tag = "5")]
    pub build_id: String,
    #[prost(bool, tag = "6")]
    pub use_worker_versioning: bool,
    #[prost(int32, tag = "7")]
    pub default_versioning_behavior: i32,
    #[prost(uint32, tag = "8")]
    pub max_cached_workflows: u32,
    #[prost(uint32, tag = "9")]
    pub max_outstanding_workflow_tasks: u32,
    #[prost(uint32, tag = "10")]
    pub max_outstanding_activities: u32,
    #[prost(uint32, tag = "11")]
    pub max_outstanding_local_activities: u32,
    #[prost(uint32, tag = "12")]
    pub max_outstanding_nexus_tasks: u32,
    #[prost(message, optional, tag = "13")]
    pub workflow_task_poller: Option<Poller>,
    #[prost(message, optional, tag = "14")]
    pub activity_task_poller: Option<Poller>,
    #[prost(message, optional, tag = "15")]
    pub nexus_task_poller: Option<Poller>,
    #[prost(int64, tag = "16")]
    pub sticky_schedule_to_start_timeout_ms: i64,
    #[prost(int64, tag = "17")]
    pub max_heartbeat_throttle_interval_ms: i64,
    #[prost(int64, tag = "18")]
    pub default_heartbeat_throttle_interval_ms: i64,
    #[prost(double, tag = "19")]
    pub max_activities_per_second: f64,
    #[prost(double, tag = "20")]
    pub max_task_queue_activities_per_second: f64,
    #[prost(int64, tag = "21")]
    pub graceful_shutdown_period_ms: i64,
    #[prost(bool, tag = "22")]
    pub enable_workflows: bool,
    #[prost(bool, tag = "23")]
    pub enable_local_activities: bool,
    #[prost(bool, tag = "24")]
    pub enable_remote_activities: bool,
    #[prost(bool, tag = "25")]
    pub enable_nexus: bool,
    #[prost(bool, tag = "26")]
    pub nondeterminism_fails_workflow: bool,
    #[prost(bool, tag = "27")]
    pub disable_eager_activities: bool,
    #[prost(float, tag = "28")]
    pub nonsticky_to_sticky_poll_ratio: f32,
    #[prost(message, optional, tag = "29")]
    pub tuner: Option<Tuner>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Tuner {
    #[prost(message, optional, tag = "1")]
    pub workflow_tasks: Option<SlotSupplier>,
    #[prost(message, optional, tag = "2")]
    pub activities: Option<SlotSupplier>,
    #[prost(message, optional, tag = "3")]
    pub local_activities: Option<SlotSupplier>,
    #[prost(message, optional, tag = "4")]
    pub nexus_tasks: Option<SlotSupplier>,
    #[prost(message, optional, tag = "5")]
    pub resource_targets: Option<ResourceTargets>,
}

#[derive(Clone, PartialEq, Message)]
pub struct SlotSupplier {
    #[prost(uint32, tag = "1")]
    pub fixed_size: u32,
    #[prost(message, optional, tag = "2")]
    pub resource_based: Option<ResourceBasedSlots>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ResourceBasedSlots {
    #[prost(uint32, tag = "1")]
    pub minimum: u32,
    #[prost(uint32, tag = "2")]
    pub maximum: u32,
    #[prost(int64, tag = "3")]
    pub ramp_throttle_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct ResourceTargets {
    #[prost(double, tag = "1")]
    pub memory_usage: f64,
    #[prost(double, tag = "2")]
    pub cpu_usage: f64,
}

#[derive(Clone, PartialEq, Message)]
pub struct SlotContext {
    #[prost(string, tag = "1")]
    pub task_queue: String,
    #[prost(string, tag = "2")]
    pub worker_identity: String,
    #[prost(uint32, tag = "3")]
    pub issued_slots: u32,
    #[prost(bool, tag = "4")]
    pub is_sticky: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct SlotInfo {
    #[prost(string, tag = "1")]
    pub r#type: String,
    #[prost(string, tag = "2")]
    pub operation: String,
    #[prost(bool, tag = "3")]
    pub is_sticky: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    #[prost(map = "string, string", tag = "1")]
    pub entries: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct EnvConfigRequest {
    #[prost(bool, tag = "1")]
    pub has_toml: bool,
    #[prost(bytes = "vec", tag = "2")]
    pub toml: Vec<u8>,
    #[prost(string, tag = "3")]
    pub profile: String,
    #[prost(map = "string, string", tag = "4")]
    pub environment: HashMap<String, String>,
    #[prost(bool, tag = "5")]
    pub strict: bool,
    #[prost(string, tag = "6")]
    pub path: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct DataSource {
    #[prost(string, tag = "1")]
    pub path: String,
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct SecretIds {
    #[prost(string, tag = "1")]
    pub api_key: String,
    #[prost(string, tag = "2")]
    pub client_certificate: String,
    #[prost(string, tag = "3")]
    pub client_private_key: String,
    #[prost(string, tag = "4")]
    pub server_ca: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct ClientProfile {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(string, tag = "2")]
    pub namespace: String,
    #[prost(string, tag = "3")]
    pub api_key: String,
    #[prost(bool, tag = "4")]
    pub has_tls: bool,
    #[prost(bool, optional, tag = "5")]
    pub tls_disabled: Option<bool>,
    #[prost(message, optional, tag = "6")]
    pub client_certificate: Option<DataSource>,
    #[prost(message, optional, tag = "7")]
    pub client_private_key: Option<DataSource>,
    #[prost(message, optional, tag = "8")]
    pub server_ca: Option<DataSource>,
    #[prost(string, tag = "9")]
    pub server_name: String,
    #[prost(bool, tag = "10")]
    pub disable_host_verification: bool,
    #[prost(string, tag = "11")]
    pub codec_endpoint: String,
    #[prost(string, tag = "12")]
    pub codec_auth: String,
    #[prost(map = "string, string", tag = "13")]
    pub metadata: HashMap<String, String>,
    #[prost(message, optional, tag = "14")]
    pub secret_ids: Option<SecretIds>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TelemetryOptions {
    #[prost(map = "string, string", tag = "1")]
    pub resource: HashMap<String, String>,
    #[prost(message, optional, tag = "2")]
    pub metrics: Option<MetricsOptions>,
    #[prost(message, optional, tag = "3")]
    pub traces: Option<OtlpOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MetricsOptions {
    #[prost(oneof = "metrics_options::Exporter", tags = "1, 2, 3")]
    pub exporter: Option<metrics_options::Exporter>,
    #[prost(int64, tag = "4")]
    pub period_ms: i64,
    #[prost(bool, tag = "5")]
    pub durations_as_seconds: bool,
}

pub mod metrics_options {
    #[derive(Clone, PartialEq, prost::Oneof)]
    pub enum Exporter {
        #[prost(message, tag = "1")]
        Otlp(super::OtlpOptions),
        #[prost(message, tag = "2")]
        Prometheus(super::PrometheusOptions),
        #[prost(message, tag = "3")]
        Emf(super::EmfOptions),
    }
}

#[derive(Clone, PartialEq, Message)]
pub struct OtlpOptions {
    #[prost(string, tag = "1")]
    pub endpoint: String,
    #[prost(bool, tag = "2")]
    pub http: bool,
    #[prost(map = "string, string", tag = "3")]
    pub headers: HashMap<String, String>,
    #[prost(bool, tag = "4")]
    pub delta: bool,
    #[prost(bool, tag = "5")]
    pub gzip: bool,
    #[prost(int64, tag = "6")]
    pub timeout_ms: i64,
    #[prost(bool, tag = "7")]
    pub whole_url: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct PrometheusOptions {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(bool, tag = "2")]
    pub counters_total_suffix: bool,
    #[prost(bool, tag = "3")]
    pub unit_suffix: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct EmfOptions {
    #[prost(string, tag = "1")]
    pub namespace: String,
    #[prost(string, repeated, tag = "2")]
    pub dimensions: Vec<String>,
    #[prost(uint32, tag = "3")]
    pub max_metrics: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(oneof = "attribute::Value", tags = "2, 3, 4, 5")]
    pub value: Option<attribute::Value>,
}

pub mod attribute {
    #[derive(Clone, PartialEq, prost::Oneof)]
    pub enum Value {
        #[prost(string, tag = "2")]
        Text(String),
        #[prost(int64, tag = "3")]
        Whole(i64),
        #[prost(double, tag = "4")]
        Real(f64),
        #[prost(bool, tag = "5")]
        Truth(bool),
    }
}

#[derive(Clone, PartialEq, Message)]
pub struct Attributes {
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub struct SpanEvent {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int64, tag = "2")]
    pub unix_time_ns: i64,
    #[prost(message, repeated, tag = "3")]
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub struct SpanLink {
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    #[prost(uint32, tag = "3")]
    pub trace_flags: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Span {
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub parent_span_id: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub parent_is_remote: bool,
    #[prost(uint32, tag = "5")]
    pub trace_flags: u32,
    #[prost(string, tag = "6")]
    pub name: String,
    #[prost(int32, tag = "7")]
    pub kind: i32,
    #[prost(int64, tag = "8")]
    pub start_unix_ns: i64,
    #[prost(int64, tag = "9")]
    pub end_unix_ns: i64,
    #[prost(message, repeated, tag = "10")]
    pub attributes: Vec<Attribute>,
    #[prost(message, repeated, tag = "11")]
    pub events: Vec<SpanEvent>,
    #[prost(message, repeated, tag = "12")]
    pub links: Vec<SpanLink>,
    #[prost(bool, tag = "13")]
    pub failed: bool,
    #[prost(string, tag = "14")]
    pub failure: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct InstrumentOptions {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub description: String,
    #[prost(string, tag = "3")]
    pub unit: String,
    #[prost(int32, tag = "4")]
    pub kind: i32,
}
