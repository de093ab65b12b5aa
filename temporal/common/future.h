#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/error.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <type_traits>
#include <utility>

/// \file
/// The result of a client call, or of a task that was started, that is still under way.

namespace temporal {

template <class T>
class Future;

namespace detail {

template <class T>
struct FutureAwaiter;

/// What a `Future` and its `Promise` share. The outcome is a function, so that a result is decoded on the thread that
/// asks for it and never on the one that delivers it.
template <class T>
class FutureState {
 public:
  void settle(std::function<T()> outcome) {
    std::function<void()> callback;
    std::function<void()> unheard;  // what it owns goes outside of the lock
    {
      const std::lock_guard lock{mutex_};
      if (settled_) return;
      settled_ = true;
      outcome_ = std::move(outcome);
      callback = std::exchange(callback_, {});
      unheard = std::exchange(when_abandoned_, {});
    }
    changed_.notify_all();
    if (callback) callback();
  }

  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return settled_; });
  }

  bool wait_for(Duration duration) {
    constexpr Duration longest = std::chrono::hours{24} * 36'500;  // more would overflow when the present is added
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::min(duration, longest), [this] { return settled_; });
  }

  T take() {
    wait();
    std::function<T()> outcome;
    {
      const std::lock_guard lock{mutex_};
      outcome = std::exchange(outcome_, {});
    }
    if (!outcome) throw std::logic_error("the result of a temporal::Future can be taken once");
    return outcome();
  }

  /// Calls back once when there is an outcome: at once, or on the thread that delivers it.
  void when_ready(std::function<void()> callback) {
    {
      const std::lock_guard lock{mutex_};
      if (!settled_) {
        callback_ = std::move(callback);
        return;
      }
    }
    callback();
  }

  /// Calls back once when nobody listens any more and there is no outcome: at once, or on the thread that left last.
  void when_abandoned(std::function<void()> callback) {
    {
      const std::lock_guard lock{mutex_};
      if (settled_) return;
      if (!abandoned_) {
        when_abandoned_ = std::move(callback);
        return;
      }
    }
    callback();
  }

  void listen() {
    const std::lock_guard lock{mutex_};
    ++listeners_;
  }
  void leave() {
    std::function<void()> callback;
    {
      const std::lock_guard lock{mutex_};
      if (--listeners_ > 0 || settled_) return;
      abandoned_ = true;
      callback = std::exchange(when_abandoned_, {});
    }
    if (callback) callback();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool settled_ = false;
  bool abandoned_ = false;
  int listeners_ = 0;
  std::function<T()> outcome_;
  std::function<void()> callback_;
  std::function<void()> when_abandoned_;
};

/// Someone who may still ask for the outcome.
template <class T>
class Listener {
 public:
  explicit Listener(std::shared_ptr<FutureState<T>> state) : state_(std::move(state)) { state_->listen(); }
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&& other) noexcept {
    const Listener before{std::move(*this)};
    state_ = std::move(other.state_);
    return *this;
  }
  ~Listener() {
    if (state_) state_->leave();
  }

  [[nodiscard]] const std::shared_ptr<FutureState<T>>& state() const noexcept { return state_; }
  FutureState<T>* operator->() const noexcept { return state_.get(); }

 private:
  std::shared_ptr<FutureState<T>> state_;
};

/// The side that delivers. Copies share one outcome; the first one given counts. When the last copy goes without one,
/// the future throws. Thread-safe.
template <class T>
class Promise {
 public:
  Promise() : owner_(std::make_shared<Owner>()) {}

  [[nodiscard]] Future<T> future() const { return Future<T>{owner_->state}; }

  /// The outcome is what `outcome` returns or throws when it is asked for.
  void settle(std::function<T()> outcome) const { owner_->state->settle(std::move(outcome)); }

  template <class U = T>
    requires(!std::is_void_v<T>)
  void set_value(U&& value) const {
    settle([held = std::make_shared<T>(std::forward<U>(value))]() -> T { return std::move(*held); });
  }
  void set_value() const
    requires std::is_void_v<T>
  {
    settle([] {});
  }
  void set_exception(std::exception_ptr error) const {
    settle([error = std::move(error)]() -> T { std::rethrow_exception(error); });
  }

  /// Calls back once when nobody can ask for the outcome any more, since the future has gone without one: at once, or
  /// on the thread that dropped it. There may be one such callback. It must not throw.
  void when_abandoned(std::function<void()> callback) const { owner_->state->when_abandoned(std::move(callback)); }

 private:
  struct Owner {
    std::shared_ptr<FutureState<T>> state = std::make_shared<FutureState<T>>();
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() {
      state->settle([]() -> T { throw Error("the call was abandoned before it had a result"); });
    }
  };
  std::shared_ptr<Owner> owner_;
};

}  // namespace detail

/// A result that arrives later: `get` blocks, `co_await std::move(future)` inside a `temporal::Task` suspends. It can
/// be had once; all else any number of times, from any thread. Dropping a future takes nothing back: what was asked for
/// goes on. What only waits (for a workflow's result, for example) ends, since nobody waits any more; an update has 5 s
/// from its beginning to reach the server.
template <class T>
class [[nodiscard("a result that nobody asks for can fail unseen: call get()")]] Future {
 public:
  using value_type = T;

  explicit Future(std::shared_ptr<detail::FutureState<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) noexcept = default;

  /// Waits for the result and hands it over, or throws what the call failed with.
  /// @throws std::logic_error the second time.
  T get() { return state_->take(); }

  /// Waits until there is a result or a failure.
  void wait() const { state_->wait(); }

  /// Waits as `wait` does, for at most `duration`. True: `get` will not block.
  [[nodiscard]] bool wait_for(Duration duration) const { return state_->wait_for(duration); }

 private:
  friend struct detail::FutureAwaiter<T>;
  detail::Listener<T> state_;
};

}  // namespace temporal
