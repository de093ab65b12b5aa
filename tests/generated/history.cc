#include "history.h"

#include "driver.h"
#include "world.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace temporal::generated {
namespace {

constexpr int most_tasks = 60;

void note(Task& task, const Command& command) {
  if (!command.has_update_response()) return;
  const auto& response = command.update_response();
  if (response.has_accepted()) task.accepted.push_back(response.protocol_instance_id());
  if (response.has_rejected() &&
      std::ranges::find(task.accepted, response.protocol_instance_id()) == task.accepted.end()) {
    task.rejected.insert(response.protocol_instance_id());
  }
}

/// An update that a handler failed has been accepted, perhaps in an earlier task.
bool in_this_task(const Task& task, const std::string& id) {
  return std::ranges::any_of(task.steps, [&](const Step& step) {
    return std::ranges::any_of(step.activation.jobs(),
                               [&](const Job& job) { return job.do_update().protocol_instance_id() == id; });
  });
}

void close(Task& task) {
  std::erase_if(task.rejected, [&](const std::string& id) { return !in_this_task(task, id); });
  task.recorded = std::ranges::any_of(task.steps, [&](const Step& step) {
    return !is_query(step.activation) &&
           (std::ranges::any_of(step.activation.jobs(),
                                [&](const Job& job) {
                                  return !job.has_do_update() ||
                                         !task.rejected.contains(job.do_update().protocol_instance_id());
                                }) ||
            std::ranges::any_of(step.commands, [&](const Command& command) { return !is_rejection(command, task); }));
  });
}

/// Whether nothing that the task did is in history.
bool is_quiet(const Task& task) {
  return std::ranges::all_of(task.steps, [](const Step& step) {
    return std::ranges::none_of(step.activation.jobs(),
                                [](const Job& job) { return job.resolve_activity().is_local(); }) &&
           std::ranges::all_of(step.commands, [](const Command& command) {
             return command.has_schedule_local_activity() || command.has_request_cancel_local_activity() ||
                    command.has_respond_to_query();
           });
  });
}

/// Whether history has nothing between the two that came from elsewhere.
void join(Task& task, const Task& next) {
  const auto& jobs = next.steps[0].activation.jobs();
  const bool news = std::ranges::any_of(
      jobs, [](const Job& job) { return !job.has_do_update() && !job.resolve_activity().is_local(); });
  task.one_with_next = task.heartbeat && is_quiet(task) && !news && next.accepted.empty();
}

/// The first activation of which something comes in a replay.
std::size_t first_replayed(const Task& task) {
  std::size_t step = 0;
  while (std::ranges::all_of(task.steps[step].activation.jobs(),
                             [&](const Job& job) {
                               return job.has_do_update() &&
                                      task.rejected.contains(job.do_update().protocol_instance_id());
                             }) &&
         step + 1 < task.steps.size()) {
    ++step;
  }
  return step;
}

}  // namespace

bool is_rejection(const Command& command, const Task& task) {
  return command.has_update_response() && task.rejected.contains(command.update_response().protocol_instance_id());
}

Run run(const Program& program, const Case& made, bool before_patches) {
  Run run;
  World world{Choices{made.world}, "Generated"};
  Driver driver{program, {}, before_patches};
  std::set<std::uint32_t> known;  // flags that core thinks to have written
  std::set<std::uint32_t> recorded;
  Activation activation;
  const auto step = [&](Task& task) {
    if (task.original_rules) activation.set_is_replaying(true);
    for (const auto flag : known) activation.add_available_internal_flags(flag);
    auto commands = driver.activate(activation);
    if (run.problem.empty() && !task.original_rules) run.problem = driver.problem();
    if (!is_query(activation)) {
      for (const auto& command : commands) note(task, command);
      if (const auto refused = world.take(commands); run.problem.empty() && !is_known(refused)) run.problem = refused;
    }
    task.steps.push_back({.activation = activation, .commands = std::move(commands)});
  };
  while (run.problem.empty() && run.tasks.size() < most_tasks && world.next_task(activation)) {
    auto& task = run.tasks.emplace_back();
    task.original_rules = run.tasks.size() <= world.tasks_by_original_rules();
    do step(task);
    while (run.problem.empty() && world.next_of_task(activation));
    close(task);
    task.heartbeat = world.heartbeat();
    // A task that the server has not made for updates alone stays in history.
    task.recorded =
        task.recorded || task.heartbeat || (run.tasks.size() > 1 && run.tasks[run.tasks.size() - 2].heartbeat);
    if (run.tasks.size() > 1) join(run.tasks[run.tasks.size() - 2], task);
    task.patches = world.patches_of_task();
    if (const auto wrong = world.end_task(task.recorded); run.problem.empty()) run.problem = wrong;
    for (const auto flag : driver.take_used_flags()) {
      // Core writes a flag once, and does not notice when the server throws a task away in which only updates were
      // rejected.
      if (known.insert(flag).second && task.recorded) recorded.insert(flag);
    }
    task.flags = recorded;
    if (task.original_rules) driver.forgive();
    while (run.problem.empty() && world.query(activation)) step(task);
  }
  run.trace = driver.recorder().trace;
  return run;
}

const Task& last_of(const Run& run, std::size_t task) {
  while (run.tasks[task].one_with_next) ++task;
  return run.tasks[task];
}

std::optional<Activation> replayed(const Run& run, std::size_t place, std::size_t step) {
  const auto& task = run.tasks[place];
  const auto& facts = last_of(run, place);
  const auto& original = task.steps[step].activation;
  auto activation = original;
  activation.set_is_replaying(true);
  activation.clear_available_internal_flags();
  for (const auto flag : facts.flags) activation.add_available_internal_flags(flag);
  if (&facts != &task) {
    *activation.mutable_timestamp() = facts.steps[0].activation.timestamp();
    activation.set_history_length(facts.steps[0].activation.history_length());
  }

  // In the order in which core sorts them.
  std::vector<Job> jobs;
  const auto copy = [&](const auto& belongs) {
    std::ranges::copy_if(original.jobs(), std::back_inserter(jobs), belongs);
  };
  copy([](const Job& job) { return job.has_initialize_workflow(); });
  if (step == first_replayed(task) && (place == 0 || !run.tasks[place - 1].one_with_next)) {
    for (const auto& patch : facts.patches) jobs.emplace_back().mutable_notify_has_patch()->set_patch_id(patch);
  }
  copy([](const Job& job) { return job.has_signal_workflow(); });
  for (const auto& id : task.accepted) {  // they are made from the events of their acceptance
    const auto before = jobs.size();
    copy([&](const Job& job) { return job.has_do_update() && job.do_update().protocol_instance_id() == id; });
    if (jobs.size() > before) jobs.back().mutable_do_update()->set_run_validator(false);
  }
  copy([](const Job& job) {
    return !job.has_initialize_workflow() && !job.has_signal_workflow() && !job.has_do_update();
  });
  activation.mutable_jobs()->Assign(jobs.begin(), jobs.end());
  return jobs.empty() ? std::nullopt : std::optional{activation};
}

}  // namespace temporal::generated
