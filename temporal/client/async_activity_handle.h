#pragma once

#include <temporal/client/detail/workflow_ref.h>
#include <temporal/common/failure_errors.h>
#include <temporal/common/future.h>
#include <temporal/converter/payload_converter.h>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
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

namespace detail {

/// An error that is caught by a base, as throwing it from an activity sends it.
std::exception_ptr whole(const std::exception& error);

}  // namespace detail

/// One attempt of an activity. Cheap to copy. Thread-safe. All calls return at once, and throw a `ConfigurationError`
/// at once where the key names no activity; their futures throw `RpcError`, with `GrpcStatus::not_found` for an
/// activity that has ended, timed out or is not known.
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

  /// Fails the attempt, as throwing this from the activity does: the retry policy decides what follows. In a handler
  /// that knows only the base of what it caught, give it `std::current_exception()`.
  /// @throws std::invalid_argument for a pointer that is null.
  [[nodiscard]] Future<void> fail(const std::exception_ptr& error) const;
  template <class E>
  [[nodiscard]] Future<void> fail(const E& error) const {
    static_assert(
        !std::is_same_v<E, std::exception> && !std::is_same_v<E, Error> && !std::is_same_v<E, FailureError>,
        "AsyncActivityHandle::fail would send the base of an error alone, without its type and its data: give "
        "it std::current_exception() in place of what a handler caught by its base");
    if constexpr (std::is_base_of_v<std::exception, E>) {
      if (typeid(error) != typeid(E)) return fail(detail::whole(error));
    }
    return fail(std::make_exception_ptr(error));
  }

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
