#include "answers.h"

#include "interpreter.h"

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>

#include <array>
#include <condition_variable>
#include <random>
#include <utility>

namespace temporal::generated {
namespace {

using namespace std::chrono_literals;

constexpr Duration unit = 20ms;
const std::string prefix = "seed-";

/// How an activity or a child answers.
enum class Manner {
  at_once,
  badly,           ///< fails
  after_a_while,   ///< and lets nobody cancel it
  second_attempt,  ///< fails before; a child, which has one attempt, is terminated
  waits,           ///< until it is cancelled, or a limit
  waits_for_long,
  finishes,  ///< waits, and goes well though it is cancelled
  fails,     ///< waits, and fails when it is cancelled
};

Manner manner_of(const std::string& workflow_id, int number) {
  std::seed_seq chosen{static_cast<std::uint32_t>(seed_of(workflow_id)), static_cast<std::uint32_t>(number)};
  std::mt19937 random{chosen};
  using enum Manner;
  return std::array{at_once,        at_once, at_once, at_once, badly,          badly,    after_a_while, after_a_while,
                    second_attempt, waits,   waits,   waits,   waits_for_long, finishes, finishes,      fails}
      .at(random() % 16);
}

ApplicationError failure_of(int number) {
  return ApplicationError{"the failure of " + name_of_request(number), {.type = "Generated", .non_retryable = true}};
}

/// Waits until the activity is asked to stop; false when the time is over before.
bool told_to_stop(Duration limit) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  const auto stop = activity::stop_token();
  for (const auto end = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < end;) {
    if (!activity::info().is_local) activity::heartbeat();
    never.wait_for(lock, stop, 5ms, [] { return false; });
    if (stop.stop_requested()) return activity::cancellation_reason() != activity::CancellationReason::worker_shutdown;
  }
  return false;
}

std::string work(int number) {
  const auto manner = manner_of(activity::info().workflow_id, number);
  switch (manner) {
    case Manner::at_once:
      break;
    case Manner::badly:
      throw failure_of(number);
    case Manner::after_a_while:
      (void)told_to_stop(unit);
      break;
    case Manner::second_attempt:
      if (activity::info().attempt == 1) {
        throw ApplicationError{"the first attempt of " + name_of_request(number), {.next_retry_delay = 5ms}};
      }
      break;
    default:
      if (told_to_stop(manner == Manner::waits_for_long ? longest_answer : 3 * unit)) {
        if (manner == Manner::fails) throw failure_of(number);
        if (manner != Manner::finishes) activity::throw_if_cancelled();
      }
  }
  return result_of_request(number);
}

class Child {
 public:
  workflow::Task<std::string> run(int number) {
    const auto manner = manner_of(workflow::info().workflow_id, number);
    switch (manner) {
      case Manner::at_once:
        break;
      case Manner::badly:
        throw failure_of(number);
      case Manner::after_a_while:
        co_await workflow::CancellationScope::shielded().run(workflow::sleep(unit));
        break;
      case Manner::second_attempt:
        co_await workflow::execute_activity_named<void>("terminate", {.start_to_close_timeout = 1h}, {});
        co_await workflow::wait_condition([] { return false; });
        break;
      default:
        co_await waits(manner, number);
    }
    co_return result_of_request(number);
  }

 private:
  workflow::Task<> waits(Manner manner, int number) {
    std::exception_ptr cancelled;
    try {
      co_await workflow::sleep(manner == Manner::waits_for_long ? longest_answer : 3 * unit);
    } catch (const CancelledError&) {
      cancelled = std::current_exception();
    }
    if (!cancelled || manner == Manner::finishes) co_return;
    if (manner == Manner::fails) throw failure_of(number);
    std::rethrow_exception(cancelled);
  }
};

}  // namespace

Program program_of(std::uint64_t seed) { return make_program(Choices{Case::of_seed(seed).program}); }

std::string workflow_id_of(std::uint64_t seed, const std::string& suffix) {
  return prefix + std::to_string(seed) + "-" + suffix;
}
std::uint64_t seed_of(const std::string& workflow_id) { return std::stoull(workflow_id.substr(prefix.size())); }

std::unique_ptr<workflow::RunInterceptor> Instances::intercept_workflow(const workflow::Info& info) {
  if (info.workflow_type != "Generated") return nullptr;
  static const Program nothing{};
  const std::scoped_lock lock{mutex_};
  const auto seed = seed_of(info.workflow_id);
  auto found = programs_.find(seed);
  if (found == programs_.end()) found = programs_.emplace(seed, program_of(seed)).first;
  // A run that continues as new does so once.
  auto recorder = std::make_shared<Recorder>(info.continued_run_id.empty() ? found->second : nothing);
  recorder->before_patches = before_patches_;
  recorder->on_server = true;
  recorder->unit = unit;
  recorders_[info.run_id].push_back(recorder);
  Recorder::current = std::move(recorder);
  return nullptr;
}

Instances::Recorders Instances::of(const std::string& run_id) const {
  const std::scoped_lock lock{mutex_};
  const auto found = recorders_.find(run_id);
  return found == recorders_.end() ? Recorders{} : found->second;
}

worker::WorkerOptions worker_options(const client::Client& client, const std::string& task_queue,
                                     std::shared_ptr<Instances> instances) {
  worker::WorkerOptions options{.task_queue = task_queue};
  options.sticky_schedule_to_start_timeout = 1s;  // of a worker that has ended
  options.max_heartbeat_throttle_interval = unit;
  options.default_heartbeat_throttle_interval = unit;
  options.deadlock_timeout = {};  // no task is repeated because the machine stood still
  options.interceptors = {std::move(instances)};
  options.add_workflow(generated_definition());
  options.add_workflow(workflow::definition<Child>().run<&Child::run>());
  options.add_activity<work>();
  options.add_activity("terminate",
                       [client] { client.workflow_handle<RawValue>(activity::info().workflow_id).terminate().get(); });
  return options;
}

}  // namespace temporal::generated
