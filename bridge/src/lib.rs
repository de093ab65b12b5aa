//! A C boundary to Temporal's core. `include/temporal_bridge.h` is its contract.

mod channel;
mod ciphers;
mod connection;
mod emf;
mod envconfig;
mod error;
mod ffi;
mod goodbyes;
mod heartbeats;
mod log_fields;
mod meter;
mod metric;
mod options;
mod payloads;
mod polls;
mod replay;
mod rpc;
mod runtime;
mod slots;
mod span_queue;
mod spans;
mod telemetry;
mod trust;
mod worker;
mod worker_config;

/// `TEMPORAL_ABI_VERSION` of the C header, raised whenever the header or the messages change.
const ABI_VERSION: u32 = 12;

#[unsafe(no_mangle)]
pub extern "C" fn temporal_abi_version() -> u32 {
    ABI_VERSION
}

/// # Safety
/// `bytes` came from this library and were not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_bytes_free(bytes: ffi::Bytes) {
    unsafe { bytes.free() }
}
