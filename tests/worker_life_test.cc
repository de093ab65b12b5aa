// Nothing that ends may hang: the end of a worker, in every state and from every thread.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto bound = 60s;  // for what should take none; on the slowest machine
constexpr auto forever = Clock::time_point::max();

/// How many threads can still be made; none when negative.
std::atomic<int> threads_left = 1'000'000;

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
#define TEMPORAL_CAN_RUN_OUT_OF_THREADS 1
/// That of the C library, as long as there are threads.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                              void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (threads_left-- <= 0) return EAGAIN;
  return create(thread, attributes, start, argument);
}
#endif

namespace {

class NoMoreThreadsThan {
 public:
  explicit NoMoreThreadsThan(int count) { threads_left = count; }
  NoMoreThreadsThan(const NoMoreThreadsThan&) = delete;
  NoMoreThreadsThan& operator=(const NoMoreThreadsThan&) = delete;
  ~NoMoreThreadsThan() { threads_left = 1'000'000; }
};

std::string hello(const std::string& name) { return "Hello, " + name + "!"; }
workflow::Task<std::string> greets(std::string name) {
  co_return co_await workflow::execute_activity<hello>(
      {.start_to_close_timeout = 10min, .retry_policy = RetryPolicy{.initial_interval = 1ms}}, name);
}

std::latch* local_started = nullptr;
std::atomic<bool> is_the_last_worker = false;
std::string waits_to_be_told() {
  if (is_the_last_worker) return "done by the next worker";
  local_started->count_down();
  while (!activity::stop_token().stop_requested()) std::this_thread::sleep_for(1ms);
  activity::throw_if_cancelled();
  return "";
}
/// Beside one that is done, whose result waits for the other.
workflow::Task<std::string> waits_at_home() {
  const auto done = workflow::start_local_activity<hello>({.schedule_to_close_timeout = 10min}, "Ann");
  const auto waits = workflow::start_local_activity<waits_to_be_told>({.schedule_to_close_timeout = 10min});
  const auto greeting = co_await done;
  co_return greeting + " " + co_await waits;
}

std::latch* deaf_started = nullptr;
std::promise<void>* deaf_may_end = nullptr;
void does_not_listen() {
  auto end = deaf_may_end->get_future();
  deaf_started->count_down();
  end.wait();
}
workflow::Task<> calls_what_does_not_listen() {
  return workflow::execute_activity<does_not_listen>({.start_to_close_timeout = 10min});
}

class WorkerLife : public ServerTest {
 protected:
  static worker::WorkerOptions options() {
    worker::WorkerOptions options{.task_queue = unique_name(), .disable_eager_activity_execution = true};
    options.add_workflow<greets>();
    options.add_workflow<waits_at_home>();
    options.add_workflow<calls_what_does_not_listen>();
    options.add_activity<hello>();
    options.add_activity<waits_to_be_told>();
    options.add_activity<does_not_listen>();
    return options;
  }
  static std::string greet(const worker::WorkerOptions& options) {
    return client().execute<greets>({.id = unique_name(), .task_queue = options.task_queue}, std::string{"Ann"}).get();
  }
  /// What hangs is told and left alone.
  static void ends(const std::string& what, std::function<void()> act) {
    const auto done = std::make_shared<std::promise<void>>();
    auto over = done->get_future();
    std::thread{[done, act = std::move(act)] {
      act();
      done->set_value();
    }}.detach();
    if (over.wait_for(bound) != std::future_status::ready) {
      ADD_FAILURE() << what << " hangs";
      std::_Exit(1);  // what hangs uses what is about to go
    }
  }
};

using Do = std::function<void(worker::Worker&)>;

void start(worker::Worker& worker) { worker.start(); }
void shut_down(worker::Worker& worker) { EXPECT_TRUE(worker.shutdown(forever)); }
void run(worker::Worker& worker) { worker.run({}); }
void await_the_end(worker::Worker& worker) { EXPECT_EQ(worker.wait_until(forever), nullptr); }
template <class E>
Do throws(const Do& act) {
  return [act](worker::Worker& worker) { EXPECT_THROW(act(worker), E); };
}
/// One thread each. Once all of them are under way, or might be, another one shuts the worker down.
Do beside_a_shutdown(std::vector<Do> acts) {
  return [acts = std::move(acts)](worker::Worker& worker) {
    std::latch under_way{static_cast<std::ptrdiff_t>(acts.size())};
    std::vector<std::jthread> threads;
    for (const auto& act : acts) {
      threads.emplace_back([&] {
        under_way.count_down();
        act(worker);
      });
    }
    under_way.wait();
    shut_down(worker);
  };
}

}  // namespace

TEST_F(WorkerLife, EndsInEveryStateFromEveryThread) {
  const struct {
    std::string name;
    std::vector<Do> acts;
  } lives[] = {
      {"never started", {}},
      {"started", {start}},
      {"started twice", {start, throws<std::logic_error>(start), shut_down}},
      {"shut down twice", {start, shut_down, shut_down}},
      {"shut down before it starts", {shut_down, throws<std::logic_error>(start)}},
      {"run after its end", {start, shut_down, run}},
      {"started after its end", {start, shut_down, throws<std::logic_error>(start)}},
      {"waited for after its end", {start, shut_down, await_the_end}},
      {"waited for by several", {start, beside_a_shutdown({await_the_end, await_the_end, await_the_end})}},
      {"shut down by several", {start, beside_a_shutdown({shut_down, shut_down, shut_down})}},
      {"run beside a shutdown", {beside_a_shutdown({run})}},
      {"run, waited for and shut down by several", {beside_a_shutdown({run, await_the_end, shut_down})}},
      {"its time is over",
       {start, [](auto& worker) { (void)worker.shutdown(Clock::now()); },
        [](auto& worker) { (void)worker.shutdown(forever); }}},
  };
  for (const auto& [name, acts] : lives) {
    for (int i = 0; i < 3; ++i) {
      ends(name, [&] {
        worker::Worker worker{client(), options()};
        for (const auto& act : acts) act(worker);
      });
    }
  }
}

