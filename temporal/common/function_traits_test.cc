#include <temporal/common/function_traits.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace temporal::detail {
namespace {

int plain(const std::string&, int) noexcept { return 0; }
struct Order {
  void approve(std::string&&) {}
  [[nodiscard]] int quantity() const { return 0; }
};
struct Coroutine {
  using promise_type = int;
  using value_type = std::string;
};

using Plain = FunctionTraits<plain>;
using Approve = FunctionTraits<&Order::approve>;
using Quantity = FunctionTraits<&Order::quantity>;

static_assert(std::is_same_v<Plain::Result, int>);
static_assert(std::is_same_v<Plain::Arguments, std::tuple<std::string, int>>);
static_assert(std::is_same_v<Plain::RawArguments, std::tuple<const std::string&, int>>);
static_assert(!Plain::is_member && Plain::arity == 2);
static_assert(std::is_same_v<Approve::Class, Order> && Approve::is_member);
static_assert(std::is_same_v<Approve::Arguments, std::tuple<std::string>>);
static_assert(std::is_same_v<Quantity::Result, int> && Quantity::arity == 0);
static_assert(is_view<const std::string_view&> && is_view<std::span<int>> && !is_view<std::string>);
static_assert(std::is_same_v<task_result<Coroutine>, std::string>);
static_assert(std::is_same_v<task_result<int>, int>);
static_assert(std::is_same_v<task_result<std::vector<int>>, std::vector<int>>, "a container is no coroutine");

TEST(FunctionTraits, AreCheckedWhenThisFileCompiles) {
  EXPECT_EQ(plain({}, 0), 0);
  EXPECT_EQ(Order{}.quantity(), 0);
  Order{}.approve({});
}

}  // namespace
}  // namespace temporal::detail
