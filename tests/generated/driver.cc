#include "driver.h"

#include <utility>

namespace temporal::generated {

const workflow::Definition Driver::definition_ = generated_definition();

Driver::Driver(const Program& program, std::set<int> rejected, bool before_patches)
    : recorder_(std::make_shared<Recorder>(program)) {
  recorder_->rejected = std::move(rejected);
  recorder_->before_patches = before_patches;
}

Driver::~Driver() {
  Recorder::current = recorder_;
  instance_.reset();
  Recorder::current = nullptr;
}

Commands Driver::activate(const Activation& activation) {
  Recorder::current = recorder_;
  if (!instance_) {
    recorder_->original_rules = activation.is_replaying() && activation.available_internal_flags().empty();
    instance_.emplace(definition_, workflow::detail::InstanceOptions{.task_queue = "queue"}, "run",
                      activation.jobs(0).initialize_workflow());
  }
  const auto trace_before = recorder_->trace.size();
  const auto completion = instance_->activate(activation);
  if (!completion.has_successful()) {
    recorder_->violate("the task fails: " + completion.failed().failure().message());
    return {};
  }
  const auto& flags = completion.successful().used_internal_flags();
  used_flags_.insert(flags.begin(), flags.end());
  Commands commands{completion.successful().commands().begin(), completion.successful().commands().end()};
  look_at(activation, commands, trace_before);
  return commands;
}

void Driver::forgive() { recorder_->violations.clear(); }

void Driver::look_at(const Activation& activation, const Commands& commands, std::size_t trace_before) {
  auto& recorder = *recorder_;
  if (is_query(activation)) {
    recorder.expect(commands.size() == 1 && commands[0].respond_to_query().has_succeeded(),
                    "a query gave something else than its answer");
    recorder.expect(recorder.trace.size() == trace_before, "the program went on after a query");
    return;
  }
  for (const auto& command : commands) {
    recorder.expect(!command.has_respond_to_query(), "an answer to no query");
    recorder.decided = recorder.decided || ends_run(command);
  }
  for (const auto& job : activation.jobs())
    recorder.run_cancelled = recorder.run_cancelled || job.has_cancel_workflow();
  recorder.expect(!recorder.over || recorder.decided, "the main function has ended, and the run has not");
  if (recorder.over || recorder.decided) return;
  for (const auto& waiting : recorder.waiting) {
    recorder.expect(!waiting.ready || !waiting.ready(), waiting.what + ", and is left waiting though it could go on");
  }
}

}  // namespace temporal::generated
