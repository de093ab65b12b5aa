#pragma once

#include <temporal/client/detail/workflow_ref.h>

#include <temporal/api/history/v1/message.pb.h>

#include <memory>
#include <optional>
#include <string>

namespace temporal::client::detail {

/// Waits for a workflow's close event and follows the runs that it names.
void await_result(std::shared_ptr<Session> session, const WorkflowKey& key, OnOutcome done);

/// What a close event means: the run that goes on, or how the workflow ended.
struct Close {
  std::optional<std::string> next_run_id = {};
  Outcome outcome = {};
};
Close read_close_event(const temporal::api::history::v1::HistoryEvent& event);

}  // namespace temporal::client::detail
