#ifndef TEMPORAL_BRIDGE_H
#define TEMPORAL_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The C boundary to Temporal's core. Options and errors are protobuf bytes of temporal_bridge.proto.
//
// Every pointer may be null and every size anything: bad input is an error, never undefined behaviour. A handle is
// valid from `new` or the connect callback until `free`; requests that are under way then still call back. All
// functions but `free` are thread-safe; freeing null does nothing.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TemporalRuntime TemporalRuntime;
typedef struct TemporalConnection TemporalConnection;
typedef struct TemporalWorker TemporalWorker;

enum TemporalCode {
  TEMPORAL_OK = 0,
  TEMPORAL_INVALID_ARGUMENT = 1,
  TEMPORAL_CONFIGURATION = 2,
  TEMPORAL_CONNECTION = 3,
  TEMPORAL_RPC = 4,
  TEMPORAL_TIMEOUT = 5,
  TEMPORAL_SHUTDOWN = 6,
  TEMPORAL_VALIDATION = 7,
  TEMPORAL_INTERNAL = 8
};

// Raised whenever this header or the messages change; temporal_abi_version() says what the library was built with.
#define TEMPORAL_ABI_VERSION 12

// Called exactly once for each request, on a thread of the runtime: it must not block. With TEMPORAL_OK, `data` is the
// result; else it is an Error. The bytes are gone when it returns. Where there is no runtime, because the handle is
// null or its runtime has ended, it is called on the thread that made the request, or that ends the runtime. A replay
// worker calls back before the request returns.
typedef void (*temporal_callback)(void* user, int32_t code, const uint8_t* data, size_t size);

// The same, with the new connection when the code is TEMPORAL_OK.
typedef void (*temporal_connect_callback)(void* user, TemporalConnection* connection, int32_t code, const uint8_t* data,
                                          size_t size);

// Called for each log record of core (a LogRecord), from any thread. It can outlive the runtime: core keeps it in the
// thread that made the runtime.
typedef void (*temporal_log_callback)(void* user, const uint8_t* data, size_t size);

// Called once, after the last log record, also when no runtime came to be.
typedef void (*temporal_log_release_callback)(void* user);

// Bytes that belong to the caller until temporal_bytes_free.
typedef struct TemporalBytes {
  uint8_t* data;
  size_t size;
} TemporalBytes;

uint32_t temporal_abi_version(void);
void temporal_bytes_free(TemporalBytes bytes);

// Functions that answer at once give a TemporalCode, and on failure an Error in `error`.

// RuntimeOptions. Without a `log`, or a level in the options, core's logs go nowhere.
int32_t temporal_runtime_new(const uint8_t* options, size_t size, temporal_log_callback log,
                             temporal_log_release_callback log_release, void* log_user, TemporalRuntime** runtime,
                             TemporalBytes* error);
void temporal_runtime_free(TemporalRuntime* runtime);

// TelemetryOptions: where the runtime's metrics and spans go. Before anything else uses the runtime, and once.
int32_t temporal_runtime_attach_telemetry(TemporalRuntime* runtime, const uint8_t* options, size_t size,
                                          TemporalBytes* error);
// Span: one that has ended. Without telemetry it is dropped.
int32_t temporal_runtime_end_span(const TemporalRuntime* runtime, const uint8_t* span, size_t size,
                                  TemporalBytes* error);
// Of the invocation that runs. Metrics that are written to a log say it.
int32_t temporal_runtime_set_request_id(const TemporalRuntime* runtime, const uint8_t* id, size_t size,
                                        TemporalBytes* error);
// Exports what there is, on a thread of its own, and answers when that is done or the time is over. One at a time:
// while one that was given up still goes on, the next fails at once.
void temporal_runtime_flush_telemetry(const TemporalRuntime* runtime, uint64_t timeout_ms, temporal_callback callback,
                                      void* user);

// Metrics of the caller's own.
typedef struct TemporalInstrument TemporalInstrument;

enum TemporalInstrumentKind {
  TEMPORAL_INSTRUMENT_COUNTER = 0,
  TEMPORAL_INSTRUMENT_UP_DOWN_COUNTER = 1,
  TEMPORAL_INSTRUMENT_HISTOGRAM = 2,
  TEMPORAL_INSTRUMENT_DURATION_HISTOGRAM = 3,  // values in seconds
  TEMPORAL_INSTRUMENT_GAUGE = 4,
};

// InstrumentOptions. Without telemetry there is none: it is null.
int32_t temporal_instrument_new(const TemporalRuntime* runtime, const uint8_t* options, size_t size,
                                TemporalInstrument** instrument, TemporalBytes* error);
