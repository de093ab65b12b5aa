#pragma once

#include <temporal/common/headers.h>
#include <temporal/common/payload.h>
#include <temporal/workflow/activity.h>
#include <temporal/workflow/detail/command_table.h>
#include <temporal/workflow/detail/pending.h>

#include <temporal/sdk/core/activity_result/activity_result.pb.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::workflow::detail {

class Context;

/// What an activity ends with that was cancelled before core knew of it: the same error as one that was cancelled
/// later.
std::exception_ptr cancelled_activity(std::string_view type, const std::string& id, std::exception_ptr cause);

/// The activities that run. Core answers a cancellation with an outcome, when the activity's cancellation type says.
class Activities {
 public:
  explicit Activities(Context& context) noexcept : context_(context) {}

  std::shared_ptr<PendingCommand> schedule(std::string_view type, const ActivityOptions& options,
                                           std::vector<Payload> arguments, Headers headers);
  void resolve(std::uint32_t sequence, const coresdk::activity_result::ActivityResolution& outcome);

 private:
  class Activity;

  Context& context_;
  CommandTable<Activity> running_;
};

}  // namespace temporal::workflow::detail
