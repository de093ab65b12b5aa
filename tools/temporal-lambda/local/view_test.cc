#include <tools/temporal-lambda/local/view.h>

#include <gmock/gmock.h>

#include <sstream>

using namespace temporal::local_lambda;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

namespace {

/// The line without its alignment.
std::string words(const std::string& line) {
  std::istringstream stream{line};
  std::string text;
  for (std::string word; stream >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

class ViewTest : public testing::Test {
 protected:
  void see(const std::string& kind, json fields = json::object()) {
    json event{{"event", kind}, {"function", "hello"}, {"version", "$LATEST"}};
    event.update(fields);
    apply(picture_, event, now_);
  }
  void see_in(const std::string& environment, const std::string& kind, json fields = json::object()) {
    json event{{"environment", environment}, {"pid", 4000 + std::stoi(environment)}};
    event.update(fields);
    see(kind, event);
  }
  void run(const std::string& environment, const std::string& request_id, int billed_ms) {
    see("invoke", {{"request_id", request_id}});
    see_in(environment, "environment_start", {{"request_id", request_id}});
    see_in(environment, "invocation_start", {{"request_id", request_id}});
    see_in(environment, "invocation_end",
           {{"request_id", request_id}, {"billed_ms", billed_ms}, {"max_memory_mb", 30 + std::stoi(environment)}});
  }
  std::vector<std::string> rendered(TerminalSize size = {.columns = 120, .rows = 40}) const {
    return render(picture_, now_, size);
  }

  std::chrono::steady_clock::time_point now_{};
  Picture picture_ = picture_of({{.name = "hello"}, {.name = "hello", .version = "5", .memory_mb = 512}}, now_);
};

}  // namespace

TEST_F(ViewTest, BeforeTheFirstInvocationEveryFunctionIsThere) {
  see("listening", {{"port", 9001}});
  now_ += 65s;
  EXPECT_THAT(rendered(), ElementsAre("temporal-lambda  http://127.0.0.1:9001  up 1m05s",
                                      "FUNCTION  STATE                FOR  INVOKED  ERRORS  BILLED MS  MEMORY MB",
                                      "hello     -                               0       0          0      0/256",
                                      "hello:5   -                               0       0          0      0/512"));
}

TEST_F(ViewTest, AnEnvironmentIsSeenFromItsStartToItsEnd) {
  const auto line = [this] { return words(rendered().back()); };
  see("invoke", {{"request_id", "a"}});
  EXPECT_THAT(rendered()[2], HasSubstr("1 waiting"));
  see_in("1", "environment_start", {{"request_id", "a"}});
  EXPECT_THAT(line(), HasSubstr("hello 1 init"));
  EXPECT_THAT(rendered()[2], Not(HasSubstr("waiting")));
  see_in("1", "invocation_start", {{"request_id", "a"}});
  now_ += 3s;
  EXPECT_THAT(line(), HasSubstr("busy 3s 1 0"));
  see_in("1", "invocation_end", {{"request_id", "a"}, {"billed_ms", 3012}, {"max_memory_mb", 31}});
  see_in("1", "frozen");
  now_ += 1h + 2min;
  EXPECT_THAT(line(), HasSubstr("frozen 1h02m 1 0 3,012 31/256"));
  see_in("1", "retired");
  EXPECT_THAT(line(), HasSubstr("leaving"));
  see_in("1", "environment_end");
  EXPECT_THAT(rendered(), SizeIs(4));
  EXPECT_EQ(words(rendered()[2]), "hello - 1 0 3,012 31/256") << "the function remembers";
}

TEST_F(ViewTest, AFunctionCountsWhatItsEnvironmentsDid) {
  run("1", "a", 1000);
  run("2", "b", 200);
  see_in("2", "function_error", {{"request_id", "b"}});
  see_in("2", "invocation_start", {{"request_id", "c"}});
  EXPECT_EQ(words(rendered()[2]), "hello 1 busy, 1 idle 3 1 1,200 32/256");
  EXPECT_EQ(words(rendered()[3]), "hello:5 - 0 0 0 0/512") << "another version counts for itself";
}

TEST_F(ViewTest, EightyColumnsAreEnough) {
  for (int number = 1; number <= 12; ++number) run(std::to_string(number), "a", 1'000'000);
  now_ += 11h;
  for (const auto& line : rendered({.columns = 1000, .rows = 100})) EXPECT_LE(line.size(), 80U) << line;
}

TEST_F(ViewTest, BusyEnvironmentsComeFirst) {
  run("1", "a", 1);
  run("2", "b", 1);
  see_in("2", "invocation_start", {{"request_id", "c"}});
  EXPECT_THAT(rendered()[4], HasSubstr("hello 2"));
  EXPECT_THAT(rendered()[5], HasSubstr("hello 1"));
}

TEST_F(ViewTest, AnInitThatIsRunAgainIsTheSameEnvironment) {
  see_in("1", "environment_start", {{"pid", 4001}});
  see_in("1", "environment_start", {{"pid", 4002}});
  EXPECT_THAT(rendered(), SizeIs(5));
  EXPECT_EQ(picture_.functions[0].environments[0].pid, 4002);
}

TEST_F(ViewTest, ADroppedEventWaitsNoLonger) {
  see("invoke", {{"request_id", "a"}});
  see("event_dropped", {{"request_id", "a"}});
  EXPECT_THAT(rendered()[2], Not(HasSubstr("waiting")));
}

TEST_F(ViewTest, MemoryIsThatOfTheProcessesNow) {
  run("1", "a", 1);
  measure(picture_, [](pid_t pid) { return pid == 4001 ? 77L : 0L; });
  EXPECT_THAT(rendered()[4], HasSubstr("77/256"));
  measure(picture_, [](pid_t) { return 5L; });
  EXPECT_THAT(rendered()[4], HasSubstr(" 5/256"));
  EXPECT_THAT(rendered()[2], HasSubstr("77/256")) << "the most it ever was";
}

TEST_F(ViewTest, WhatDoesNotFitIsCutAndCounted) {
  for (int number = 1; number <= 20; ++number) run(std::to_string(number), "a", 1);
  const auto lines = rendered({.columns = 50, .rows = 20});
  EXPECT_THAT(lines, SizeIs(10));
  EXPECT_EQ(lines.back(), "  and 15 more: make the terminal higher");
  for (const auto& line : lines) EXPECT_LE(line.size(), 50U);
}
