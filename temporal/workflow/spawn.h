#pragma once

#include <temporal/workflow/detail/call.h>
#include <temporal/workflow/detail/handle.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/detail/routine.h>
#include <temporal/workflow/task.h>

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

/// \file
/// Background tasks: parts of a workflow that go on side by side. All of it is for workflow code, and no thread but its
/// own.

namespace temporal::workflow {

namespace detail {

/// Puts the routine at the end of the run queue, in the current scope.
void start_routine(Routine routine);

/// What a background task and its handles share. A failure that nobody took by the time the last of them is gone fails
/// the workflow, or the task, as if the main function had thrown it.
class SpawnedState {
 public:
  SpawnedState() = default;
  SpawnedState(const SpawnedState&) = delete;
  SpawnedState& operator=(const SpawnedState&) = delete;
  ~SpawnedState();

  void finish(std::exception_ptr failure);
  [[noreturn]] static void throw_moved_out();
  void take_failure() noexcept { failure_ = nullptr; }

  Pending done;

 private:
  std::exception_ptr failure_;
};

template <class T>
struct Spawned : SpawnedState {
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value = {};
};

template <class T>
Routine run_spawned(Task<T> task, std::shared_ptr<Spawned<T>> state) {
  std::exception_ptr failure;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      state->value.emplace(co_await std::move(task));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  state->finish(std::move(failure));
}

}  // namespace detail

/// A background task. Await it for its result, as often as you like, from as many places as you like. Only `co_await
/// std::move(handle)` moves the result out; awaiting the task after that throws `std::logic_error`. Awaiting throws
/// what the task threw. Dropping the handle lets the task go on.
template <class T = void>
class TaskHandle : public detail::Handle {
 public:
  explicit TaskHandle(std::shared_ptr<detail::Spawned<T>> state)
      : Handle(std::shared_ptr<detail::Pending>(state, &state->done)), state_(std::move(state)) {}

  auto operator co_await() const& noexcept { return Awaiter<false>{state_}; }
  auto operator co_await() && noexcept { return Awaiter<true>{state_}; }

 private:
  using State = std::shared_ptr<detail::Spawned<T>>;

  template <bool Moves>
  struct Awaiter : detail::PendingAwaiter {
    explicit Awaiter(const State& state) noexcept
        : PendingAwaiter(std::shared_ptr<detail::Pending>(state, &state->done)), state(*state) {}
    T await_resume() const {
      state.take_failure();
      PendingAwaiter::await_resume();
      if constexpr (!std::is_void_v<T>) {
        if (!state.value) detail::SpawnedState::throw_moved_out();
        if constexpr (Moves) {
          return *std::exchange(state.value, std::nullopt);
        } else {
          return *state.value;
        }
      }
    }
    detail::Spawned<T>& state;
  };

  State state_;
};

/// Starts a task, or a function that returns one, in the background: it runs side by side with the caller, on the
/// workflow's own queue, and is cancelled with the scope it is started in. It ends with the workflow, done or not.
///
/// ```cpp
/// auto reminders = workflow::spawn(send_reminders(order));
/// auto receipt = co_await workflow::execute_activity<charge>(options, order);
/// co_await reminders;
/// ```
///
/// Throws `std::logic_error` outside of a workflow, and in a query handler or a validator.
///
/// A failure that nobody awaits is not lost: when the task and its handles are gone, it fails the workflow or the
/// workflow task by the rules for the main function; where they go because of another exception, and the run would end
/// well, it fails the run. A cancellation is not a failure.
///
/// A task ends when the main function ends: it may refer to the main function's locals, but its destructors should not,
/// since those locals are gone before. One that refers to locals of another function must end before that function
/// does: await it there.
template <class T>
TaskHandle<T> spawn(Task<T> task) {
  detail::require_writable();
  auto state = std::make_shared<detail::Spawned<T>>();
  detail::start_routine(detail::run_spawned(std::move(task), state));
  return TaskHandle<T>{std::move(state)};
}

template <std::invocable Body>
auto spawn(Body body) {
  return spawn(detail::call(std::move(body)));
}

}  // namespace temporal::workflow
