#pragma once

#include <temporal/client/detail/workflow_ref.h>
#include <temporal/common/future.h>
#include <temporal/converter/payload_converter.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// \file
/// An activity that left its worker with `activity::complete_asynchronously`, completed from elsewhere.

namespace temporal::client {

/// Which activity is meant: its task token, or its ids. With an empty run id it is the workflow's current run.
struct AsyncActivityKey {
  std::string task_token = {};
  std::string workflow_id = {};
  std::string run_id = {};
  std::string activity_id = {};
};

/// What the server answers to a heartbeat.
struct AsyncActivityStatus {
  bool cancel_requested = false;  ///< its workflow asked for it: `report_cancellation`
  bool paused = false;            ///< an operator paused it
  bool reset = false;             ///< an operator reset it
};

/// One attempt of an activity. Cheap to copy. Thread-safe. All calls return at once; their futures throw `RpcError`,
/// with `GrpcStatus::not_found` for an activity that has ended, timed out or is not known.
class AsyncActivityHandle {
 public:
  AsyncActivityHandle(std::shared_ptr<detail::Session> session, AsyncActivityKey key)
      : session_(std::move(session)), key_(std::move(key)) {}

  /// Completes it with its result.
  template <class R>
  [[nodiscard]] Future<void> complete(const R& result) const {
    return complete_with(converter::to_payload(result));
  }
  /// Completes it without a result.
  [[nodiscard]] Future<void> complete() const { return complete_with(converter::null_payload()); }

  /// Fails the attempt, as throwing this from the activity does: the retry policy decides what follows.
  template <class E>
  [[nodiscard]] Future<void> fail(E error) const {
    return fail(std::make_exception_ptr(std::move(error)));
  }
  [[nodiscard]] Future<void> fail(const std::exception_ptr& error) const;

  /// Tells the server that it is alive and how far it is. Not throttled: each is a call.
  template <class... Details>
  [[nodiscard]] Future<AsyncActivityStatus> heartbeat(const Details&... details) const {
    return heartbeat_with(converter::to_payloads(details...));
  }

  /// Reports that it has stopped, because a heartbeat said that this is asked for.
  template <class... Details>
  [[nodiscard]] Future<void> report_cancellation(const Details&... details) const {
    return report_cancellation_with(converter::to_payloads(details...));
  }

 private:
  [[nodiscard]] Future<void> complete_with(Payload result) const;
  [[nodiscard]] Future<AsyncActivityStatus> heartbeat_with(std::vector<Payload> details) const;
  [[nodiscard]] Future<void> report_cancellation_with(std::vector<Payload> details) const;

  std::shared_ptr<detail::Session> session_;
  AsyncActivityKey key_;
};

}  // namespace temporal::client
