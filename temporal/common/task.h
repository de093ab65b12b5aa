#pragma once

#include <temporal/common/executor.h>
#include <temporal/common/future.h>

#include <coroutine>
#include <exception>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <variant>

/// \file
/// The coroutine type of everything that is not workflow code: activities, hooks, callbacks, client calls.
///
/// ```cpp
/// Task<std::string> ask(client::Client client, std::string id) {
///   co_await sleep_for(1s);
///   co_return co_await client.workflow_handle<std::string>(id).result();
/// }
/// auto answer = sync_wait(ask(client, "order-7"));
/// ```
///
/// The states of a task's frame: *created* (suspended at its first line; a task that is dropped here ends here),
/// *running* (on a thread of its executor), *waiting* (for a child, which runs in its place, or for a future, whose
/// thread posts it to its executor), *finished* (suspended at its end; the outcome waits to be taken). Only its owner
/// destroys it, and an owner that has begun to await it does so when it is finished.

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error "GCC 12 and older miscompile aggregate temporaries inside co_await expressions: use Clang >= 16 or GCC >= 13."
#endif

namespace temporal {

template <class T = void>
class Task;

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

/// What a started task shares with all that it awaits. It lives in the frame that was started.
struct TaskContext {
  Executor* executor = nullptr;
  std::stop_token stop = {};
};

struct StopTokenRequest {};

template <class T>
struct FutureAwaiter {
  Listener<T> state;
  Executor* executor;

  FutureAwaiter(Future<T>&& future, Executor* executor) noexcept
      : state(std::move(future.state_)), executor(executor) {}

  [[nodiscard]] bool await_ready() const { return state->wait_for(Duration::zero()); }
  void await_suspend(std::coroutine_handle<> waiting) const {
    const auto kept = state.state();  // the coroutine may go on, and this awaiter with it, before `when_ready` returns
    kept->when_ready([executor = executor, waiting] { executor->post(waiting); });
  }
  T await_resume() const { return state->take(); }
};

template <class T>
struct TaskAwaiter;

struct StopTokenAwaiter {
  std::stop_token stop;

  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  std::stop_token await_resume() noexcept { return std::move(stop); }
};

struct TaskPromiseBase {
  const TaskContext* context = nullptr;

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  template <class U>
  TaskAwaiter<U> await_transform(Task<U>&& child) const noexcept {
    return {std::move(child), context};
  }
  template <class U>
  FutureAwaiter<U> await_transform(Future<U>&& future) const noexcept {
    return {std::move(future), context->executor};
  }
  [[nodiscard]] StopTokenAwaiter await_transform(StopTokenRequest) const noexcept { return {context->stop}; }

  template <class Other>
  void await_transform(Other&&) const noexcept {
    static_assert(!std::is_same_v<Other, Other>,
                  "A temporal::Task can await a temporal::Task and a temporal::Future, each once and as an rvalue (use "
                  "std::move). What workflow:: offers can be awaited inside a workflow only.");
  }
};

template <class T>
struct TaskPromise;

/// The part of a promise that knows the type of the result.
template <class T>
struct TaskOutcome : TaskPromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome = {};

  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& result) {
    outcome.template emplace<1>(std::forward<U>(result));
  }
  void unhandled_exception() noexcept { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::get<1>(std::move(outcome));
  }
};

template <>
struct TaskOutcome<void> : TaskPromiseBase {
  std::exception_ptr failure = {};

  void return_void() const noexcept {}
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

template <class T>
struct TaskPromise : TaskOutcome<T> {
  std::coroutine_handle<> parent = {};

  Task<T> get_return_object() noexcept { return Task<T>{std::coroutine_handle<TaskPromise>::from_promise(*this)}; }

  auto final_suspend() const noexcept {
    struct ToParent {
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<TaskPromise> finished) const noexcept {
        return finished.promise().parent;
      }
      void await_resume() const noexcept {}
    };
    return ToParent{};
  }
};

}  // namespace detail

/// A piece of work that may wait without holding a thread. Lazy: it begins when another task awaits it, or with `start`
/// or `sync_wait`, which name the executor that it runs on. After each `co_await` it goes on on that executor. It runs
/// to its end: what is to end early watches the stop token. Not thread-safe; may be handed to another thread.
///
/// Its function takes its arguments by value: a reference would dangle, because the work begins later.
template <class T>
class [[nodiscard("a temporal::Task does nothing until it is awaited or started")]] Task {
 public:
  static_assert(!std::is_reference_v<T>, "a temporal::Task gives a value: what a reference refers to may be gone");
  using value_type = T;
  using promise_type = detail::TaskPromise<T>;

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

 private:
  friend promise_type;
  friend detail::TaskAwaiter<T>;
  using Frame = std::coroutine_handle<promise_type>;

  explicit Task(Frame frame) noexcept : frame_(frame) {}

  Frame frame_;
};

namespace detail {

/// Owns the task that is awaited: its frame is gone when the `co_await` expression ends.
template <class T>
struct TaskAwaiter {
  Task<T> child;
  const TaskContext* context;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) const noexcept {
    auto& promise = child.frame_.promise();
    promise.context = context;
    promise.parent = parent;
    return child.frame_;
  }
  T await_resume() const { return child.frame_.promise().take(); }
};

}  // namespace detail

namespace this_task {

/// `co_await this_task::stop_token()` gives the stop token of the task that awaits it: the one given when it was
/// started.
inline detail::StopTokenRequest stop_token() noexcept { return {}; }

}  // namespace this_task
}  // namespace temporal