// Attributes.
int32_t temporal_instrument_record(const TemporalInstrument* instrument, double value, const uint8_t* attributes,
                                   size_t size, TemporalBytes* error);
void temporal_instrument_free(TemporalInstrument* instrument);

// EnvConfigRequest -> ClientProfile
int32_t temporal_envconfig_load(const uint8_t* request, size_t size, TemporalBytes* profile_or_error);

// ConnectOptions
void temporal_connect(TemporalRuntime* runtime, const uint8_t* options, size_t size, temporal_connect_callback callback,
                      void* user);
// GetSystemInfo, once, without a retry.
void temporal_connection_probe(TemporalConnection* connection, uint64_t timeout_ms, temporal_callback callback,
                               void* user);
// What gives calls up. Thread-safe; may be freed while calls that were made with it are under way.
typedef struct TemporalCancellation TemporalCancellation;
TemporalCancellation* temporal_cancellation_new(void);
// Its calls, later ones too, end with the gRPC status CANCELLED and are reset at the server, but none before it has
// lasted `at_least_ms`. The first time counts.
void temporal_cancellation_cancel(const TemporalCancellation* cancellation, uint64_t at_least_ms);
void temporal_cancellation_free(TemporalCancellation* cancellation);

// RpcCall -> the response's bytes. The cancellation may be null.
void temporal_connection_rpc(TemporalConnection* connection, const uint8_t* call, size_t size,
                             const TemporalCancellation* cancellation, temporal_callback callback, void* user);
// For the calls from now on. An empty key is none.
int32_t temporal_connection_set_api_key(TemporalConnection* connection, const uint8_t* key, size_t size,
                                        TemporalBytes* error);
// Metadata, in place of what there was.
int32_t temporal_connection_set_metadata(TemporalConnection* connection, const uint8_t* metadata, size_t size,
                                         TemporalBytes* error);
// For the workers from now on.
int32_t temporal_connection_set_identity(TemporalConnection* connection, const uint8_t* identity, size_t size,
                                         TemporalBytes* error);
// How often the server has answered a call, and how long the way there and back is: the longest of the last 8 calls that
// it answers at once, from 100 ms, which is taken before there are any, to 2 s.
int32_t temporal_connection_pulse(TemporalConnection* connection, uint64_t* answers, uint64_t* way_ms,
                                  TemporalBytes* error);
// Has the server end the polls of the connection's workers at a time from now, or up to 1 s and the way later: none is
// shorter than 1.5 s and the way. A task that comes moves the time to `after_a_task_ms` after it, but not beyond the last one. Polls that
// were held back go on.
int32_t temporal_connection_limit_polls(TemporalConnection* connection, uint64_t from_now_ms, uint64_t after_a_task_ms,
                                        uint64_t at_most_from_now_ms, TemporalBytes* error);
// Holds new polls back, until they are limited again or a worker begins to shut down, tells the server that sticky
// queues end, and answers when no poll is under way any more: one byte, 1 when a task came since the polls were
// limited. A worker that then shuts down loses no task.
void temporal_connection_hold_polls(TemporalConnection* connection, temporal_callback callback, void* user);
void temporal_connection_free(TemporalConnection* connection);

typedef struct TemporalSlotRequest TemporalSlotRequest;

enum TemporalSlotKind {
  TEMPORAL_SLOT_WORKFLOW = 0,
  TEMPORAL_SLOT_ACTIVITY = 1,
  TEMPORAL_SLOT_LOCAL_ACTIVITY = 2,
  TEMPORAL_SLOT_NEXUS = 3
};

// Slots that the caller hands out, where WorkerOptions.tuner leaves it to them. All are called from any thread, and
// none may block. A permit is what the caller likes, but not null.
typedef struct TemporalSlotSuppliers {
  void* user;
  // Asks for a slot (a SlotContext). The request is owed one temporal_slot_request_answer, from any thread.
  void (*reserve)(void* user, int32_t kind, const uint8_t* context, size_t size, uint64_t id,
                  TemporalSlotRequest* request);
  // Nobody waits for that request any more. It is still owed its answer.
  void (*cancel)(void* user, uint64_t id);
  // The permit of a slot that is free now (a SlotContext), or null.
  void* (*try_reserve)(void* user, int32_t kind, const uint8_t* context, size_t size);
  // The slot has a task (a SlotInfo).
  void (*mark_used)(void* user, int32_t kind, void* permit, const uint8_t* info, size_t size);
  // Once for each permit, never from within an answer: the slot is free again. No info: it never had a task.
  void (*release)(void* user, int32_t kind, void* permit, const uint8_t* info, size_t size);
  // Once, after all others, also when no worker came to be.
  void (*free)(void* user);
} TemporalSlotSuppliers;

