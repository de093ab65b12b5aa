#pragma once

#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/activity.h>
#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/to_proto.h>

#include <temporal/sdk/core/workflow_commands/workflow_commands.pb.h>

/// \file
/// The options that activities and local activities have in common.

namespace temporal::workflow::detail {

/// Throws `std::invalid_argument` for what the server would refuse, again and again.
template <class Options>
const Check& check(const Check& check, const Options& options) {
  const auto chosen = [](const std::optional<Duration>& timeout) { return timeout && *timeout != Duration::zero(); };
  if (check.needed() && !chosen(options.start_to_close_timeout) && !chosen(options.schedule_to_close_timeout)) {
    check.fail("set start_to_close_timeout or schedule_to_close_timeout in its options");
  }
  return check.text("activity_id", options.activity_id)
      .duration("start_to_close_timeout", options.start_to_close_timeout)
      .duration("schedule_to_close_timeout", options.schedule_to_close_timeout)
      .duration("schedule_to_start_timeout", options.schedule_to_start_timeout)
      .text("summary", options.summary);
}

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

/// `Command` is the one of either kind.
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
