#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

/// \file
/// For the last words of a process that crashes: what user code runs on a thread, and a stack to say it on.

namespace temporal::detail {

/// Names what runs on this thread for as long as it lives. The texts are not copied: they have to live as long.
class RunningHere {
 public:
  struct Names {
    std::string_view kind = {};  ///< "activity" or "workflow"; empty when nothing of the user's runs
    std::string_view type = {};
    std::string_view id = {};           ///< the activity's
    std::string_view workflow_id = {};  ///< empty when the activity has none
  };

  explicit RunningHere(const Names& names) noexcept;
  RunningHere(const RunningHere&) = delete;
  RunningHere& operator=(const RunningHere&) = delete;
  ~RunningHere();

  /// May be called in a signal handler.
  static Names names() noexcept;

 private:
  Names outer_;
};

/// A stack for the signal handlers of this thread, for as long as it lives: that its own is full can be told only on
/// another. One that is there already stays.
class SignalStack {
 public:
  SignalStack() noexcept;
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;
  ~SignalStack();

 private:
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace temporal::detail
