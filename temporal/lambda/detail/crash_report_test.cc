#include <temporal/lambda/detail/crash_report.h>

#include <temporal/common/executor.h>
#include <temporal/common/running.h>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace temporal::lambda::detail {
namespace {

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
      R"("requestId":"","activity_type":"pay","activity_id":"7","workflow_id":"a .b."})");
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
      R"(SIGSEGV","requestId":"","workflow_type":"order","workflow_id":"order-1"})");
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
  const auto* said = R"(SIGSEGV, the stack is full","requestId":"","activity_type":"descend"})";
  EXPECT_EXIT((install_crash_report(), overflow()), ::testing::KilledBySignal(SIGSEGV), said);
  EXPECT_EXIT(
      {
        install_crash_report();
        ThreadPool{1}.post(overflow);
      },
      ::testing::KilledBySignal(SIGSEGV), said);
}
#endif

}  // namespace
}  // namespace temporal::lambda::detail
