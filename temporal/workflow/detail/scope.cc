#include <temporal/workflow/detail/scope.h>

#include <temporal/common/failure_errors.h>

#include <utility>

namespace temporal::workflow::detail {

void Cancellable::cancel(const std::string& reason) {
  if (!scope_) return;
  const auto keeps_alive = std::move(scope_);
  unlink();
  on_cancel(reason);
}

void Cancellable::detach() noexcept {
  unlink();
  scope_.reset();
}

std::shared_ptr<Scope> Scope::child_of(const std::shared_ptr<Scope>& parent, Update update) {
  auto child = independent(update ? std::move(update) : parent->update_);
  if (!parent->attach(*child)) child->request_cancel(parent->reason_);
  return child;
}

bool Scope::attach(Cancellable& member) {
  if (cancelled_) return false;
  member.scope_ = shared_from_this();
  members_.push_back(member);
  return true;
}

void Scope::request_cancel(const std::string& reason) {
  if (std::exchange(cancelled_, true)) return;
  const auto keeps_alive = shared_from_this();  // the members may be all that did
  reason_ = reason;
  detach();
  while (!members_.empty()) members_.front().cancel(reason_);
}

std::exception_ptr cancelled_error(std::string_view what, const std::string& reason) {
  std::string message{what};
  message += " cancelled";
  if (!reason.empty()) message += ": " + reason;
  return std::make_exception_ptr(CancelledError{std::move(message)});
}

}  // namespace temporal::workflow::detail
