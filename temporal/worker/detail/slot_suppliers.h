#pragma once

#include <temporal/core/slots.h>
#include <temporal/worker/tuner.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace temporal::worker::detail {

/// Those suppliers of a tuner that the user wrote, as core calls them: by number, in its messages, without exceptions.
class SlotSuppliers : public core::SlotSuppliers {
 public:
  explicit SlotSuppliers(WorkerTuner tuner) : tuner_(std::move(tuner)) {}

  void reserve(int kind, const bridge::v1::SlotContext& context, std::uint64_t id, core::GrantSlot grant) override;
  void cancel(std::uint64_t id) override;
  std::optional<SlotPermit> try_reserve(int kind, const bridge::v1::SlotContext& context) override;
  void mark_used(int kind, const SlotPermit& permit, const bridge::v1::SlotInfo& info) override;
  void release(int kind, const SlotPermit& permit, const std::optional<bridge::v1::SlotInfo>& info) override;

 private:
  class Wish;
  /// Those that have not ended. Not of this object alone: a reservation that the user's supplier keeps holds it, and
  /// must not hold the supplier.
  struct Wishes {
    std::mutex mutex;
    std::map<std::uint64_t, std::stop_source> by_id;
  };

  [[nodiscard]] CustomSlotSupplier& supplier(int kind) const;

  WorkerTuner tuner_;
  std::shared_ptr<Wishes> wishes_ = std::make_shared<Wishes>();
};

}  // namespace temporal::worker::detail
