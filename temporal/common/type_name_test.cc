#include <temporal/common/type_name.h>

#include <temporal/common/errors.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace shop {
struct Receipt {};
}  // namespace shop

namespace temporal::detail {
namespace {

TEST(TypeName, ReadsLikeSourceCode) {
  EXPECT_EQ(type_name<int>(), "int");
  EXPECT_EQ(type_name<std::string>(), "std::string");
  EXPECT_EQ(type_name<std::vector<std::string>>(), "std::vector<std::string>");
  EXPECT_EQ((type_name<std::map<std::string, std::optional<int>>>()), "std::map<std::string, std::optional<int>>");
  EXPECT_EQ(type_name<shop::Receipt>(), "shop::Receipt");
  EXPECT_EQ((type_name<std::map<std::string, std::vector<nlohmann::json>>>()),
            "std::map<std::string, std::vector<nlohmann::json>>");
  EXPECT_EQ((type_name<std::pair<nlohmann::json, nlohmann::json>>()), "std::pair<nlohmann::json, nlohmann::json>");
  EXPECT_EQ(type_name<std::runtime_error>(), "std::runtime_error");
  EXPECT_EQ(type_name<DecodeError>(), "DecodeError");
}

}  // namespace
}  // namespace temporal::detail
