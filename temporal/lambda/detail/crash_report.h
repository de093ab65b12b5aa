#pragma once

#include <string_view>

/// \file
/// A last line in the log when the process dies of a signal.

namespace temporal::lambda::detail {

/// While it lives, a crash is reported with this request id. One at a time.
class CrashContext {
 public:
  explicit CrashContext(std::string_view request_id) noexcept;
  CrashContext(const CrashContext&) = delete;
  CrashContext& operator=(const CrashContext&) = delete;
  ~CrashContext();
};

/// From now on a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) writes one JSON line to standard error, with the
/// activity or workflow that ran on the thread, the program's build id and the addresses of the calls, then kills the
/// process as it would have been killed anyway. That a stack is full can be told on threads with a `SignalStack`.
void install_crash_report() noexcept;

}  // namespace temporal::lambda::detail
