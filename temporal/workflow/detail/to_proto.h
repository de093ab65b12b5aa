#pragma once

#include <temporal/common/versioning.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/activity.h>

#include <temporal/sdk/core/workflow_commands/workflow_commands.pb.h>

#include <optional>

/// \file
/// Options that commands of several kinds have, and their numbers on the wire.

namespace temporal::workflow::detail {

inline coresdk::workflow_commands::ActivityCancellationType to_proto(ActivityCancellationType type) {
  switch (type) {
    case ActivityCancellationType::try_cancel:
      return coresdk::workflow_commands::TRY_CANCEL;
    case ActivityCancellationType::wait_cancellation_completed:
      return coresdk::workflow_commands::WAIT_CANCELLATION_COMPLETED;
    case ActivityCancellationType::abandon:
      return coresdk::workflow_commands::ABANDON;
  }
  return coresdk::workflow_commands::TRY_CANCEL;
}

inline coresdk::common::VersioningIntent to_proto(std::optional<VersioningIntent> intent) {
  if (!intent) return coresdk::common::UNSPECIFIED;
  return *intent == VersioningIntent::compatible ? coresdk::common::COMPATIBLE : coresdk::common::DEFAULT;
}

/// What activities and local activities have in common.
template <class Command, class Options>
void set_activity_options(Command& command, const Options& options) {
  using converter::set_duration;
  if (options.schedule_to_close_timeout) {
    set_duration(*command.mutable_schedule_to_close_timeout(), *options.schedule_to_close_timeout);
  }
  if (options.schedule_to_start_timeout) {
    set_duration(*command.mutable_schedule_to_start_timeout(), *options.schedule_to_start_timeout);
  }
  if (options.start_to_close_timeout) {
    set_duration(*command.mutable_start_to_close_timeout(), *options.start_to_close_timeout);
  }
  if (options.retry_policy) *command.mutable_retry_policy() = converter::to_proto(*options.retry_policy);
  command.set_cancellation_type(to_proto(options.cancellation_type));
}

}  // namespace temporal::workflow::detail
