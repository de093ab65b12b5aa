#include <temporal/worker/detail/slot_suppliers.h>

#include <utility>

namespace temporal::worker::detail {
namespace {

SlotContext to_context(int kind, const bridge::v1::SlotContext& context) {
  return {.kind = static_cast<SlotKind>(kind),
          .task_queue = context.task_queue(),
          .worker_identity = context.worker_identity(),
          .issued_slots = context.issued_slots(),
          .is_sticky = context.is_sticky()};
}

SlotInfo to_info(int kind, const bridge::v1::SlotInfo& info) {
  return {.kind = static_cast<SlotKind>(kind),
          .type = info.type(),
          .operation = info.operation(),
          .is_sticky = info.is_sticky()};
}

/// The user's code may throw; core and the bridge may not.
template <class Call>
auto quietly(Call&& call) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return decltype(call())();
  }
}

}  // namespace

/// Lives as long as a copy of its reservation.
class SlotSuppliers::Wish {
 public:
  Wish(std::shared_ptr<Wishes> wishes, std::uint64_t id) : wishes_(std::move(wishes)), id_(id) {
    const std::scoped_lock lock{wishes_->mutex};
    wishes_->by_id.emplace(id_, stop_);
  }
  Wish(const Wish&) = delete;
  Wish& operator=(const Wish&) = delete;
  ~Wish() {
    const std::scoped_lock lock{wishes_->mutex};
    wishes_->by_id.erase(id_);
  }

  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  std::shared_ptr<Wishes> wishes_;
  std::uint64_t id_;
  std::stop_source stop_;
};

void SlotSuppliers::reserve(int kind, const bridge::v1::SlotContext& context, std::uint64_t id, core::GrantSlot grant) {
  quietly([&] {
    const auto wish = std::make_shared<Wish>(wishes_, id);
    auto granting = [wish, grant = std::move(grant)](SlotPermit permit) { grant(std::move(permit)); };
    supplier(kind).reserve(to_context(kind, context), SlotReservation{std::move(granting), wish->stop_token()});
  });
}

void SlotSuppliers::cancel(std::uint64_t id) {
  std::stop_source stop{std::nostopstate};
  {
    const std::scoped_lock lock{wishes_->mutex};
    if (const auto wish = wishes_->by_id.find(id); wish != wishes_->by_id.end()) stop = wish->second;
  }
  stop.request_stop();  // outside of the lock: stop callbacks are the user's code
}

std::optional<SlotPermit> SlotSuppliers::try_reserve(int kind, const bridge::v1::SlotContext& context) {
  return quietly([&] { return supplier(kind).try_reserve(to_context(kind, context)); });
}

void SlotSuppliers::mark_used(int kind, const SlotPermit& permit, const bridge::v1::SlotInfo& info) {
  quietly([&] { supplier(kind).mark_used(permit, to_info(kind, info)); });
}

void SlotSuppliers::release(int kind, const SlotPermit& permit, const std::optional<bridge::v1::SlotInfo>& info) {
  quietly([&] { supplier(kind).release(permit, info ? std::optional{to_info(kind, *info)} : std::nullopt); });
}

CustomSlotSupplier& SlotSuppliers::supplier(int kind) const {
  const auto chosen = [&]() -> const SlotSupplier& {
    switch (static_cast<SlotKind>(kind)) {
      case SlotKind::workflow_task:
        return tuner_.workflow_tasks;
      case SlotKind::activity:
        return tuner_.activities;
      case SlotKind::local_activity:
        return tuner_.local_activities;
      case SlotKind::nexus_task:
        break;
    }
    return tuner_.nexus_tasks;
  };
  return *std::get<std::shared_ptr<CustomSlotSupplier>>(chosen());
}

}  // namespace temporal::worker::detail
