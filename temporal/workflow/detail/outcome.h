#pragma once

#include <temporal/common/payload.h>
#include <temporal/workflow/continue_as_new.h>

#include <exception>

namespace temporal::workflow::detail {

class Context;

/// How the workflow ends. The first end counts.
class Outcome {
 public:
  explicit Outcome(Context& context) noexcept : context_(context) {}

  void complete(Payload result);
  /// Ends the workflow as failed, cancelled or continued as new, or fails the task: which one depends on the type of
  /// the exception.
  void fail(const std::exception_ptr& failure);

  /// A failure that nobody awaited, lost while another exception was on its way or with the main function's tasks: it
  /// ends the run where nothing else fails it. The first counts.
  void fail_later(std::exception_ptr failure) noexcept;

  [[nodiscard]] bool decided() const noexcept { return decided_; }

  /// True for an exception that fails the workflow, or an update, and not the task.
  [[nodiscard]] bool fails_workflow(const std::exception_ptr& failure) const;
  /// The same, or it makes the workflow continue as new.
  [[nodiscard]] bool ends_run(const std::exception_ptr& failure) const;

 private:
  /// False when the run is decided already, and while commands are dropped: the one that ends it would be, too.
  bool decide() noexcept;
  void continue_as_new(const ContinueAsNewInput& input);

  Context& context_;
  bool decided_ = false;
  std::exception_ptr unawaited_;
};

}  // namespace temporal::workflow::detail
