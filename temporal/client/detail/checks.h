#pragma once

#include <temporal/client/interceptor.h>
#include <temporal/client/rpc_options.h>

#include <string>

/// \file
/// What can be seen to be wrong with a call before it is sent. The server's limits of length are its own, and it says
/// so itself.

namespace temporal::client::detail {

/// What protobuf would send although nobody could read it.
/// @throws ConfigurationError that names the field and does not show the text
void check_text(const std::string& field, const std::string& text);

/// The same for a text that there has to be.
void check_name(const std::string& field, const std::string& text);

// @throws ConfigurationError that names the field
void validate(const StartWorkflowInput& input);
void validate(const UpdateWithStartInput& input);
void validate(const SignalWorkflowInput& input);
void validate(const QueryWorkflowInput& input);
void validate(const StartUpdateInput& input);
void validate(const CancelWorkflowInput& input);
void validate(const TerminateWorkflowInput& input);
void validate(const DescribeWorkflowInput& input);
void validate(const HistoryOptions& options);
void validate(const RpcOptions& options);

}  // namespace temporal::client::detail