TEST_F(WorkerLife, AStopAndAShutdownAtOnceAreOneEnd) {
  for (const bool polls : {false, true, true, true, true, true}) {
    ends("run", [polls] {
      worker::Worker worker{client(), options()};
      std::jthread running{[&](const std::stop_token& stop) { worker.run(stop); }};
      while (polls && worker.status().last_task == Clock::time_point{}) std::this_thread::sleep_for(1ms);
      running.request_stop();
      EXPECT_TRUE(worker.shutdown(forever));
    });
  }
}

TEST_F(WorkerLife, WhatTakesTheShortestTimeDecidesForAllThatWait) {
  std::latch started{1};
  static std::promise<void> may_end;
  deaf_started = &started;
  deaf_may_end = &may_end;
  static std::mutex mutex;  // what is abandoned may still write
  static std::string log;
  ends("run beside a shutdown that gives up", [&] {
    auto chosen = options();
    chosen.log = Logger::create({}, [](std::string_view line) {
      const std::scoped_lock lock{mutex};
      log += line;
    });
    worker::Worker worker{client(), chosen};
    std::jthread running{[&] { worker.run({}); }};
    auto handle = client().start<calls_what_does_not_listen>({.id = "deaf", .task_queue = chosen.task_queue}).get();
    started.wait();
    EXPECT_FALSE(worker.shutdown(Clock::now()));
    running.join();
    handle.terminate().get();
  });
  const std::scoped_lock lock{mutex};
  EXPECT_THAT(log, AllOf(HasSubstr("an activity did not end and was abandoned"),
                         HasSubstr(R"("activity_type":"does_not_listen")"), HasSubstr(R"("workflow_id":"deaf")")));
  may_end.set_value();
}

TEST_F(WorkerLife, OneThatTakesThePlaceOfAnotherEndsIt) {
  const auto first = options();
  const auto second = options();
  worker::Worker worker{client(), first};
  worker.start();
  EXPECT_EQ(greet(first), "Hello, Ann!");
  worker = worker::Worker{client(), second};
  worker.start();
  EXPECT_EQ(greet(second), "Hello, Ann!");
  auto left = client().start<greets>({.id = unique_name(), .task_queue = first.task_queue}, std::string{"Bob"}).get();
  EXPECT_FALSE(left.result().wait_for(500ms)) << "the first one polls on";
  left.terminate().get();
  auto moved = std::move(worker);
  EXPECT_THROW(worker.start(), std::logic_error);
  EXPECT_TRUE(moved.shutdown(forever));
}

TEST_F(WorkerLife, ALocalActivityIsToldAndDoneByTheNextWorker) {
  std::latch started{1};
  local_started = &started;
  is_the_last_worker = false;
  auto chosen = options();
  chosen.graceful_shutdown_timeout = 50ms;
  auto handle =
      client().start<waits_at_home>({.id = unique_name(), .task_queue = chosen.task_queue, .task_timeout = 1s}).get();
  ends("a worker with a local activity", [&] {
    worker::Worker worker{client(), chosen};
    worker.start();
    started.wait();
    EXPECT_TRUE(worker.shutdown(forever));
  });
  is_the_last_worker = true;
  const RunningWorker next{client(), chosen};
  EXPECT_EQ(handle.result().get(), "Hello, Ann! done by the next worker");
}

#ifdef TEMPORAL_CAN_RUN_OUT_OF_THREADS
TEST_F(WorkerLife, DoesNotStartWithoutThreadsAndLeavesNothingBehind) {
  {
    const RunningWorker warm{client(), options()};
  }  // what the runtime needs is there
  for (int threads = 0; threads < 3; ++threads) {
    ends("a start without threads", [&] {
      worker::Worker worker{client(), options()};
      {
        const NoMoreThreadsThan few{threads};
        EXPECT_THROW(worker.start(), std::system_error);
      }
      EXPECT_TRUE(worker.shutdown(forever));
    });
  }
  const auto chosen = options();
  const RunningWorker worker{client(), chosen};
  EXPECT_EQ(greet(chosen), "Hello, Ann!");
}

TEST_F(WorkerLife, AnActivityWithoutAThreadFailsAndTheWorkerGoesOn) {
  const auto chosen = options();
  RunningWorker worker{client(), chosen};
  const NoMoreThreadsThan none{0};
  auto handle =
      client().start<greets>({.id = unique_name(), .task_queue = chosen.task_queue}, std::string{"Ann"}).get();
  for (const auto limit = Clock::now() + bound; threads_left >= 0 && Clock::now() < limit;) {
    std::this_thread::sleep_for(1ms);
  }
  threads_left = 1'000'000;
  EXPECT_EQ(handle.result().get(), "Hello, Ann!");
  EXPECT_EQ(greet(chosen), "Hello, Ann!");
  ends("its end", [&] { EXPECT_TRUE(worker->shutdown(forever)); });
}
#endif
