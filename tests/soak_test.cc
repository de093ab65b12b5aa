// Many invocations, and many deaths. In ./dev test a short form; `./dev soak` runs the long one.
#include "serverless_stack.h"
#include "test_function.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>

using namespace temporal::tests;

namespace {

// AddressSanitizer keeps what was freed for a while, so the memory says nothing there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TEMPORAL_MEMORY_IS_SANITIZED
#endif
#endif

struct Size {
  int invocations;
  int workflows;
  int kills;
};

Size size() {
  return std::getenv("TEMPORAL_SOAK") != nullptr ? Size{.invocations = 500, .workflows = 1000, .kills = 100}
                                                 : Size{.invocations = 20, .workflows = 40, .kills = 4};
}

struct Footprint {
  long threads = 0;
  long descriptors = 0;
  long resident_kb = 0;
};

std::ostream& operator<<(std::ostream& out, const Footprint& footprint) {
  return out << footprint.threads << " threads, " << footprint.descriptors << " descriptors, " << footprint.resident_kb
             << " kB";
}

Footprint footprint_of(pid_t pid) {
  const std::filesystem::path folder{"/proc/" + std::to_string(pid)};
  Footprint found;
  std::ifstream status{folder / "status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) found.threads = std::stol(line.substr(8));
    if (line.starts_with("VmRSS:")) found.resident_kb = std::stol(line.substr(6));
  }
  using Iterator = std::filesystem::directory_iterator;
  found.descriptors = std::distance(Iterator{folder / "fd"}, Iterator{});
  return found;
}

ServerlessStack make_stack(const std::string& name) {
  return ServerlessStack{{.name = name,
                          .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                          .lambda_arguments = {"--timeout", "60", "--retry-delay", "0.1"}}};
}

/// Of one that works on an event, or else of any, but for those that were killed; zero when there is none.
pid_t some_environment(const LocalLambda& lambda, const std::set<pid_t>& killed, std::mt19937& random) {
  std::set<pid_t> alive;
  std::set<pid_t> working;
  const auto pid_of = [](const nlohmann::json& event) { return event["pid"].get<pid_t>(); };
  for (const auto& event : lambda.events("environment_start")) alive.insert(pid_of(event));
  for (const auto& event : lambda.events("environment_end")) alive.erase(pid_of(event));
  for (const auto pid : killed) alive.erase(pid);
  std::set<std::string> ended;
  for (const auto& event : lambda.events("invocation_end")) ended.insert(event["request_id"]);
  for (const auto& event : lambda.events("invocation_start")) {
    if (!ended.contains(event["request_id"]) && alive.contains(pid_of(event))) working.insert(pid_of(event));
  }
  const auto& among = working.empty() ? alive : working;
  if (among.empty()) return 0;
  return *std::next(among.begin(), static_cast<std::ptrdiff_t>(random() % among.size()));
}

}  // namespace

TEST(Soak, X3_F9_WarmInvocationsLeaveNothingBehind) {
  constexpr int warm_up = 10;
  auto stack = make_stack("soak");
  stack.wait_for_rest();  // from the invocation that made the version: one that came beside it would have another place
  Footprint after_warm_up;
  Footprint last;
  std::set<pid_t> environments;
  for (int number = 1; number <= size().invocations; ++number) {
    const auto id = "warm-" + std::to_string(number);
    ASSERT_EQ(stack.client().execute<hello>(stack.start_options(id), id).get(), "Hello, " + id + "!");
    stack.wait_for_rest();
    const auto pid = stack.lambda().events("invocation_end").back()["pid"].get<pid_t>();
    environments.insert(pid);
    last = footprint_of(pid);
    if (number == warm_up) after_warm_up = last;
  }
  std::cout << "after " << warm_up << ": " << after_warm_up << "; after " << size().invocations << ": " << last << '\n';
  EXPECT_EQ(environments.size(), 1U) << "always the same one";
  EXPECT_EQ(last.threads, after_warm_up.threads);
  EXPECT_EQ(last.descriptors, after_warm_up.descriptors);
#ifndef TEMPORAL_MEMORY_IS_SANITIZED
  EXPECT_LE(last.resident_kb, after_warm_up.resident_kb + 2048);
#endif
}

TEST(Soak, EveryWorkflowCompletesAlthoughEnvironmentsAreKilledAtRandom) {
  auto stack = make_stack("kills");
  std::mt19937 random{20261124};
  std::vector<temporal::Future<std::string>> results;
  const auto start_one = [&] {
    const auto number = std::to_string(results.size());
    results.push_back(stack.client().execute<hello>(stack.start_options("kill-" + number), number));
  };
  for (int i = 0; i < size().workflows; ++i) start_one();
  std::set<pid_t> killed;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto kills = static_cast<int>(killed.size());
    if (kills < size().kills && static_cast<int>(i) >= kills * size().workflows / size().kills) {
      start_one();  // so that there is an environment
      pid_t pid = 0;
      wait_until("an environment to kill",
                 [&] { return (pid = some_environment(stack.lambda(), killed, random)) != 0; });
      ::kill(-pid, SIGKILL);
      killed.insert(pid);
    }
    ASSERT_EQ(results.at(i).get(), "Hello, " + std::to_string(i) + "!");
  }
  EXPECT_EQ(killed.size(), static_cast<std::size_t>(size().kills));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto history = stack.history("kill-" + std::to_string(i));
    ASSERT_TRUE(history.events().rbegin()->has_workflow_execution_completed_event_attributes());
  }
}
