#include <temporal/common/detail/json_depth.h>

#include <gtest/gtest.h>

#include <string>

namespace temporal::detail {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonDepth, IsThatOfObjectsAndArraysAlone) {
  EXPECT_FALSE(is_too_deep(nested(deepest_json)));
  EXPECT_TRUE(is_too_deep(nested(deepest_json + 1)));
  EXPECT_TRUE(is_too_deep(std::string(deepest_json + 1, '[')));

  std::string objects = "1";
  for (std::size_t i = 0; i <= deepest_json; ++i) objects = R"({"a\"[":)" + objects + '}';
  EXPECT_TRUE(is_too_deep(objects));

  std::string wide = "[";
  for (std::size_t i = 0; i < 2 * deepest_json; ++i) wide += "[],{},";
  EXPECT_FALSE(is_too_deep(wide + "[]]"));
  EXPECT_FALSE(is_too_deep('"' + std::string(2 * deepest_json, '[') + R"(\"[["])"));
  EXPECT_FALSE(is_too_deep(R"("\\")" + std::string(deepest_json, '[')));
  EXPECT_TRUE(is_too_deep(R"("\\")" + std::string(deepest_json + 1, '[')));
  EXPECT_FALSE(is_too_deep(""));
  EXPECT_FALSE(is_too_deep("]]]}"));
}

}  // namespace
}  // namespace temporal::detail
