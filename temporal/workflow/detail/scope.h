#pragma once

#include <temporal/workflow/detail/intrusive_list.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace temporal::workflow {
struct UpdateInfo;
}

namespace temporal::workflow::detail {

class Scope;

/// Something that a scope can cancel: a timer, an activity, a condition, another scope.
///
///   attached ──cancel──▶ detached      `on_cancel` is called, once
///            ──detach──▶ detached      it came to its end by itself
///
/// It keeps its scope alive while it is attached: the scope may be out of sight of the code long before.
class Cancellable : public ListNode<Cancellable> {
 public:
  /// Does nothing unless it is attached.
  void cancel(const std::string& reason);
  void detach() noexcept;

 protected:
  ~Cancellable() = default;

 private:
  friend class Scope;
  virtual void on_cancel(const std::string& reason) = 0;
  std::shared_ptr<Scope> scope_;
};

/// What a coroutine hands on to what it starts: a node in the tree of cancellation scopes, and the update that it works
/// for. Cancelling a scope cancels what was started in it, in that order.
class Scope final : public Cancellable, public std::enable_shared_from_this<Scope> {
 public:
  using Update = std::shared_ptr<const UpdateInfo>;
  explicit Scope(Update update = nullptr) noexcept : update_(std::move(update)) {}

  /// A scope that is cancelled with its parent, at once when the parent is cancelled already. `update`: the parent's
  /// when null.
  static std::shared_ptr<Scope> child_of(const std::shared_ptr<Scope>& parent, Update update = nullptr);
  /// The root, or one that nothing around it cancels.
  static std::shared_ptr<Scope> independent(Update update = nullptr) {
    return std::make_shared<Scope>(std::move(update));
  }

  /// False when the scope is cancelled already: then there is nothing to start.
  [[nodiscard]] bool attach(Cancellable& member);
  void request_cancel(const std::string& reason);

  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  [[nodiscard]] const Update& update() const noexcept { return update_; }

 private:
  void on_cancel(const std::string& reason) override { request_cancel(reason); }

  Update update_;
  bool cancelled_ = false;
  std::string reason_;
  IntrusiveList<Cancellable> members_;
};

/// A `CancelledError` that says what was cancelled and, when it is known, why.
std::exception_ptr cancelled_error(std::string_view what, const std::string& reason);

}  // namespace temporal::workflow::detail
