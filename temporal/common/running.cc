#include <temporal/common/running.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <new>
#include <utility>

namespace temporal::detail {
namespace {

constexpr std::size_t least_signal_stack = 16 << 10;

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

SignalStack::SignalStack() noexcept {
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
  const auto size = std::max(least_signal_stack, static_cast<std::size_t>(SIGSTKSZ));
  memory_.reset(new (std::nothrow) std::byte[size]);
  if (!memory_) return;
  stack_t ours{};
  ours.ss_sp = memory_.get();
  ours.ss_size = size;
  if (::sigaltstack(&ours, nullptr) != 0) memory_.reset();
}

SignalStack::~SignalStack() {
  if (!memory_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace temporal::detail
