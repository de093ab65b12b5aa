#include <temporal/common/function_traits.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
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

static_assert(owns<int> && owns<std::string> && owns<const std::string&> && owns<std::vector<std::byte>>);
static_assert(owns<std::map<std::string, std::vector<int>>> && owns<std::optional<std::string>> &&
              owns<std::array<int, 2>>);
static_assert(owns<std::tuple<int, std::string>> && owns<std::variant<int, std::string>> && owns<std::monostate>);
static_assert(owns<nlohmann::json> && owns<std::filesystem::path> && owns<Order> && owns<std::nullptr_t>);
static_assert(owns<std::vector<nlohmann::json>> && owns<std::chrono::seconds> && owns<std::vector<bool>>);
static_assert(!owns<std::string_view> && !owns<const std::string_view&> && !owns<std::span<int>> &&
              !owns<std::u8string_view>);
static_assert(!owns<const char*> && !owns<int*> && !owns<const Order* const&> && !owns<void (*)()>);
static_assert(!owns<std::reference_wrapper<Order>> && !owns<std::initializer_list<int>>);
static_assert(!owns<std::optional<std::string_view>> && !owns<std::vector<std::string_view>> &&
              !owns<std::set<const char*>>);
static_assert(!owns<std::array<const char*, 2>> && !owns<std::pair<int, std::string_view>>);
static_assert(!owns<std::map<std::string_view, int>> && !owns<std::unordered_map<int, std::span<int>>>);
static_assert(!owns<std::tuple<int, std::vector<std::tuple<std::string_view>>>> &&
              !owns<std::variant<int, const char*>>);
static_assert(all_by_value<std::tuple<int, std::string>> && all_by_value<std::tuple<>>);
static_assert(!all_by_value<std::tuple<const std::string&>> &&
              !all_by_value<std::tuple<int, std::optional<const char*>>>);

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
