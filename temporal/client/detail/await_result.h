#pragma once

#include <temporal/client/detail/workflow_ref.h>

#include <temporal/api/history/v1/message.pb.h>

#include <exception>
#include <memory>
#include <stop_token>
#include <string>

namespace temporal::client::detail {

/// Waits for a workflow's close event and, if asked to, follows the runs that it names. Outlasts a server that is away.
void await_result(std::shared_ptr<Session> session, const WorkflowKey& key, bool follow_runs, OnDone<Payload> done,
                  std::stop_token given_up);

/// What a close event means: how the run ended, and the run that goes on.
struct Close {
  std::exception_ptr failure = {};
  Payload value = {};
  std::string next_run_id = {};  ///< empty: this was the last
};
Close read_close_event(const temporal::api::history::v1::HistoryEvent& event);

}  // namespace temporal::client::detail
