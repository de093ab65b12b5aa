#pragma once

#include "interpreter.h"

#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace temporal::generated {

/// Says that somebody waits, for as long as it lives: at the end of an activation nobody may wait for what is there.
class Generated::Wait {
 public:
  Wait(Recorder& recorder, std::string what, std::function<bool()> ready)
      : recorder_(recorder),
        place_(recorder.waiting.insert(recorder.waiting.end(), {.what = std::move(what), .ready = std::move(ready)})) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() { recorder_.waiting.erase(place_); }

 private:
  Recorder& recorder_;
  std::list<Recorder::Waiting>::iterator place_;
};

/// Counts who holds a lock.
class Generated::Holding {
 public:
  Holding(Recorder& recorder, int lock, int permits) : count_(recorder.holders.at(lock)) {
    ++count_;
    recorder.expect(count_ <= permits, std::to_string(count_) + " hold lock " + std::to_string(lock));
  }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;
  ~Holding() { --count_; }

 private:
  int& count_;
};

/// The handler of a message begins.
inline void begins(Recorder& recorder, int message) {
  recorder.expect(recorder.on_server || message > recorder.last_started,
                  "the handler of message " + std::to_string(message) + " began after that of message " +
                      std::to_string(recorder.last_started));
  recorder.last_started = message;
  recorder.started.insert(message);
}

}  // namespace temporal::generated
