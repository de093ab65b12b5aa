#include <temporal/lambda/detail/log_settings.h>

#include <gtest/gtest.h>

#include <string>

namespace temporal::lambda::detail {
namespace {

TEST(LogSettings, X5_AreInfoAndJsonUnlessAskedOtherwise) {
  EXPECT_EQ(log_options({}).level, LogLevel::info);
  EXPECT_EQ(log_options({}).format, LogFormat::json);
  const auto options = log_options({{"AWS_LAMBDA_LOG_LEVEL", "DEBUG"}, {"TEMPORAL_LAMBDA_LOG_FORMAT", "text"}});
  EXPECT_EQ(options.level, LogLevel::debug);
  EXPECT_EQ(options.format, LogFormat::text);
  EXPECT_EQ(log_options({{"AWS_LAMBDA_LOG_LEVEL", "LOUD"}}).level, LogLevel::info);
  EXPECT_EQ(log_options({{"AWS_LAMBDA_LOG_LEVEL", ""}}).level, LogLevel::info);
}

TEST(LogSettings, X5_NameTheFunctionInEachRecord) {
  std::string lines;
  const auto log = Logger::create({}, [&](std::string_view line) { lines += line; });
  environment_logger(log, {{"AWS_LAMBDA_FUNCTION_NAME", "hello"}}).info("x");
  EXPECT_NE(lines.find(R"("function":"hello")"), std::string::npos);
}

}  // namespace
}  // namespace temporal::lambda::detail
