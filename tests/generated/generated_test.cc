#include "isolated.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

using namespace temporal::generated;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(Generated, WorkflowsBehaveTheSameInEveryOrderOfEvents) {
  const auto first = number_from("GENERATED_SEED", 1);
  const auto count = number_from("GENERATED_COUNT", 500);
  int checked = 0;
  if (const auto found = find(first, count, &checked)) {
    FAIL() << "seed " << found->seed << ": " << found->problem << "\n"
           << simplest(Case::of_seed(found->seed), found->problem);
  }
}

}  // namespace
