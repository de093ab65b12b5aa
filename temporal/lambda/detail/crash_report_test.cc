#include <temporal/lambda/detail/crash_report.h>

#include <temporal/common/executor.h>
#include <temporal/common/running.h>

#include <temporal/lambda/detail/program_image.h>

#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

namespace temporal::lambda::detail {
namespace {

/// Each does one thing that kills, from a place that is known, and has something left to do.
[[gnu::noinline]] int write_to(volatile int* place) { return *place = 1, *place; }
[[gnu::noinline]] int abort_for(volatile int* reason) {
  if (*reason != 0) std::abort();
  return *reason + 1;
}
// NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): through a null pointer, which is the point
[[gnu::noinline]] int call(int (*volatile* function)()) { return (*function)() + 1; }

/// The line has the program's build id, and one of its calls is this function's: the innermost but for what a sanitizer
/// puts in between.
template <class Function>
auto names_a_call_in(Function* function) {
  return ::testing::Truly([function](const std::string& said) {
    const auto program = ProgramImage::of_this_process();
    const auto id = ",\"gnu_build_id\":\"" + std::string{program.build_id()} + "\"";
    const std::string field = ",\"addresses\":\"";
    const auto found = said.find(field);
    if (program.build_id().empty() || said.find(id) == std::string::npos || found == std::string::npos) return false;
    const auto begin = program.in_file(reinterpret_cast<std::uintptr_t>(function));
    constexpr std::uintptr_t longest_function = 512;  // with what sanitizers add
    std::istringstream addresses{said.substr(found + field.size())};
    for (std::uintptr_t address = 0; addresses >> std::hex >> address;) {
      if (address >= begin && address < begin + longest_function) return true;
    }
    return false;
  });
}

TEST(CrashReportDeathTest, X4_NamesTheSignalAndTheRequest) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_crash_report();
        const CrashContext context{"8476a536-e9f4-11e8-9739-2dfe598c3fcd"};
        std::abort();
      },
      ::testing::KilledBySignal(SIGABRT),
      R"("message":"the process crashed: SIGABRT","requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd")");
}

TEST(CrashReportDeathTest, X4_HasNoRequestBetweenInvocationsAndStaysPlain) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_crash_report();
        {
          const CrashContext context{"id"};
        }
        ::raise(SIGSEGV);
      },
      ::testing::KilledBySignal(SIGSEGV), R"(SIGSEGV","requestId":"")");
  EXPECT_EXIT(
      {
        install_crash_report();
        const CrashContext context{"a\"b\nc"};
        ::raise(SIGSEGV);
      },
      ::testing::KilledBySignal(SIGSEGV), R"(SIGSEGV","requestId":"a.b.c")");
}

TEST(CrashReportDeathTest, X4_NamesTheActivityOrWorkflowThatRan) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  using temporal::detail::RunningHere;
  const RunningHere::Names order{.kind = "workflow", .type = "order", .workflow_id = "order-1"};
  const RunningHere::Names pay{.kind = "activity", .type = "pay", .id = "7", .workflow_id = "a \"b\""};
  EXPECT_EXIT(
      {
        install_crash_report();
        const RunningHere workflow{order};
        const RunningHere activity{pay};
        std::abort();
      },
      ::testing::KilledBySignal(SIGABRT),
      R"("requestId":"","activity_type":"pay","activity_id":"7","workflow_id":"a .b."[,}])");
  EXPECT_EXIT(
      {
        install_crash_report();
        const RunningHere workflow{order};
        {
          const RunningHere activity{pay};
        }
        ::raise(SIGSEGV);
      },
      ::testing::KilledBySignal(SIGSEGV),
      R"(SIGSEGV","requestId":"","workflow_type":"order","workflow_id":"order-1"[,}])");
}

TEST(CrashReportDeathTest, X4_NamesTheBuildIdAndTheAddressesOfTheCalls) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((install_crash_report(), write_to(nullptr)), ::testing::KilledBySignal(SIGSEGV),
              names_a_call_in(write_to));
  volatile int reason = 1;
  EXPECT_EXIT((install_crash_report(), abort_for(&reason)), ::testing::KilledBySignal(SIGABRT),
              names_a_call_in(abort_for));
  int (*volatile nowhere)() = nullptr;
  EXPECT_EXIT((install_crash_report(), call(&nowhere)), ::testing::KilledBySignal(SIGSEGV), names_a_call_in(call));
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
/// The argument keeps the call from being the last thing that it does.
[[gnu::noinline]] int recurse(volatile int* depth) {  // NOLINT(misc-no-recursion)
  volatile int here = *depth + 1;
  return here < 0 ? here : recurse(&here) + here;
}

TEST(CrashReportDeathTest, X4_SaysThatAStackIsFull) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto overflow = [] {
    const temporal::detail::RunningHere activity{{.kind = "activity", .type = "descend"}};
    volatile int depth = 0;
    recurse(&depth);
  };
  const auto* said = R"(SIGSEGV, the stack is full","requestId":"","activity_type":"descend"[,}])";
  EXPECT_EXIT((install_crash_report(), overflow()), ::testing::KilledBySignal(SIGSEGV), said);
  EXPECT_EXIT(
      {
        install_crash_report();
        ThreadPool{1}.post(overflow);
      },
      ::testing::KilledBySignal(SIGSEGV), said);
}

#if defined(__x86_64__)
/// As after an overflow of a local array: whoever follows the frames reads at an address that is none.
[[gnu::noinline]] int overwrite_its_frame(std::size_t size) {
  auto* const local =
      static_cast<volatile char*>(__builtin_alloca(size));  // found by the frame pointer, as its caller is
  local[0] = 1;
  asm volatile("movq $16, %%rbp; movl $0, 0" ::: "memory");
  return local[0];
}

TEST(CrashReportDeathTest, X4_SaysWhatItKnowsOfAStackThatWasOverwritten) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((install_crash_report(), overwrite_its_frame(64)), ::testing::KilledBySignal(SIGSEGV),
              names_a_call_in(overwrite_its_frame));
}
#endif
#endif

}  // namespace
}  // namespace temporal::lambda::detail
