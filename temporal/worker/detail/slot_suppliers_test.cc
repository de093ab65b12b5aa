#include <temporal/worker/detail/slot_suppliers.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

using namespace temporal::worker;

namespace {

constexpr auto activity_kind = static_cast<int>(SlotKind::activity);

/// Keeps what it is asked for.
class Recording : public CustomSlotSupplier {
 public:
  void reserve(const SlotContext& context, SlotReservation reservation) override {
    contexts.push_back(context);
    reservations.push_back(std::move(reservation));
  }
  std::optional<SlotPermit> try_reserve(const SlotContext&) override { throw std::runtime_error("no mood"); }
  void mark_used(const SlotPermit&, const SlotInfo& info) override { used.push_back(info.type); }
  void release(const SlotPermit& permit, const std::optional<SlotInfo>&) override { released.push_back(permit); }

  std::vector<SlotContext> contexts;
  std::vector<SlotReservation> reservations;
  std::vector<std::string> used;
  std::vector<SlotPermit> released;
};

class SlotSuppliersTest : public ::testing::Test {
 protected:
  std::shared_ptr<Recording> recording = std::make_shared<Recording>();
  std::shared_ptr<detail::SlotSuppliers> suppliers =
      std::make_shared<detail::SlotSuppliers>(WorkerTuner{.activities = recording});

  void reserve(std::uint64_t id, temporal::core::GrantSlot grant) const {
    temporal::bridge::v1::SlotContext context;
    context.set_task_queue("queue");
    suppliers->reserve(activity_kind, context, id, std::move(grant));
  }
};

}  // namespace

TEST_F(SlotSuppliersTest, ASlotGoesFromTheSupplierToCoreAndBack) {
  SlotPermit granted;
  reserve(1, [&](SlotPermit permit) { granted = std::move(permit); });
  EXPECT_EQ(recording->contexts.front().task_queue, "queue");
  EXPECT_EQ(recording->contexts.front().kind, SlotKind::activity);
  const auto permit = std::make_shared<int>(7);
  recording->reservations.front().grant(permit);
  EXPECT_EQ(granted, permit);
  temporal::bridge::v1::SlotInfo info;
  info.set_type("greet");
  suppliers->mark_used(activity_kind, granted, info);
  suppliers->release(activity_kind, granted, info);
  EXPECT_EQ(recording->used, std::vector<std::string>{"greet"});
  EXPECT_EQ(recording->released, std::vector<SlotPermit>{permit});
}

TEST_F(SlotSuppliersTest, ACancelledWishStopsItsReservationAndNoOther) {
  reserve(1, [](const SlotPermit&) {});
  reserve(2, [](const SlotPermit&) {});
  suppliers->cancel(1);
  suppliers->cancel(3);
  EXPECT_TRUE(recording->reservations.at(0).stop_token().stop_requested());
  EXPECT_FALSE(recording->reservations.at(1).stop_token().stop_requested());
}

TEST_F(SlotSuppliersTest, AReservationThatIsDroppedIsDroppedForCoreToo) {
  const auto owed = std::make_shared<int>();
  reserve(1, [owed](const SlotPermit&) {});
  EXPECT_EQ(owed.use_count(), 2);
  recording->reservations.clear();
  EXPECT_EQ(owed.use_count(), 1);
}

TEST_F(SlotSuppliersTest, AReservationThatASupplierKeepsDoesNotKeepTheSupplier) {
  reserve(1, [](const SlotPermit&) {});
  const std::weak_ptr<Recording> gone = recording;
  suppliers.reset();
  recording.reset();
  EXPECT_TRUE(gone.expired());
}

TEST_F(SlotSuppliersTest, WhatASupplierThrowsIsNoSlot) {
  EXPECT_EQ(suppliers->try_reserve(activity_kind, {}), std::nullopt);
}
