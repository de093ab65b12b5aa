#include <tools/temporal-lambda/local/report.h>

#include <gmock/gmock.h>
#include <unistd.h>

using namespace temporal::local_lambda;
using namespace std::chrono_literals;

TEST(Report, ReadsLikeLambdas) {
  EXPECT_EQ(
      to_string({.request_id = "7", .duration = 12345us, .memory_size_mb = 128, .max_memory_used_mb = 20}),
      "REPORT RequestId: 7\tDuration: 12.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 20 MB");
}

TEST(Report, AColdStartIsBilledWithItsInit) {
  const Report report{.request_id = "7", .duration = 10ms, .init_duration = 8500us};
  EXPECT_EQ(billed(report), 19ms);
  EXPECT_THAT(to_string(report), testing::HasSubstr("Init Duration: 8.50 ms"));
}

TEST(Report, KnowsTheMemoryOfAProcess) {
  EXPECT_GT(peak_memory_mb(::getpid()), 0);
  EXPECT_EQ(peak_memory_mb(-1), 0);
}
