#pragma once

#include <temporal/common/duration.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

/// \file
/// How many tasks a worker takes on at a time, and who decides it.
/// See https://docs.temporal.io/develop/worker-performance#slot-suppliers.
///
/// ```cpp
/// options.tuner = worker::WorkerTuner{.activities = worker::ResourceBasedSlots{.maximum = 200}};
/// ```

namespace temporal::worker {

enum class SlotKind { workflow_task, activity, local_activity, nexus_task };

/// The situation in which a slot is asked for.
struct SlotContext {
  SlotKind kind = SlotKind::activity;
  std::string task_queue = {};
  std::string worker_identity = {};
  std::size_t issued_slots = 0;  ///< of this kind, used or not
  bool is_sticky = false;        ///< a workflow task of the worker's own queue
};

/// The task that has got a slot.
struct SlotInfo {
  SlotKind kind = SlotKind::activity;
  std::string type = {};       ///< of the workflow or activity; the service of a Nexus task
  std::string operation = {};  ///< of a Nexus task
  bool is_sticky = false;
};

/// What a supplier wants to know its slot by when it comes back; may be empty.
using SlotPermit = std::shared_ptr<void>;

/// A wish for a slot that can wait. Copies are the same wish. Thread-safe.
class SlotReservation {
 public:
  SlotReservation(std::function<void(SlotPermit)> grant, std::stop_token stop)
      : grant_(std::move(grant)), stop_(std::move(stop)) {}

  /// Hands out the slot; only the first call counts. It never calls back into the supplier.
  void grant(SlotPermit permit = {}) const { grant_(std::move(permit)); }

  /// Stops when the worker does not want the slot any more. One that is granted all the same is released again.
  [[nodiscard]] const std::stop_token& stop_token() const { return stop_; }

 private:
  std::function<void(SlotPermit)> grant_;
  std::stop_token stop_;
};

/// A supplier of your own. Its functions are called from any thread, several at once, and must not block. What they
/// throw counts as "no slot".
class CustomSlotSupplier {
 public:
  CustomSlotSupplier() = default;
  CustomSlotSupplier(const CustomSlotSupplier&) = delete;
  CustomSlotSupplier& operator=(const CustomSlotSupplier&) = delete;
  virtual ~CustomSlotSupplier() = default;

  /// Asks for a slot: grant it now or later. A reservation that is dropped without a grant is asked for again after a
  /// second. With a workflow cache, workflow tasks need two slots at least: for a sticky one and for another.
  virtual void reserve(const SlotContext& context, SlotReservation reservation) = 0;

  /// A slot that is free right now, for a task that could also do without.
  virtual std::optional<SlotPermit> try_reserve(const SlotContext& context) = 0;

  /// The slot, which was reserved before there was a task, has one.
  virtual void mark_used(const SlotPermit& /*permit*/, const SlotInfo& /*info*/) {}

  /// The slot is free again: once for each that was handed out. Nothing in `info`: it never had a task.
  virtual void release(const SlotPermit& permit, const std::optional<SlotInfo>& info) = 0;
};

/// Always this many slots.
struct FixedSizeSlots {
  std::size_t slots = 100;
};

/// As many slots as the machine bears, by `ResourceTargets`.
struct ResourceBasedSlots {
  std::size_t minimum = 1;                                 ///< handed out whatever the load is
  std::size_t maximum = 500;                               ///< never more
  Duration ramp_throttle = std::chrono::milliseconds{50};  ///< between two slots above the minimum
};

using SlotSupplier = std::variant<FixedSizeSlots, ResourceBasedSlots, std::shared_ptr<CustomSlotSupplier>>;

/// What resource-based suppliers keep the machine, or its container, below: parts of 1.
struct ResourceTargets {
  double memory_usage = 0.8;
  double cpu_usage = 0.9;
};

/// One supplier for each kind of task. In place of the `max_concurrent_…` options.
struct WorkerTuner {
  SlotSupplier workflow_tasks = FixedSizeSlots{};
  SlotSupplier activities = FixedSizeSlots{};
  SlotSupplier local_activities = FixedSizeSlots{};
  SlotSupplier nexus_tasks = FixedSizeSlots{};
  ResourceTargets resource_targets = {};
};

}  // namespace temporal::worker
