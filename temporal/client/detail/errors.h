#pragma once

#include <temporal/core/error.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace temporal::client::detail {

/// The call had no answer in time. A long poll that ends so is only asked again.
bool is_timeout(const core::Error& error);

/// The same, or the server was away for as long as core retries a call. Who only waits asks again.
bool is_no_answer(const core::Error& error);

/// An error of the bridge as the exception that users see.
std::exception_ptr to_public(const core::Error& error);

/// The same for an error of a call that is about a workflow, of which there may be none.
std::exception_ptr to_workflow_error(const core::Error& error);

/// The same for an error of StartWorkflowExecution, which may say that the workflow runs already.
std::exception_ptr to_start_error(const core::Error& error, const std::string& workflow_id);

/// The same for an error of QueryWorkflow, which may hold what the handler threw.
std::exception_ptr to_query_error(const core::Error& error);

/// Of an error of ExecuteMultiOperation, the one of the operation that failed first.
core::Error failed_operation(const core::Error& error);

/// The first detail of this message type in a serialized `google.rpc.Status`, serialized itself. Its message is part of
/// no proto that we generate, so it is read field by field.
std::optional<std::string> find_detail(const std::string& status, std::string_view message_type);

}  // namespace temporal::client::detail
