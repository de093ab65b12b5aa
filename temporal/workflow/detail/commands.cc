#include <temporal/workflow/detail/commands.h>

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

namespace temporal::workflow::detail {

void set_metadata(coresdk::workflow_commands::WorkflowCommand& command, const std::string& summary,
                  const std::string& details) {
  const auto text = [](const std::string& value) { return converter::to_proto(converter::to_payload(value)); };
  if (!summary.empty()) *command.mutable_user_metadata()->mutable_summary() = text(summary);
  if (!details.empty()) *command.mutable_user_metadata()->mutable_details() = text(details);
}

}  // namespace temporal::workflow::detail
