#pragma once

#include <temporal/workflow/detail/scope.h>
#include <temporal/workflow/task.h>

#include <memory>
#include <utility>

namespace temporal::workflow::detail {

/// The scope of the coroutine that runs. Throws `std::logic_error` outside of a workflow.
std::shared_ptr<Scope> current_scope();

/// Makes a scope the current one for as long as it lives.
class EnteredScope {
 public:
  explicit EnteredScope(std::shared_ptr<Scope> scope);
  EnteredScope(const EnteredScope&) = delete;
  EnteredScope& operator=(const EnteredScope&) = delete;
  ~EnteredScope();

 private:
  std::shared_ptr<Scope> previous_;
};

template <class T>
Task<T> run_in(std::shared_ptr<Scope> scope, Task<T> task) {
  const EnteredScope entered{std::move(scope)};
  co_return co_await std::move(task);
}

}  // namespace temporal::workflow::detail
