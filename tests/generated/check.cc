#include "check.h"

#include "driver.h"
#include "history.h"

#include <regex>
#include <set>
#include <utility>

namespace temporal::generated {
namespace {

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
    if (task.original_rules) driver.forgive();
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
        if (queries && !task.one_with_next) wrong = fits(task, step, *replayed(run, i, j), true);
      } else if (const auto activation = task.recorded ? replayed(run, i, j) : std::nullopt) {
        wrong = fits(task, step, *activation, false);
      } else if (!to_bytes(step.commands, task, false).empty()) {
        wrong = "a task that came to nothing has commands:" + to_text(step.commands);
      }
      if (!wrong.empty()) return "in a replay, task " + std::to_string(i + 1) + ": " + wrong;
    }
    if (queries && task.recorded && !task.one_with_next) {
      Activation query;
      query.set_is_replaying(true);
      for (const auto flag : last_of(run, i).flags) query.add_available_internal_flags(flag);
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
    // Two tasks that are one have no beginning between them.
    if (original.tasks[count].original_rules || original.tasks[count - 1].one_with_next) continue;
    if (auto wrong = replay(program, original, count, /*queries=*/count % 2 == 0); !wrong.empty()) return wrong;
  }
  if (!has_patches(program)) return {};
  const auto older = run(program, made, /*before_patches=*/true);
  if (!older.problem.empty()) return "before the patches: " + older.problem;
  for (const bool queries : {false, true}) {
    const auto wrong = replay(program, older, older.tasks.size(), queries);
    if (!wrong.empty()) return "of before the patches, " + wrong;
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
