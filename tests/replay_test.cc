// Every history in tests/replay/ has to go with the examples as they are now: a change that would break workflows that
// run is found here. `./dev record` records what a new example does.
#include <temporal/common/errors.h>
#include <temporal/testing/replayer.h>

#include <examples/hello/hello.h>
#include <examples/long-activity/import.h>
#include <examples/observability/checkout.h>
#include <examples/orders/order.h>
#include <examples/orders/shipment.h>
#include <examples/rollout/rollout.h>

#include <gtest/gtest.h>

using namespace temporal;

namespace {

worker::WorkerOptions workflows_of_the_examples() {
  worker::WorkerOptions options;
  options.add_workflow<hello>();
  options.add_workflow<import_file>();
  options.add_workflow<shop::checkout>();
  options.add_workflow(order_definition());
  options.add_workflow(shipment_definition());
  options.add_workflow(traveller<PinnedTraveller>(VersioningBehavior::pinned));
  options.add_workflow(traveller<UpgradingTraveller>(VersioningBehavior::auto_upgrade));
  return options;
}

TEST(Replay, TheExamplesGoWithTheirRecordedHistories) {
  const auto histories = temporal::testing::load_histories(TEMPORAL_HISTORIES);
  for (const auto& result : temporal::testing::Replayer{workflows_of_the_examples()}.replay_all(histories)) {
    EXPECT_EQ(result.failure, nullptr) << result.workflow_id << ": " << describe(result.failure);
  }
}

}  // namespace
