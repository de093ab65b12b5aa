// The examples as a server invokes them.
#include "serverless_stack.h"

#include <temporal/common/errors.h>

#include <examples/long-activity/import.h>
#include <examples/orders/order.h>
#include <examples/orders/shipment.h>

#include <gmock/gmock.h>

#include <exception>
#include <numeric>
#include <string>
#include <vector>

using namespace temporal::tests;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Examples, AnActivityThatIsLongerThanItsFunctionGoesOnInTheNextInvocation) {
  ServerlessStack stack{{.name = "long-activity",
                         .code = EXAMPLES "/long-activity/long-activity.zip",
                         .variables = {{"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}},
                         .lambda_arguments = {"--timeout", "7"}}};
  constexpr int rows = 75;  // 7.5 s, of which an invocation has time for less than 5
  const auto imported = stack.client().execute<import_file>(stack.start_options("import"), rows).get();
  EXPECT_THAT(imported, SizeIs(Gt(1U)));
  EXPECT_THAT(imported, Each(Gt(0)));
  EXPECT_EQ(std::accumulate(imported.begin(), imported.end(), 0), rows);
  EXPECT_THAT(stack.lambda().events("timeout"), IsEmpty()) << stack.lambda().log();
}

namespace {

class Orders : public ::testing::Test {
 protected:
  using OrderHandle = temporal::client::WorkflowHandle<std::string>;

  OrderHandle start(const std::string& id) {
    return stack_.client()
        .start<&Order::run>(stack_.start_options(id), Purchase{.item = "lamp", .quantity = 2, .price_in_cents = 1999})
        .get();
  }
  static void wait_for_status(const OrderHandle& order, const std::string& status) {
    wait_until(status, [&] { return order.query<&Order::status>().get() == status; });
  }
  std::vector<std::string> activities(const std::string& id) {
    std::vector<std::string> types;
    const auto history = stack_.history(id);
    for (const auto& event : history.events()) {
      if (event.has_activity_task_scheduled_event_attributes())
        types.push_back(event.activity_task_scheduled_event_attributes().activity_type().name());
    }
    return types;
  }
  /// What the order failed with.
  static std::exception_ptr failure(const OrderHandle& order) {
    try {
      (void)order.result().get();
    } catch (const temporal::WorkflowFailedError& error) {
      return error.cause();
    }
    return nullptr;
  }

  ServerlessStack stack_{{.name = "orders", .code = EXAMPLES "/orders/orders.zip"}};
};

}  // namespace

TEST_F(Orders, OneIsConfirmedShippedAndComplete) {
  const auto order = start("order-shipped");
  EXPECT_EQ(order.query<&Order::status>().get(), "waiting for the customer");
  EXPECT_THROW(order.update<&Order::set_address>("").get(), temporal::UpdateFailedError);
  EXPECT_EQ(order.update<&Order::set_address>("Atlantis").get(), "");
  EXPECT_EQ(order.update<&Order::set_address>("1 Main Street").get(), "Atlantis");
  order.signal<&Order::confirm>().get();
  wait_for_status(order, "waiting for the carrier");
  EXPECT_THROW(order.update<&Order::set_address>("elsewhere").get(), temporal::UpdateFailedError);
  stack_.client().workflow_handle<&Shipment::run>("order-shipped-shipment").signal<&Shipment::picked_up>("T-1").get();
  EXPECT_EQ(order.result().get(), "Postal Union T-1");
  EXPECT_THAT(activities("order-shipped"), ElementsAre("reserve_stock", "charge"));
}

TEST_F(Orders, OneThatCannotBeShippedIsUndoneTheLastStepFirst) {
  const auto order = start("order-unreachable");
  EXPECT_EQ(order.update<&Order::set_address>("Atlantis").get(), "");
  order.signal<&Order::confirm>().get();
  EXPECT_THAT(temporal::describe(failure(order)), HasSubstr("no carrier goes to Atlantis"));
  EXPECT_THAT(activities("order-unreachable"), ElementsAre("reserve_stock", "charge", "refund", "release_stock"));
}

TEST_F(Orders, OneThatIsCancelledIsUndoneAndItsShipmentCancelled) {
  const auto order = start("order-cancelled");
  EXPECT_EQ(order.update<&Order::set_address>("1 Main Street").get(), "");
  order.signal<&Order::confirm>().get();
  wait_for_status(order, "waiting for the carrier");
  order.cancel("changed my mind").get();
  EXPECT_TRUE(temporal::is_cancellation(failure(order)));
  EXPECT_THAT(activities("order-cancelled"), ElementsAre("reserve_stock", "charge", "refund", "release_stock"));
  EXPECT_EQ(stack_.client().workflow_handle<&Shipment::run>("order-cancelled-shipment").describe().get().status,
            temporal::client::WorkflowStatus::cancelled);
}
