#include <temporal/client/client.h>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <type_traits>

namespace shop {

// What a coroutine type looks like from here; the client does not know workflow::Task.
template <class T>
struct Task {
  using promise_type = int;
  using value_type = T;
};

Task<std::string> hello(const std::string& name);
class Order {
 public:
  Task<void> run(int quantity);
  void approve(std::string who);
  [[nodiscard]] int quantity() const;
  Task<int> set_quantity(int n);
};

}  // namespace shop

namespace temporal::client {
namespace {

using namespace std::chrono_literals;

// Types only: none of this runs.
[[maybe_unused]] void compiles(const Client& client) {
  const StartOptions options{.id = "i", .task_queue = "q"};
  Future<WorkflowHandle<std::string>> hello = client.start<shop::hello>(options, "Ann");
  Future<std::string> greeting = client.execute<shop::hello>({.id = "i", .task_queue = "q"}, "Ann");
  WorkflowHandle<void> order = client.start<&shop::Order::run>(options, 7).get();
  Future<void> approved = order.signal<&shop::Order::approve>("ann");
  Future<int> quantity = order.query<&shop::Order::quantity>();
  Future<int> asked = order.query<&shop::Order::quantity>({.reject_condition = QueryRejectCondition::not_open});
  Future<int> updated = order.update<&shop::Order::set_quantity>(8);
  WorkflowUpdateHandle<int> update = order.start_update<&shop::Order::set_quantity>({.id = "u"}, 8).get();
  WorkflowUpdateHandle<int> sent_before = order.update_handle<&shop::Order::set_quantity>("u");
  WorkflowHandle<void> signalled =
      client.signal_with_start<&shop::Order::run, &shop::Order::approve>(options, {7}, {"ann"}).get();
  auto [started, changed] =
      client.update_with_start<&shop::Order::run, &shop::Order::set_quantity>(options, {7}, {}, {8}).get();
  Future<WorkflowHandle<RawValue>> foreign = client.start("Foreign", options);
  Future<double> number = client.execute<double>("Foreign", options, converter::to_payloads(1, "x"));
  WorkflowHandle<std::string> again = client.workflow_handle<shop::hello>("i");
}

TEST(Client, NamesWorkflowsByFunctionOrClass) { EXPECT_EQ(detail::workflow_type<&shop::Order::run>(), "Order"); }

TEST(Client, EncodesArgumentsInTheTypesOfTheFunction) {
  EXPECT_EQ(detail::arguments_of<&shop::Order::run>(7.9), converter::to_payloads(7));
}

TEST(Client, RefusesBadOptionsBeforeItConnects) {
  EXPECT_THROW(Client::connect({.address = "nowhere"}), ConfigurationError);
}

TEST(Client, FailsSoonWhenNobodyListens) {
  // Port 1 of the loopback interface: nothing listens there.
  EXPECT_THROW(Client::connect({.address = "127.0.0.1:1", .connect_timeout = 2s}), ConnectionError);
}

}  // namespace
}  // namespace temporal::client
