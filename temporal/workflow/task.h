#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

/// \file
/// The coroutine type of workflow code.
///
/// ```cpp
/// workflow::Task<std::string> hello(std::string name) {
///   co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
/// }
/// ```

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error "GCC 12 and older miscompile aggregate temporaries inside co_await expressions: use Clang >= 16 or GCC >= 13."
#endif

namespace temporal::workflow {

template <class T = void>
class Task;

namespace detail {

/// Marks what a workflow coroutine may await. Anything else would resume it outside its deterministic queue, so it
/// does not compile.
struct Awaitable {};

struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
    return finished.promise().continuation;
  }
  void await_resume() const noexcept {}
};

/// For mistakes in the user's code; each names the workflow.
[[noreturn]] void throw_no_result();
[[noreturn]] void throw_awaited_twice();

struct PromiseBase {
  std::coroutine_handle<> continuation = {};  ///< null before it starts
  std::exception_ptr failure = {};
  bool* threw_while_destroyed = nullptr;

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
    if (threw_while_destroyed != nullptr) *threw_while_destroyed = true;
    failure = std::current_exception();
  }

  template <class A>
  A&& await_transform(A&& awaited) noexcept {
    static_assert(
        std::is_base_of_v<Awaitable, std::remove_cvref_t<A>>,
        "A workflow can only await workflow::Task and what temporal/workflow/ offers: anything else would not "
        "be deterministic. Do other work in an activity.");
    return static_cast<A&&>(awaited);
  }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value = {};

  Task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (failure) std::rethrow_exception(failure);
    if (!value) throw_no_result();
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

/// Destroys a frame that is suspended, and all that is in it. What a destructor throws ends here.
template <class Promise>
void destroy(std::coroutine_handle<Promise> frame) noexcept {
  // Clang lets a coroutine whose destructor throws come to its end, as if its body had thrown, where it has to be
  // destroyed again. Whoever awaited it is being destroyed, too, and must not go on.
  bool threw = false;
  frame.promise().continuation = std::noop_coroutine();
  frame.promise().threw_while_destroyed = &threw;
  frame.destroy();
  if (threw) frame.destroy();
}

}  // namespace detail

/// A piece of workflow code that may wait. Lazy: it starts when it is awaited, on the workflow's deterministic queue
/// and nowhere else. It is awaited once, and its function comes to a `co_return` or throws; else awaiting it throws
/// `std::logic_error`. Destroying it destroys its frame and everything it waits for. Not thread-safe; never leaves its
/// workflow.
template <class T>
class [[nodiscard("a workflow::Task does nothing until it is awaited with co_await")]] Task : public detail::Awaitable {
 public:
  using value_type = T;
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) detail::destroy(handle_);
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) detail::destroy(handle_);
  }

  auto operator co_await() && {
    if (!handle_ || handle_.promise().continuation) detail::throw_awaited_twice();
    struct Awaiter {
      Handle task;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        task.promise().continuation = awaiting;
        return task;
      }
      T await_resume() const { return task.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}

inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

}  // namespace detail
}  // namespace temporal::workflow
