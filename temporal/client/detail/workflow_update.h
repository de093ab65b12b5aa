#pragma once

#include <temporal/client/detail/typed_call.h>
#include <temporal/client/started.h>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace temporal::client::detail {

class Session;

/// An update of a workflow, with its types erased.
class WorkflowUpdate {
 public:
  WorkflowUpdate() = default;
  WorkflowUpdate(std::shared_ptr<Session> session, StartedUpdate started)
      : session_(std::move(session)), started_(std::move(started)) {}

  [[nodiscard]] const std::string& id() const noexcept { return started_.update_id; }
  [[nodiscard]] const std::string& workflow_id() const noexcept { return started_.workflow_id; }
  [[nodiscard]] const std::string& run_id() const noexcept { return started_.run_id; }

  void result(const OnDone<Payload>& done, std::stop_token given_up) const;

 private:
  std::shared_ptr<Session> session_;
  StartedUpdate started_;
};

}  // namespace temporal::client::detail
