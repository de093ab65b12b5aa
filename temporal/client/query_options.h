#pragma once

#include <temporal/client/workflow_description.h>
#include <temporal/common/client_errors.h>

#include <string>

/// \file
/// What can be chosen about a query. See https://docs.temporal.io/sending-messages#sending-queries.

namespace temporal::client {

/// In which states of the workflow the server refuses a query with `QueryRejectedError`.
enum class QueryRejectCondition {
  none,                   ///< it asks workflows that have ended, too
  not_open,               ///< once the workflow has ended
  not_completed_cleanly,  ///< once it has ended otherwise than by completing
};

struct QueryOptions {
  QueryRejectCondition reject_condition = QueryRejectCondition::none;
};

/// A query was refused for the state of its workflow.
class QueryRejectedError : public QueryFailedError {
 public:
  explicit QueryRejectedError(WorkflowStatus status)
      : QueryFailedError("the query was rejected: the workflow is " + std::string{to_string(status)}),
        status_(status) {}

  [[nodiscard]] WorkflowStatus status() const noexcept { return status_; }

 private:
  WorkflowStatus status_;
};

}  // namespace temporal::client
