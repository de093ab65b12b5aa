#pragma once

#include <temporal/client/detail/workflow_update.h>
#include <temporal/common/future.h>

#include <string>
#include <utility>

/// \file
/// An update that was sent to a workflow. See https://docs.temporal.io/sending-messages#sending-updates.

namespace temporal::client {

/// How far an update has to be before `WorkflowHandle::start_update` gives its handle.
enum class UpdateStage {
  accepted,   ///< the validator has let it pass, or has rejected it: `result` then says why. It waits for a worker
  completed,  ///< the handler has returned or failed
};

struct UpdateOptions {
  std::string id = {};  ///< two updates of one id are one update; empty: a random one
  UpdateStage wait_for_stage = UpdateStage::accepted;
};

/// An update whose result is an `R`. Cheap to copy; copies mean the same update. Thread-safe.
template <class R>
class WorkflowUpdateHandle {
 public:
  explicit WorkflowUpdateHandle(detail::WorkflowUpdate update) : update_(std::move(update)) {}

  [[nodiscard]] const std::string& id() const noexcept { return update_.id(); }
  [[nodiscard]] const std::string& workflow_id() const noexcept { return update_.workflow_id(); }
  /// The run that the update went to; empty: the latest.
  [[nodiscard]] const std::string& workflow_run_id() const noexcept { return update_.run_id(); }

  /// Waits for what the handler returns. May be called any number of times.
  /// @throws UpdateFailedError, whose cause says why, when it was rejected or failed, RpcError and DecodeError.
  [[nodiscard]] Future<R> result() const {
    const temporal::detail::Promise<R> promise;
    update_.result(detail::decode(promise), detail::given_up(promise));
    return promise.future();
  }

 private:
  detail::WorkflowUpdate update_;
};

}  // namespace temporal::client
