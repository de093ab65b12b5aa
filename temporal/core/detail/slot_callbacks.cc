#include <temporal/core/detail/slot_callbacks.h>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace temporal::core::detail {
namespace {

using Owner = std::shared_ptr<SlotSuppliers>;

SlotSuppliers& of(void* user) { return **static_cast<Owner*>(user); }

void* to_handle(SlotPermit permit) { return std::make_unique<SlotPermit>(std::move(permit)).release(); }

template <class Message>
Message parse(const std::uint8_t* data, std::size_t size) {
  Message message;
  message.ParseFromArray(data, static_cast<int>(size));  // the bridge has just written it
  return message;
}

/// A request of the bridge, which is owed one answer.
class Request {
 public:
  explicit Request(TemporalSlotRequest* handle) : handle_(handle) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() { temporal_slot_request_answer(handle_.exchange(nullptr), nullptr); }

  void grant(SlotPermit permit) {
    if (auto* handle = handle_.exchange(nullptr)) temporal_slot_request_answer(handle, to_handle(std::move(permit)));
  }

 private:
  std::atomic<TemporalSlotRequest*> handle_;
};

void reserve(void* user, std::int32_t kind, const std::uint8_t* context, std::size_t size, std::uint64_t id,
             TemporalSlotRequest* request) noexcept {
  auto grant = [owed = std::make_shared<Request>(request)](SlotPermit permit) { owed->grant(std::move(permit)); };
  of(user).reserve(kind, parse<bridge::v1::SlotContext>(context, size), id, std::move(grant));
}

void cancel(void* user, std::uint64_t id) noexcept { of(user).cancel(id); }

void* try_reserve(void* user, std::int32_t kind, const std::uint8_t* context, std::size_t size) noexcept {
  auto permit = of(user).try_reserve(kind, parse<bridge::v1::SlotContext>(context, size));
  return permit ? to_handle(std::move(*permit)) : nullptr;
}

void mark_used(void* user, std::int32_t kind, void* permit, const std::uint8_t* info, std::size_t size) noexcept {
  of(user).mark_used(kind, *static_cast<SlotPermit*>(permit), parse<bridge::v1::SlotInfo>(info, size));
}

void release(void* user, std::int32_t kind, void* permit, const std::uint8_t* info, std::size_t size) noexcept {
  const std::unique_ptr<SlotPermit> owned{static_cast<SlotPermit*>(permit)};
  of(user).release(kind, *owned, size == 0 ? std::nullopt : std::optional{parse<bridge::v1::SlotInfo>(info, size)});
}

void free(void* user) noexcept { const std::unique_ptr<Owner> ended{static_cast<Owner*>(user)}; }

}  // namespace

TemporalSlotSuppliers callbacks_of(std::shared_ptr<SlotSuppliers> suppliers) {
  return {.user = std::make_unique<Owner>(std::move(suppliers)).release(),
          .reserve = reserve,
          .cancel = cancel,
          .try_reserve = try_reserve,
          .mark_used = mark_used,
          .release = release,
          .free = free};
}

}  // namespace temporal::core::detail
