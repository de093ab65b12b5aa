#include <temporal/common/log.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace temporal {
namespace {

using std::chrono_literals::operator""ms;

struct Lines {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();

  [[nodiscard]] Logger logger(LogOptions options = {}) const {
    return Logger::create(
        options, [lines = lines](std::string_view line) { lines->emplace_back(line); },
        [] { return Timestamp{} + 1'700'000'000'045ms; });
  }
};

TEST(Logger, WritesOneJsonObjectALine) {
  const Lines out;
  out.logger().info("ready", {{"count", 3}, {"fast", true}, {"seconds", 0.5}});
  ASSERT_EQ(out.lines->size(), 1U);
  EXPECT_EQ(
      out.lines->front(),
      R"({"timestamp":"2023-11-14T22:13:20.045Z","level":"INFO","message":"ready","count":3,"fast":true,"seconds":0.5})"
      "\n");
}

TEST(Logger, AddsTheFieldsBoundToItAndLetsALaterOneReplaceAnEarlier) {
  const Lines out;
  const auto base = out.logger().with({{"request_id", "one"}, {"build_id", "b"}});
  base.with({{"request_id", "two"}}).warn("x");
  base.warn("y");
  EXPECT_EQ(nlohmann::json::parse(out.lines->at(0))["request_id"], "two");
  EXPECT_EQ(nlohmann::json::parse(out.lines->at(0))["build_id"], "b");
  EXPECT_EQ(nlohmann::json::parse(out.lines->at(1))["request_id"], "one");
}

TEST(Logger, DropsWhatIsBelowItsLevel) {
  const Lines out;
  const auto log = out.logger({.level = LogLevel::warn});
  log.info("no");
  log.warn("yes");
  EXPECT_EQ(out.lines->size(), 1U);
  EXPECT_FALSE(log.enabled(LogLevel::info));
}

TEST(Logger, ReplacesBytesThatAreNotUtf8) {
  const Lines out;
  out.logger().info("bad \xff byte", {{"na\xfeme", "val\xfdue"}});
  const auto record = nlohmann::json::parse(out.lines->front());
  EXPECT_EQ(record["message"], "bad \xef\xbf\xbd byte");
  EXPECT_EQ(record["na\xef\xbf\xbdme"], "val\xef\xbf\xbdue");
  out.logger({.format = LogFormat::text}).info("bad \xff byte", {{"na\xfeme", "val\xfdue"}});
  EXPECT_EQ(out.lines->at(1),
            "2023-11-14T22:13:20.045Z INFO bad \xef\xbf\xbd byte na\xef\xbf\xbdme=val\xef\xbf\xbdue\n");
}

TEST(Logger, KeepsAMessageWithLineFeedsOnOneLine) {
  const Lines out;
  out.logger().info("a\nb");
  out.logger({.format = LogFormat::text}).info("a\nb", {{"k", "c\nd"}});
  EXPECT_EQ(nlohmann::json::parse(out.lines->at(0))["message"], "a\nb");
  EXPECT_EQ(out.lines->at(1), "2023-11-14T22:13:20.045Z INFO a\\nb k=\"c\\nd\"\n");
}

TEST(Logger, WritesTextWithQuotesOnlyWhereNeeded) {
  const Lines out;
  out.logger({.format = LogFormat::text}).error("failed", {{"id", "order-7"}, {"why", "no money"}, {"n", 1}});
  EXPECT_EQ(out.lines->front(), "2023-11-14T22:13:20.045Z ERROR failed id=order-7 why=\"no money\" n=1\n");
}

TEST(Logger, WritesJsonFieldsAsTheyAreAndBrokenOnesAsText) {
  const Lines out;
  out.logger().info("core", {{"fields", LogValue::Json{R"({"a":1})"}}, {"broken", LogValue::Json{"{"}}});
  const auto record = nlohmann::json::parse(out.lines->front());
  EXPECT_EQ(record["fields"]["a"], 1);
  EXPECT_EQ(record["broken"], "{");
}

TEST(Logger, WritesJsonThatIsTooDeepForTheStackAsText) {
  const Lines out;
  const auto deep = std::string(80'000, '[') + std::string(80'000, ']');
  out.logger().info("core", {{"fields", LogValue::Json{deep}}});
  EXPECT_EQ(nlohmann::json::parse(out.lines->front())["fields"], deep);
}

TEST(Logger, WritesNumbersAsTheyAre) {
  const Lines out;
  out.logger().info("numbers", {{"largest", std::numeric_limits<std::uint64_t>::max()},
                                {"smallest", std::numeric_limits<std::int64_t>::min()},
                                {"size", std::size_t{3}},
                                {"byte", std::uint8_t{255}},
                                {"float", 0.5F},
                                {"nan", std::nan("")},
                                {"infinity", std::numeric_limits<double>::infinity()},
                                {"minus", -std::numeric_limits<double>::infinity()}});
  const auto fields = out.lines->front().substr(out.lines->front().find(R"("largest")"));
  EXPECT_EQ(fields, R"("largest":18446744073709551615,"smallest":-9223372036854775808,"size":3,"byte":255,"float":0.5,)"
                    R"("nan":"NaN","infinity":"Infinity","minus":"-Infinity"})"
                    "\n");
}

TEST(Logger, WritesAPointerThatIsNullAsNull) {
  const Lines out;
  const char* unset = nullptr;
  out.logger().info("x", {{"variable", unset}});
  out.logger({.format = LogFormat::text}).info("x", {{"variable", unset}});
  EXPECT_TRUE(nlohmann::json::parse(out.lines->at(0)).at("variable").is_null());
  EXPECT_EQ(out.lines->at(1), "2023-11-14T22:13:20.045Z INFO x variable=null\n");
}

TEST(Logger, WritesEachNameOnce) {
  const Lines out;
  for (const auto format : {LogFormat::json, LogFormat::text}) {
    const auto bound = out.logger({.format = format}).with({{"id", 1}, {"message", "bound"}, {"b\xff", 1}});
    bound.info("own",
               {{"id", 2}, {"timestamp", "late"}, {"level", "high"}, {"message", "given"}, {"id", 3}, {"b\xfe", 2}});
  }
  EXPECT_EQ(out.lines->at(0),
            R"({"timestamp":"2023-11-14T22:13:20.045Z","level":"INFO","message":"own",)"
            "\"id\":3,\"message_\":\"given\",\"b\xef\xbf\xbd\":2,\"timestamp_\":\"late\",\"level_\":\"high\"}\n");
  EXPECT_EQ(out.lines->at(1),
            "2023-11-14T22:13:20.045Z INFO own id=3 message_=given b\xef\xbf\xbd=2 timestamp_=late level_=high\n");
}

TEST(Logger, SurvivesASinkThatThrows) {
  const auto log = Logger::create({}, [](std::string_view) { throw std::runtime_error("disk full"); });
  log.error("x");
}

TEST(Logger, ByDefaultDropsEverything) {
  const Logger log;
  log.with({{"a", 1}}).error("x");
  EXPECT_FALSE(log.enabled(LogLevel::fatal));
}

TEST(Logger, DropsRecordsWhileAnyOfItsConditionsIsFalse) {
  const Lines out;
  bool first = true;
  bool second = false;
  const auto log = out.logger().when([&] { return first; }).when([&] { return second; }).with({{"a", 1}});
  log.info("dropped");
  EXPECT_FALSE(log.enabled(LogLevel::fatal));
  second = true;
  log.info("written");
  first = false;
  log.info("dropped");
  EXPECT_EQ(out.lines->size(), 1U);
}

TEST(Logger, GivesTheSinkWholeLinesFromManyThreads) {
  const Lines out;
  const auto log = out.logger();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&log, i] {
        for (int n = 0; n < 100; ++n) log.with({{"thread", i}}).info("line", {{"n", n}});
      });
    }
  }
  ASSERT_EQ(out.lines->size(), 400U);
  for (const auto& line : *out.lines) EXPECT_NO_THROW((void)nlohmann::json::parse(line));
}

TEST(LogLevel, IsReadInAnyCase) {
  EXPECT_EQ(parse_log_level("warn"), LogLevel::warn);
  EXPECT_EQ(parse_log_level("TRACE"), LogLevel::trace);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace temporal
