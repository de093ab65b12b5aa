#pragma once

#include <temporal/client/detail/outcome.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace temporal::client::detail {

class Session;

/// Which update of which run.
struct UpdateKey {
  std::string workflow_id = {};
  std::string run_id = {};  ///< empty: the latest
  std::string update_id = {};
};

/// An update of a workflow, with its types erased.
class WorkflowUpdate {
 public:
  WorkflowUpdate() = default;
  WorkflowUpdate(std::shared_ptr<Session> session, UpdateKey key, std::optional<Outcome> outcome = {})
      : session_(std::move(session)), key_(std::move(key)), outcome_(std::move(outcome)) {}

  [[nodiscard]] const std::string& id() const noexcept { return key_.update_id; }
  [[nodiscard]] const std::string& workflow_id() const noexcept { return key_.workflow_id; }
  [[nodiscard]] const std::string& run_id() const noexcept { return key_.run_id; }

  void result(const OnOutcome& done, std::stop_token given_up) const;

 private:
  std::shared_ptr<Session> session_;
  UpdateKey key_;
  std::optional<Outcome> outcome_;  ///< where it was known at once
};

/// Runs once, on a thread of the connection: must not block or throw.
using OnUpdate = OnDone<WorkflowUpdate>;

}  // namespace temporal::client::detail
