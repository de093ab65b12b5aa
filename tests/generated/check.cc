#include "check.h"

#include "driver.h"
#include "events.h"
#include "world.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <utility>

namespace temporal::generated {
namespace {

struct Step {
  Activation activation;
  Commands commands;
};

/// A workflow task: what core gave for it, and what came of it.
struct Task {
  std::vector<Step> steps;
  std::vector<std::string> patches;   ///< whose markers it wrote
  std::vector<std::string> accepted;  ///< updates, in the order in which they were
  std::set<std::string> rejected;     ///< updates that history does not know
  bool recorded = true;               ///< false: nothing of it is in history
};

struct Run {
  std::vector<Task> tasks;
  std::vector<std::string> trace;
  std::string problem;
};

constexpr int most_tasks = 60;

bool is_rejection(const Command& command, const Task& task) {
  return command.has_update_response() && task.rejected.contains(command.update_response().protocol_instance_id());
}

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

Run run(const Program& program, const Case& made) {
  Run run;
  World world{Choices{made.world}, "Generated"};
  Driver driver{program};
  Activation activation;
  const auto step = [&](Task& task) {
    auto commands = driver.activate(activation);
    if (run.problem.empty()) run.problem = driver.problem();
    if (!is_query(activation)) {
      for (const auto& command : commands) note(task, command);
      if (const auto refused = world.take(commands); run.problem.empty()) run.problem = refused;
    }
    task.steps.push_back({.activation = activation, .commands = std::move(commands)});
  };
  while (run.problem.empty() && run.tasks.size() < most_tasks && world.next_task(activation)) {
    auto& task = run.tasks.emplace_back();
    do step(task);
    while (run.problem.empty() && world.next_of_task(activation));
    close(task);
    task.patches = world.patches_of_task();
    if (const auto wrong = world.end_task(task.recorded); run.problem.empty()) run.problem = wrong;
    while (run.problem.empty() && world.query(activation)) step(task);
  }
  run.trace = driver.recorder().trace;
  return run;
}

/// An activation as it comes in a replay of its task. Nothing when nothing of it comes.
std::optional<Activation> replayed(const Task& task, std::size_t step) {
  const auto& original = task.steps[step].activation;
  auto activation = original;
  activation.clear_jobs();
  activation.set_is_replaying(true);
  std::vector<Job> updates;
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

std::vector<std::string> to_bytes(const Commands& commands, const Task& task, bool rejections) {
  std::vector<std::string> bytes;
  for (const auto& command : commands) {
    if (rejections || !is_rejection(command, task)) bytes.push_back(command.SerializeAsString());
  }
  return bytes;
}

/// Replays the first tasks, then gives the next one as it came when nothing was cached.
std::string replay(const Program& program, const Run& run, std::size_t count, bool queries) {
  // What was rejected before is not in history, and no handler of it ever begins.
  std::set<int> never;
  for (const auto& task : run.tasks) {
    for (const auto& id : task.rejected) {
      if (id.starts_with("update ")) never.insert(std::stoi(id.substr(id.find(' '))));
    }
  }
  Driver driver{program, never};
  const auto fits = [&](const Task& task, const Step& step, const Activation& activation,
                        bool rejections) -> std::string {
    const auto commands = driver.activate(activation);
    if (!driver.problem().empty()) return driver.problem();
    if (to_bytes(commands, task, rejections) == to_bytes(step.commands, task, rejections)) return {};
    return "other commands than before;\n  before:" + to_text(step.commands) + "\n  now:" + to_text(commands) +
           "\n  for " + to_text(activation);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto& task = run.tasks[i];
    for (std::size_t j = 0; j < task.steps.size(); ++j) {
      const auto& step = task.steps[j];
      std::string wrong;
      if (is_query(step.activation)) {
        if (queries) wrong = fits(task, step, step.activation, true);
      } else if (const auto activation = task.recorded ? replayed(task, j) : std::nullopt) {
        wrong = fits(task, step, *activation, false);
      } else if (!to_bytes(step.commands, task, false).empty()) {
        wrong = "a task that came to nothing has commands:" + to_text(step.commands);
      }
      if (!wrong.empty()) return "in a replay, task " + std::to_string(i + 1) + ": " + wrong;
    }
    if (queries && task.recorded) {
      Activation query;
      query.set_is_replaying(true);
      *query.mutable_timestamp() = task.steps.back().activation.timestamp();
      query.set_history_length(task.steps.back().activation.history_length());
      query.set_continue_as_new_suggested(task.steps.back().activation.continue_as_new_suggested());
      auto& job = *query.add_jobs()->mutable_query_workflow();
      job.set_query_id("between");
      job.set_query_type("look");
      driver.activate(query);
      if (!driver.problem().empty()) return "a query in a replay: " + driver.problem();
    }
  }
  if (count == run.tasks.size()) {
    return driver.recorder().trace == run.trace ? "" : "in a replay, the program sees something else than before";
  }
  const auto& task = run.tasks[count];
  for (const auto& step : task.steps) {
    if (const auto wrong = fits(task, step, step.activation, true); !wrong.empty()) {
      return "with nothing cached, task " + std::to_string(count + 1) + ": " + wrong;
    }
  }
  return {};
}

}  // namespace

std::string kind_of(const std::string& problem) {
  static const std::regex names{R"((main|(late )?(signal|update|poke) \d+)(\.task \d+)*)"};
  static const std::regex numbers{R"(\d+)"};
  return std::regex_replace(std::regex_replace(problem.substr(0, problem.find(';')), names, "it"), numbers, "n");
}

std::string check(const Case& made) {
  const auto program = make_program(Choices{made.program});
  const auto original = run(program, made);
  if (!original.problem.empty()) return original.problem;
  const auto tasks = original.tasks.size();
  for (const bool queries : {false, true}) {
    if (auto wrong = replay(program, original, tasks, queries); !wrong.empty()) return wrong;
  }
  for (std::size_t count = 1; count < tasks; ++count) {
    if (auto wrong = replay(program, original, count, /*queries=*/count % 2 == 0); !wrong.empty()) return wrong;
  }
  return {};
}

std::string events_of(const Case& made) {
  const auto program = make_program(Choices{made.program});
  std::string text;
  const auto original = run(program, made);
  for (std::size_t i = 0; i < original.tasks.size(); ++i) {
    for (const auto& step : original.tasks[i].steps) {
      text += "task " + std::to_string(i + 1) + (original.tasks[i].recorded ? "" : ", not recorded") + "\n";
      text += "  -> " + to_text(step.activation) + "\n";
      for (const auto& command : step.commands) text += "  <- " + to_text(command) + "\n";
    }
  }
  for (const auto& line : original.trace) text += "saw " + line + "\n";
  return text;
}

}  // namespace temporal::generated
