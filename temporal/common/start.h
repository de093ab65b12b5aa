#pragma once

#include <temporal/common/detail/job_queue.h>
#include <temporal/common/task.h>

#include <utility>

/// \file
/// How a `temporal::Task` begins.

namespace temporal {
namespace detail {

/// The coroutine around a task that was started. It owns the context and destroys itself at its end.
struct Root {
  struct promise_type : TaskPromiseBase {
    template <class... More>
    explicit promise_type(const TaskContext& own, const More&...) noexcept {
      context = &own;
    }
    Root get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };

  std::coroutine_handle<promise_type> frame;
};

/// Delivers the outcome once the task's frame is gone: whoever waits may rely on what it owned being gone too.
template <class T>
Root deliver(TaskContext, Task<T> task, Promise<T> promise) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      promise.set_value();
    } else {
      auto value = co_await std::move(task);
      promise.set_value(std::move(value));
    }
  } catch (...) {
    promise.set_exception(std::current_exception());
  }
}

/// The calling thread as an executor.
class RunLoop final : public Executor {
 public:
  void post(Job job) override { (void)jobs_.submit(std::move(job)); }
  /// Waits for a job and runs it.
  void run_one() { (void)jobs_.run_one(); }

 private:
  JobQueue jobs_{1, 1};
};

}  // namespace detail

/// Starts a task on an executor, which has to outlive it. The task runs to its end whether or not the future is kept.
template <class T>
Future<T> start(Executor& executor, Task<T> task, std::stop_token stop = {}) {
  detail::Promise<T> promise;
  auto future = promise.future();
  executor.post(
      detail::deliver(detail::TaskContext{&executor, std::move(stop)}, std::move(task), std::move(promise)).frame);
  return future;
}

/// Runs a task on the calling thread, which is blocked until it has ended, and gives its result or throws what it
/// threw.
template <class T>
T sync_wait(Task<T> task, std::stop_token stop = {}) {
  detail::RunLoop loop;
  auto future = start(loop, std::move(task), std::move(stop));
  while (!future.wait_for(Duration::zero())) loop.run_one();
  return future.get();
}

/// Runs a task on another executor than the one of the task that awaits it, which goes on on its own afterwards:
/// `auto rows = co_await schedule_on(database_threads, query(text));`. The stop token is handed on.
template <class T>
Task<T> schedule_on(Executor& executor, Task<T> task) {
  auto stop = co_await this_task::stop_token();
  co_return co_await start(executor, std::move(task), std::move(stop));
}

}  // namespace temporal
