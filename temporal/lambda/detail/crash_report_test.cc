#include <temporal/lambda/detail/crash_report.h>

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
      R"("message":"the process crashed: SIGABRT","request_id":"8476a536-e9f4-11e8-9739-2dfe598c3fcd")");
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
      ::testing::KilledBySignal(SIGSEGV), R"(SIGSEGV","request_id":"")");
  EXPECT_EXIT(
      {
        install_crash_report();
        const CrashContext context{"a\"b\nc"};
        ::raise(SIGSEGV);
      },
      ::testing::KilledBySignal(SIGSEGV), R"(SIGSEGV","request_id":"a.b.c")");
}

}  // namespace
}  // namespace temporal::lambda::detail
