#include <temporal/lambda/detail/call_chain.h>

#include <ucontext.h>
#include <unwind.h>

namespace temporal::lambda::detail {
namespace {

/// Where a call returns to, when the callee has done nothing yet.
std::uintptr_t return_address([[maybe_unused]] const ucontext_t& crashed) noexcept {
#if defined(__x86_64__)
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a register
  return *reinterpret_cast<const std::uintptr_t*>(crashed.uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return crashed.uc_mcontext.regs[30];
#else
  return 0;
#endif
}

std::uintptr_t instruction([[maybe_unused]] const ucontext_t& crashed) noexcept {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(crashed.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return crashed.uc_mcontext.pc;
#else
  return 0;
#endif
}

}  // namespace

/// What the unwinder is given.
struct Step {
  CallChain& chain;
  const ProgramImage& program;
  std::uintptr_t crashed_at;
  bool in_handler = true;  ///< and in what called it
  int frames_left = 200;   ///< a stack that was overwritten can lead in circles

  static _Unwind_Reason_Code take(_Unwind_Context* context, void* self) {
    auto& step = *static_cast<Step*>(self);
    int is_instruction = 0;  // and not where a call returns to
    const auto address = _Unwind_GetIPInfo(context, &is_instruction);
    if (--step.frames_left == 0) return _URC_END_OF_STACK;
    if (step.in_handler && address != step.crashed_at) return _URC_NO_REASON;
    step.in_handler = false;
    step.chain.add(step.program, is_instruction != 0 ? address : address - 1);
    return step.chain.size_ < step.chain.addresses_.size() ? _URC_NO_REASON : _URC_END_OF_STACK;
  }
};

void CallChain::prepare() noexcept {
  _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_END_OF_STACK; }, nullptr);
}

void CallChain::walk(const ProgramImage& program, const void* context) noexcept {
  const auto& crashed = *static_cast<const ucontext_t*>(context);
  Step step{*this, program, instruction(crashed)};
  _Unwind_Backtrace(Step::take, &step);
  if (size_ > 0) return;
  // The unwinder knows nothing of where it crashed: nobody's code, as after a call through a null pointer.
  add(program, step.crashed_at);
  if (size_ == 0) add(program, return_address(crashed) - 1);
}

void CallChain::add(const ProgramImage& program, std::uintptr_t address) noexcept {
  if (!program.holds(address)) return;
  const std::size_t size = size_;
  addresses_.at(size) = program.in_file(address);
  size_ = size + 1;
}

}  // namespace temporal::lambda::detail
