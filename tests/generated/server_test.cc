// Generated programs on a real server, by workers that keep nothing, little or all in their cache, or end in the
// middle.
#include "../server_fixture.h"

#include "answers.h"
#include "course.h"
#include "program.h"
#include "verdict.h"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <latch>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace temporal;
using namespace temporal::generated;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

constexpr std::uint64_t usual_count = 32;
constexpr std::uint64_t at_once = 16;

struct Kind {
  const char* name;
  std::size_t cached;
  bool moves = false;  ///< to another worker, which has the code with the patches
};
std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

/// For each number below, on as many threads as the machine can run.
template <class Act>
void for_each(std::size_t count, std::size_t threads, const Act& act) {
  std::atomic<std::size_t> next = 0;
  const auto used = std::min(count, threads);
  std::vector<std::jthread> running;
  running.reserve(used);
  for (std::size_t i = 0; i < used; ++i) {
    running.emplace_back([&] {
      for (auto mine = next++; mine < count; mine = next++) act(mine);
    });
  }
}

class GeneratedOnTheServer : public ServerTest, public ::testing::WithParamInterface<Kind> {
 protected:
  static bool often_evicted() { return GetParam().cached < at_once; }

  static std::shared_ptr<Instances> instances(bool before_patches = false) {
    return std::make_shared<Instances>(before_patches);
  }

  /// Courses of the seeds from the first on, all at once, and the instances of the worker, or of both.
  std::vector<Course> take_courses(std::uint64_t first, std::uint64_t count,
                                   const std::vector<std::shared_ptr<Instances>>& of_workers) {
    const Where where{.worker = GetParam().name,
                      .task_queue = std::string{GetParam().name} + "-" + std::to_string(first),
                      .often_evicted = often_evicted(),
                      .moves = GetParam().moves};
    const auto options = [&](std::size_t which) {
      auto made = worker_options(client(), where.task_queue, of_workers.at(which));
      made.max_cached_workflows = GetParam().cached;
      made.log = log_;
      return made;
    };
    std::vector<Course> courses(count);
    std::latch halfway{static_cast<std::ptrdiff_t>(count)};
    std::optional<RunningWorker> worker{std::in_place, client(), options(0)};
    std::jthread taking{[&] {
      for_each(count, count, [&](std::size_t i) {
        courses[i] = take_course(client(), first + i, where, [&] { halfway.arrive_and_wait(); });
      });
    }};
    if (GetParam().moves) {
      halfway.wait();
      worker.reset();
      worker.emplace(client(), options(1));
    }
    taking.join();
    return courses;
  }

  /// What the worker says of a workflow.
  std::string log_of(const std::string& workflow_id) {
    const std::scoped_lock lock{mutex_};
    std::string text;
    for (const auto& line : lines_) {
      if (line.find(workflow_id) != std::string::npos) text += line;
    }
    return text;
  }

  std::string words(const Course& course, const std::string& problem) {
    return "seed " + std::to_string(course.seed) + ": " + problem + "\n" + to_text(program_of(course.seed)) +
           to_text(course.events) + log_of(course.history.workflow_id);
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  const Logger log_ = Logger::create({.level = LogLevel::warn}, [this](std::string_view line) {
    const std::scoped_lock lock{mutex_};
    lines_.emplace_back(line);
  });
};

}  // namespace

TEST_P(GeneratedOnTheServer, AllInstancesOfARunSeeTheSameAndItsHistoryReplays) {
  const auto begin = number_from("GENERATED_SEED", 1);
  const auto end = begin + number_from("GENERATED_COUNT", usual_count);
  std::mutex mutex;
  std::size_t runs = 0;
  std::size_t replays = 0;
  std::size_t made = 0;
  std::size_t lost = 0;
  std::size_t joined = 0;
  for (auto first = begin; first < end && !HasFailure(); first += at_once) {
    std::vector<std::shared_ptr<Instances>> of_workers;
    if (GetParam().moves) of_workers.push_back(instances(/*before_patches=*/true));
    of_workers.push_back(instances());
    const auto courses = take_courses(first, std::min(at_once, end - first), of_workers);
    const auto replayed = instances();
    const auto replaying = worker_options(client(), "replay", replayed);
    for_each(courses.size(), std::thread::hardware_concurrency(), [&](std::size_t i) {
      Instances::Recorders seen;
      for (const auto& each : of_workers)
        std::ranges::copy(each->of(courses[i].history.run_id), std::back_inserter(seen));
      const auto verdict = judge(courses[i], seen, replaying, *replayed);
      const std::scoped_lock lock{mutex};
      ++runs;
      replays += verdict.replays;
      made += seen.size();
      lost += verdict.lost_a_task ? 1 : 0;
      joined += verdict.joined_by_core ? 1 : 0;
      if (!verdict.problem.empty()) ADD_FAILURE() << words(courses[i], verdict.problem);
    });
  }
  std::cout << GetParam().name << ": " << runs << " seeds, " << made << " instances, " << replays << " replays; "
            << lost << " runs lost a task; " << joined << " were not judged, since core joins two of their tasks\n";
}

INSTANTIATE_TEST_SUITE_P(Workers, GeneratedOnTheServer,
                         ::testing::Values(Kind{.name = "cached", .cached = 1000},
                                           Kind{.name = "uncached", .cached = 0}, Kind{.name = "crowded", .cached = 2},
                                           Kind{.name = "moved", .cached = 1000, .moves = true}),
                         [](const auto& tested) { return std::string{tested.param.name}; });
