#include "isolated.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace temporal::generated;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(Generated, WorkflowsKeepTheRulesInEveryOrderOfEvents) {
  const auto first = number_from("GENERATED_SEED", 1);
  const auto count = number_from("GENERATED_COUNT", 1500);
  if (const auto found = find(first, count)) {
    FAIL() << "seed " << found->seed << ": " << found->problem << "\n"
           << simplest(Case::of_seed(found->seed), found->problem);
  }
}

TEST(Generated, TheCaseOfAFileKeepsTheRules) {
  const char* const name = std::getenv("GENERATED_CASE");
  if (name == nullptr) GTEST_SKIP() << "GENERATED_CASE names no file";
  std::ifstream file{name, std::ios::binary};
  const auto made = Case::of_bytes({std::istreambuf_iterator<char>{file}, {}});
  const auto problem = check_isolated(made);
  EXPECT_EQ(problem, "") << simplest(made, problem);
}

}  // namespace
