#pragma once

#include <temporal/workflow/detail/pending.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <memory>
#include <utility>

namespace temporal::workflow::detail {

/// What handles of things that are under way have in common.
class Handle : public Awaitable {
 public:
  /// Awaiting it will not wait.
  [[nodiscard]] bool done() const noexcept { return pending_->resolved(); }

 protected:
  explicit Handle(std::shared_ptr<Pending> pending) noexcept : pending_(std::move(pending)) {}
  [[nodiscard]] const std::shared_ptr<Pending>& pending() const noexcept { return pending_; }

 private:
  friend const std::shared_ptr<Pending>& pending_of(const Handle& handle) noexcept { return handle.pending_; }
  std::shared_ptr<Pending> pending_;
};

template <class T>
concept IsHandle = std::derived_from<T, Handle>;

}  // namespace temporal::workflow::detail
