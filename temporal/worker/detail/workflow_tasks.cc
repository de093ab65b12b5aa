#include <temporal/worker/detail/workflow_tasks.h>

#include <temporal/common/type_name.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

namespace temporal::worker::detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration never = 24h * 365;

}  // namespace

WorkflowTasks::RunName::RunName(const Turn& turn)
    : workflow_type(turn.workflow_type()), workflow_id(turn.workflow_id()), run_id(turn.run_id()) {}

WorkflowTasks::WorkflowTasks(WorkflowRunner runner, Duration limit, Outside outside)
    : runner_(std::move(runner)),
      limit_(limit > Duration::zero() ? limit : never),
      watchdog_(limit_),
      outside_(std::move(outside)) {}

bool WorkflowTasks::has_limit() const noexcept { return limit_ != never; }

bool WorkflowTasks::handle(const std::string& activation) {
  std::string run_id;
  bool replaced = true;
  {
    auto turn = runner_.begin(activation);
    run_id = turn.run_id();
    std::string completion;
    const auto run_turn = [&] { completion = run(turn); };
    const auto give_up = [&, thread = std::this_thread::get_id()] { replaced = take_over(turn, thread); };
    bool in_time = false;
    {
      const UnderWay under_way{*this, turn};
      in_time = watchdog_.watch(run_turn, give_up);
      if (in_time) outside_.answer(run_id, completion);
    }
    if (in_time) {
      if (turn.is_eviction()) outside_.evicted(run_id);
      runner_.keep(std::move(turn));
      return true;
    }
  }
  const std::scoped_lock lock{mutex_};
  stuck_.erase(std::ranges::find(stuck_, run_id, &RunName::run_id));
  return !replaced;
}

std::string WorkflowTasks::run(Turn& turn) {
  try {
    return turn.run();
  } catch (const std::exception& error) {  // what it did does not fit into a message, or into memory
    return WorkflowRunner::refused(turn.run_id(), temporal::detail::type_name(typeid(error)));
  }
}

/// On the watchdog's thread, while the one that polls workflow tasks is stuck in this turn.
/// @return false when there is no thread that could poll in its place: then it goes on itself, once it can.
bool WorkflowTasks::take_over(const Turn& turn, std::thread::id stuck) {
  const RunName name{turn};
  log_run("a workflow did not yield in time: its task is given up", name);
  outside_.answer(turn.run_id(), turn.give_up(limit_));
  {
    const std::scoped_lock lock{mutex_};
    turn_ = nullptr;
    stuck_.push_back(name);
  }
  try {
    outside_.poll_instead_of(stuck);
    return true;
  } catch (const std::system_error& error) {
    outside_.log.error("there is no thread to poll workflow tasks with while a workflow does not yield",
                       {{"error", error.what()}});
    return false;
  }
}

WorkflowTasks::UnderWay::UnderWay(WorkflowTasks& tasks, const Turn& turn) : tasks_(tasks), turn_(turn) {
  const std::scoped_lock lock{tasks_.mutex_};
  tasks_.turn_ = &turn_;
}

WorkflowTasks::UnderWay::~UnderWay() {
  const std::scoped_lock lock{tasks_.mutex_};
  if (tasks_.turn_ == &turn_) tasks_.turn_ = nullptr;  // else it was given up, and may be another one's
}

bool WorkflowTasks::is_busy() const {
  const std::scoped_lock lock{mutex_};
  return turn_ != nullptr;
}

void WorkflowTasks::abandon() {
  const std::scoped_lock lock{mutex_};
  if (turn_ != nullptr) stuck_.emplace_back(*turn_);
}

bool WorkflowTasks::log_stuck() const {
  std::vector<RunName> stuck;  // the log is the user's: it is written to without the lock
  {
    const std::scoped_lock lock{mutex_};
    stuck = stuck_;
  }
  for (const auto& run : stuck) log_run("a workflow did not yield and was abandoned", run);
  return !stuck.empty();
}

void WorkflowTasks::log_run(std::string_view message, const RunName& run) const {
  outside_.log.error(message,
                     {{"workflow_type", run.workflow_type}, {"workflow_id", run.workflow_id}, {"run_id", run.run_id}});
}

}  // namespace temporal::worker::detail
