#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/workflow/detail/command_table.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/interceptor.h>
#include <temporal/workflow/local_activity.h>

#include <temporal/sdk/core/activity_result/activity_result.pb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace temporal::workflow::detail {

class Context;

/// The local activities that run. When core says that the wait before the next attempt is too long for a workflow task,
/// it is a timer here, and the next attempt a new command:
///
///   attempt ──outcome──▶ done
///      ▲  └──back off──▶ timer
///      └──────────────────┘
class LocalActivities {
 public:
  explicit LocalActivities(Context& context) noexcept : context_(context) {}

  std::shared_ptr<LocalActivity> start(ScheduleLocalActivityInput input);
  void resolve(std::uint32_t sequence, const coresdk::activity_result::ActivityResolution& outcome);

 private:
  struct Call {
    ScheduleLocalActivityInput input;
    std::string id = {};  ///< the same for all attempts
  };
  /// Which attempt comes next, after which wait.
  struct BackOff {
    std::uint32_t attempt;
    Duration wait;
    Timestamp original_schedule_time;
  };
  class Attempt;

  Routine run(std::shared_ptr<LocalActivity> activity, Call call);
  std::shared_ptr<Attempt> schedule(Call& call, const std::optional<BackOff>& previous);

  Context& context_;
  CommandTable<Attempt> running_;
};

}  // namespace temporal::workflow::detail
