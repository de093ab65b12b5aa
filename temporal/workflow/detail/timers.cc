#include <temporal/workflow/detail/timers.h>

#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/context.h>

namespace temporal::workflow::detail {

class Timers::Timer final : public PendingCommand {
 public:
  Timer(std::uint32_t sequence, Timers& timers) noexcept : PendingCommand(sequence), timers_(timers) {}

 private:
  void on_cancel(const std::string& reason) override { timers_.cancel(sequence, reason); }
  Timers& timers_;
};

std::shared_ptr<PendingCommand> Timers::start(Duration duration, const TimerOptions& options) {
  auto timer = running_.add(context_.commands, *this);
  const auto& scope = context_.scheduler.scope;
  if (!scope->attach(*timer)) {
    running_.take(timer->sequence)->resolve(context_.scheduler, {}, cancelled_error("timer", scope->reason()));
    return timer;
  }
  if (duration < Duration::zero() || (duration == Duration::zero() && context_.facts.in_order())) {
    timer->detach();
    running_.take(timer->sequence)->resolve(context_.scheduler);
    return timer;
  }
  auto& command = context_.commands.add();
  auto& start = *command.mutable_start_timer();
  start.set_seq(timer->sequence);
  converter::set_duration(*start.mutable_start_to_fire_timeout(), duration);
  set_metadata(command, options.summary);
  return timer;
}

void Timers::fire(std::uint32_t sequence) {
  if (const auto timer = running_.take(sequence)) timer->resolve(context_.scheduler);
}

void Timers::cancel(std::uint32_t sequence, const std::string& reason) {
  context_.commands.add().mutable_cancel_timer()->set_seq(sequence);
  running_.take(sequence)->resolve(context_.scheduler, {}, cancelled_error("timer", reason));
}

}  // namespace temporal::workflow::detail