// Null says that the supplier failed: it is asked again after a second.
void temporal_slot_request_answer(TemporalSlotRequest* request, void* permit);

// WorkerOptions; `suppliers` may be null.
int32_t temporal_worker_new(TemporalRuntime* runtime, TemporalConnection* connection, const uint8_t* options,
                            size_t size, const TemporalSlotSuppliers* suppliers, TemporalWorker** worker,
                            TemporalBytes* error);
int32_t temporal_worker_new_replay(TemporalRuntime* runtime, const uint8_t* options, size_t size,
                                   TemporalWorker** worker, TemporalBytes* error);
// Answers the run's id.
void temporal_worker_push_history(TemporalWorker* worker, const uint8_t* workflow_id, size_t id_size,
                                  const uint8_t* history, size_t size, temporal_callback callback, void* user);
void temporal_worker_close_histories(TemporalWorker* worker);
void temporal_worker_validate(TemporalWorker* worker, temporal_callback callback, void* user);
// Polls wait on the thread that calls, which must not be one of the runtime: core wakes it itself, and a task waits for
// no other thread. TEMPORAL_SHUTDOWN says that no more tasks will come.
int32_t temporal_worker_poll_workflow_activation(TemporalWorker* worker, TemporalBytes* activation_or_error);
void temporal_worker_complete_workflow_activation(TemporalWorker* worker, const uint8_t* completion, size_t size,
                                                  temporal_callback callback, void* user);
int32_t temporal_worker_poll_activity_task(TemporalWorker* worker, TemporalBytes* task_or_error);
void temporal_worker_complete_activity_task(TemporalWorker* worker, const uint8_t* completion, size_t size,
                                            temporal_callback callback, void* user);
int32_t temporal_worker_poll_nexus_task(TemporalWorker* worker, TemporalBytes* task_or_error);
void temporal_worker_complete_nexus_task(TemporalWorker* worker, const uint8_t* completion, size_t size,
                                         temporal_callback callback, void* user);
// May be called as often as one likes: of a flood, the first and the latest reach core.
int32_t temporal_worker_record_activity_heartbeat(TemporalWorker* worker, const uint8_t* heartbeat, size_t size,
                                                  TemporalBytes* error);
int32_t temporal_worker_request_workflow_eviction(TemporalWorker* worker, const uint8_t* run_id, size_t size,
                                                  TemporalBytes* error);
int32_t temporal_worker_replace_client(TemporalWorker* worker, TemporalConnection* connection, TemporalBytes* error);
int32_t temporal_worker_initiate_shutdown(TemporalWorker* worker, TemporalBytes* error);
// Waits for requests under way and for core's own clean-up, no longer than the limit.
void temporal_worker_finalize(TemporalWorker* worker, uint64_t timeout_ms, temporal_callback callback, void* user);
void temporal_worker_free(TemporalWorker* worker);

// The payloads of a message, for a codec. The kind says which message it is: workflow_activation, workflow_completion,
// activity_task, activity_completion, activity_heartbeat, history, and of a call request/METHOD or response/METHOD. Search
// attributes are left out, and headers unless they are asked for. `payloads` becomes null where there are none.
typedef struct TemporalPayloads TemporalPayloads;
int32_t temporal_payloads_take(const uint8_t* kind, size_t kind_size, const uint8_t* message, size_t size,
                               bool with_headers, TemporalPayloads** payloads, TemporalBytes* taken_or_error);
// As many as were taken, in their order. Ends the handle, also with an error.
int32_t temporal_payloads_put(TemporalPayloads* payloads, const uint8_t* given, size_t size,
                              TemporalBytes* message_or_error);
void temporal_payloads_free(TemporalPayloads* payloads);

// AES-256 in Galois/Counter Mode: 12 bytes of nonce, the text, 16 bytes of tag. A key has 32 bytes.
int32_t temporal_aes256gcm_seal(const uint8_t* key, size_t key_size, const uint8_t* text, size_t size,
                                TemporalBytes* sealed_or_error);
int32_t temporal_aes256gcm_open(const uint8_t* key, size_t key_size, const uint8_t* sealed, size_t size,
                                TemporalBytes* text_or_error);
// RFC 1950. What would become larger than `most` is an error.
int32_t temporal_zlib_compress(const uint8_t* text, size_t size, TemporalBytes* compressed_or_error);
int32_t temporal_zlib_decompress(const uint8_t* compressed, size_t size, size_t most, TemporalBytes* text_or_error);

#ifdef __cplusplus
}
#endif

#endif
