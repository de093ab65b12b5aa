#include "history.h"

#include "driver.h"
#include "world.h"

#include <algorithm>
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

}  // namespace

bool is_rejection(const Command& command, const Task& task) {
  return command.has_update_response() && task.rejected.contains(command.update_response().protocol_instance_id());
}

Run run(const Program& program, const Case& made) {
  Run run;
  World world{Choices{made.world}, "Generated"};
  Driver driver{program};
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

std::optional<Activation> replayed(const Task& task, std::size_t step) {
  const auto& original = task.steps[step].activation;
  auto activation = original;
  activation.clear_jobs();
  activation.set_is_replaying(true);
  activation.clear_available_internal_flags();
  for (const auto flag : task.flags) activation.add_available_internal_flags(flag);
  const auto add_patches = [&] {
    if (step != 0) return;
    for (const auto& patch : task.patches) activation.add_jobs()->mutable_notify_has_patch()->set_patch_id(patch);
  };
  if (!original.jobs(0).has_initialize_workflow()) add_patches();
  for (const auto& job : original.jobs()) {
    if (!job.has_do_update()) {
      *activation.add_jobs() = job;
      if (job.has_initialize_workflow()) add_patches();
    }
  }
  // Updates are made from the events of their acceptance.
  std::vector<Job> sorted;
  for (const auto& id : task.accepted) {
    for (const auto& job : original.jobs()) {
      if (job.do_update().protocol_instance_id() != id || !job.has_do_update()) continue;
      sorted.push_back(job);
      sorted.back().mutable_do_update()->set_run_validator(false);
    }
  }
  // They go where signals end.
  int place = 0;
  while (place < activation.jobs_size() &&
         (activation.jobs(place).has_initialize_workflow() || activation.jobs(place).has_notify_has_patch() ||
          activation.jobs(place).has_signal_workflow())) {
    ++place;
  }
  std::vector<Job> jobs{activation.jobs().begin(), activation.jobs().end()};
  jobs.insert(jobs.begin() + place, sorted.begin(), sorted.end());
  activation.clear_jobs();
  for (auto& job : jobs) *activation.add_jobs() = std::move(job);
  return jobs.empty() ? std::nullopt : std::optional{activation};
}

}  // namespace temporal::generated
