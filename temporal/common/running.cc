#include <temporal/common/running.h>

#include <atomic>
#include <csignal>
#include <utility>

namespace temporal::detail {
namespace {

thread_local RunningHere::Names current;

/// A signal handler of this thread sees all that came before in the program, and nothing that comes after.
void exchange(RunningHere::Names names) noexcept {
  current.kind = {};
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const auto kind = std::exchange(names.kind, {});
  current = names;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  current.kind = kind;
}

}  // namespace

RunningHere::RunningHere(const Names& names) noexcept : outer_(current) { exchange(names); }
RunningHere::~RunningHere() { exchange(outer_); }
RunningHere::Names RunningHere::names() noexcept { return current; }

}  // namespace temporal::detail
