#include <temporal/common/detail/timer.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace temporal::detail {
namespace {

class Timer {
 public:
  Timer() {
    std::thread{[this] { run(); }}.detach();
  }

  TimerEntry::Key add(std::chrono::steady_clock::time_point time, std::function<void()> callback) {
    const std::scoped_lock lock{mutex_};
    const TimerEntry::Key key{time, next_++};
    entries_.emplace(key, std::move(callback));
    if (entries_.begin()->first == key) changed_.notify_one();
    return key;
  }

  void remove(const TimerEntry::Key& key) {
    const std::scoped_lock lock{mutex_};
    entries_.erase(key);
  }

 private:
  void run() {
    std::unique_lock lock{mutex_};
    for (;;) {
      if (entries_.empty()) {
        changed_.wait(lock);
      } else if (const auto first = entries_.begin()->first.first; first > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, first);
      } else {
        auto due = entries_.extract(entries_.begin());
        lock.unlock();
        due.mapped()();
        due = {};
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<TimerEntry::Key, std::function<void()>> entries_;
  std::uint64_t next_ = 0;
};

/// Never destroyed: its thread cannot be asked to end.
Timer& timer() {
  static auto& made = *new Timer;
  return made;
}

}  // namespace

TimerEntry::~TimerEntry() { timer().remove(key_); }

TimerEntry call_at(std::chrono::steady_clock::time_point time, std::function<void()> callback) {
  return TimerEntry{timer().add(time, std::move(callback))};
}

}  // namespace temporal::detail
