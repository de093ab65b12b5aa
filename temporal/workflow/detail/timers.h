#pragma once

#include <temporal/common/duration.h>
#include <temporal/workflow/detail/command_table.h>
#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/timer.h>

#include <cstdint>
#include <memory>
#include <string>

namespace temporal::workflow::detail {

class Context;

/// The timers that run. A cancelled one is resolved with `CancelledError` at once: core brings no outcome for it.
class Timers {
 public:
  explicit Timers(Context& context) noexcept : context_(context) {}

  std::shared_ptr<PendingCommand> start(Duration duration, const TimerOptions& options);
  void fire(std::uint32_t sequence);

 private:
  class Timer;
  void cancel(std::uint32_t sequence, const std::string& reason);

  Context& context_;
  CommandTable<Timer> running_;
};

}  // namespace temporal::workflow::detail
