#include <temporal/common/registered_name.h>

#include <gtest/gtest.h>

#include <string>

namespace shop {

std::string greet(const std::string& name) { return name; }
void renamed() {}
template <class T>
void of_template() {}
struct Order {
  void run() {}
  [[nodiscard]] int quantity() const noexcept { return 0; }
};
template <class T>
struct Box {
  void open() {}
};
inline constexpr auto lambda = [] {};
namespace {
void hidden() {}
struct Hidden {};
void lambda_maker() {}
}  // namespace

}  // namespace shop

template <>
inline constexpr std::string_view temporal::registered_name<shop::renamed> = "Renamed";
template <>
inline constexpr std::string_view temporal::registered_name<shop::of_template<std::string>> = "OfString";
template <>
inline constexpr std::string_view temporal::registered_name<shop::lambda> = "Lambda";
template <>
inline constexpr std::string_view temporal::registered_type_name<shop::Box<int>> = "IntBox";

namespace temporal {
namespace {

static_assert(registered_name<shop::greet> == "greet");
static_assert(registered_name<&shop::Order::run> == "run");
static_assert(registered_name<&shop::Order::quantity> == "quantity");
static_assert(registered_name<&shop::Box<int>::open> == "open", "the class may be an instance, its member has a name");
static_assert(registered_name<shop::hidden> == "hidden");
static_assert(registered_name<shop::lambda_maker> == "lambda_maker");
static_assert(registered_name<shop::renamed> == "Renamed");
static_assert(registered_name<shop::of_template<std::string>> == "OfString");
static_assert(registered_name<shop::lambda> == "Lambda");
static_assert(registered_type_name<shop::Order> == "Order");
static_assert(registered_type_name<shop::Hidden> == "Hidden");
static_assert(registered_type_name<shop::Box<int>> == "IntBox");

TEST(RegisteredName, RefusesWhatHasNoPlainIdentifier) {
  EXPECT_EQ(detail::plain_identifier("&shop::of_template<std::string>"), "");
  EXPECT_EQ(detail::plain_identifier("&(lambda at order.cc:3:9)::__invoke"), "");
  EXPECT_EQ(detail::plain_identifier("&main()::(anonymous class)::__invoke"), "");
  EXPECT_EQ(detail::plain_identifier("(lambda at order.cc:3:9){}"), "");
  EXPECT_EQ(detail::plain_identifier("&shop::Order::operator()"), "");
}

TEST(RegisteredName, OfAWorkflowIsThatOfItsFunctionOrOfItsClass) {
  EXPECT_EQ(detail::workflow_name<shop::greet>(), "greet");
  EXPECT_EQ(detail::workflow_name<&shop::Order::run>(), "Order");
}

TEST(RegisteredName, ReadsTheSignaturesOfBothCompilers) {
  EXPECT_EQ(detail::argument_of("auto f() [Function = &shop::greet]"), "&shop::greet");
  EXPECT_EQ(detail::argument_of("consteval auto f() [with auto Function = shop::greet; std::string_view = x]"),
            "shop::greet");
}

}  // namespace
}  // namespace temporal
