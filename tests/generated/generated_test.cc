#include "isolated.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace temporal::generated;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

// The time is that of a machine that does much else, with a sanitizer.
constexpr std::uint64_t usual_count = 2000;

TEST(Generated, WorkflowsKeepTheRulesInEveryOrderOfEvents) {
  const auto first = number_from("GENERATED_SEED", 1);
  const auto count = number_from("GENERATED_COUNT", usual_count);
  if (const auto found = find(first, count)) {
    FAIL() << "seed " << found->seed << ": " << found->problem << "\n"
           << simplest(Case::of_seed(found->seed), found->problem);
  }
}

/// What has gone wrong once, in its simplest form.
struct Kept {
  const char* what;
  const char* bytes;
};

TEST(Generated, WhatWentWrongOnceStaysMended) {
  for (const auto& kept : {
           Kept{"the validator of an update saw the state of before the message ahead of it (A2)",
                "ff02000000000200000003"},
           Kept{"when_all moved the result out of a handle that was kept (A3)", "0100090000010008000000ff00"},
           Kept{"when_all moved the results out of two handles (A3)", "010009000001000901000100080001010005000000ff00"},
           Kept{"a wait with a limit in a cancelled scope said that the time was over (A4)",
                "01000c00000100ff00003c00000100"},
           Kept{"the condition of a background task was asked when the main function was gone (A5)",
                "01000900010b02000000ff00"},
           Kept{"a handler that is a lambda went on when the main function was gone (A5)",
                "0100180105000000ff0001000000010000"},
           Kept{"conditions were asked in the step of the patches, which only replays have (A6)",
                "010017000001001300000114000102000000000000ff01000046000000000000004b"},
           Kept{"a condition held for two, and one of them had used it up (T01)",
                "01000000000001000d000000000000000000ff02000000000200010001"},
           Kept{"the same with a limit (T01)", "01000000000001000e00020000000000000000ff02000000000200010001"},
           Kept{"an update went on in the task of the end, after the end (O2)",
                "00000000000100020000000000ff01003c000002000300"},
           Kept{"core was asked to cancel a signal that had failed", "01001d00ff01003c000000000162002c"},
           Kept{"core was asked to cancel a child that was terminated",
                "01005c000001000101ff00013c460001000000008300000101001b"},
           Kept{"a task in which an update was rejected lost the rules",
                "01000bff241400004b0162010000010000000100000101000100c1005d"},
           Kept{"conditions were asked for an update that was rejected, of which a replay does not know",
                "0100090001170000010200000100010101001b00000000000100000000ff0100004600000000010103004b"},
           Kept{"core was asked to cancel a child that started and was terminated in one task",
                "010070000101005d0000000000000000010075ffba01430000da0100009a00000100003e040000009b00000800f20000000000"
                "a3"},
           Kept{"the failure of a background task, dropped with another at the end, swallowed the command of the end",
                "01000900011801050000011d000100010100ff00010000000100000001010200"},
       }) {
    const auto made = Case::of_bytes(from_hex(kept.bytes));
    EXPECT_EQ(check_isolated(made), "") << kept.what;
    if (std::getenv("GENERATED_SHOW") != nullptr) std::cout << kept.what << "\n" << words(made) << "\n";
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
