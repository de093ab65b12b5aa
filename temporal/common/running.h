#pragma once

#include <string_view>

/// \file
/// What user code runs on a thread, for the last words of a process that crashes.

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

}  // namespace temporal::detail
