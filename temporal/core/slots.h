#pragma once

#include <temporal_bridge.pb.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace temporal::core {

using SlotPermit = std::shared_ptr<void>;

/// Answers a wish for a slot; the first call counts. When the last copy goes without one, core wishes again after a
/// second. Thread-safe.
using GrantSlot = std::function<void(SlotPermit)>;

/// Hands out the slots that a worker's options leave to the caller. Called from any thread; must not block or throw.
class SlotSuppliers {
 public:
  SlotSuppliers() = default;
  SlotSuppliers(const SlotSuppliers&) = delete;
  SlotSuppliers& operator=(const SlotSuppliers&) = delete;
  virtual ~SlotSuppliers() = default;

  virtual void reserve(int kind, const bridge::v1::SlotContext& context, std::uint64_t id, GrantSlot grant) = 0;
  /// Nobody waits for that request any more.
  virtual void cancel(std::uint64_t id) = 0;
  virtual std::optional<SlotPermit> try_reserve(int kind, const bridge::v1::SlotContext& context) = 0;
  virtual void mark_used(int kind, const SlotPermit& permit, const bridge::v1::SlotInfo& info) = 0;
  /// Once for each permit; without info when the slot never had a task.
  virtual void release(int kind, const SlotPermit& permit, const std::optional<bridge::v1::SlotInfo>& info) = 0;
};

}  // namespace temporal::core
