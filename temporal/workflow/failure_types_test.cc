#include <temporal/workflow/failure_types.h>

#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gtest/gtest.h>

#include <stdexcept>

using namespace temporal;
using namespace std::chrono_literals;
using workflow::detail::DrivenRun;

namespace {

workflow::Task<> out_of_domain() {
  throw std::domain_error{"out of domain"};
  co_return;
}
workflow::Task<> throws_a_number() {
  throw 7;
  co_return;
}

class Strict {
 public:
  workflow::Task<> run() { co_await workflow::sleep(1h); }
  void fails() { throw std::domain_error{"out of domain"}; }
};

struct Throws {
  ~Throws() noexcept(false) {
    if (armed) throw std::runtime_error{"from a destructor"};
  }
  bool armed = true;
};

workflow::Task<> inner_of_throws(std::string* log) {
  struct Notes {
    std::string* log;
    ~Notes() { *log += "destroyed"; }
  } notes{log};
  Throws throws;
  co_await workflow::sleep(1h);
  throws.armed = false;
}

void nothing() {}

std::string destroyed;
workflow::Task<> throws_when_it_is_evicted() {
  Throws throws;
  co_await inner_of_throws(&destroyed);
  throws.armed = false;
}

workflow::Task<> works_when_it_is_evicted() {
  struct Busy {
    ~Busy() {
      const auto refused = workflow::start_activity<nothing>({});
      const auto spawned = workflow::spawn(workflow::sleep(1h));
      const auto handler = workflow::set_signal_handler("late", [] {});
      scope.cancel();
    }
    workflow::CancellationScope scope;
  } busy;
  auto in_scope = workflow::spawn(busy.scope.run(workflow::sleep(1h)));
  co_await workflow::wait_condition([] { return false; });
}

}  // namespace

TEST(FailureTypes, AnyExceptionFailsOnlyTheTaskUnlessItsTypeIsNamed) {
  DrivenRun unnamed{workflow::function_definition<out_of_domain>()};
  EXPECT_TRUE(unnamed.activate().has_failed());
  DrivenRun other{workflow::function_definition<out_of_domain>(
      {.failure_exception_types = workflow::failure_types<std::range_error>()})};
  EXPECT_TRUE(other.activate().has_failed());
  DrivenRun named{workflow::function_definition<out_of_domain>(
      {.failure_exception_types = workflow::failure_types<std::range_error, std::logic_error>()})};
  EXPECT_EQ(named.commands().at(0).fail_workflow_execution().failure().message(), "out of domain");
}

TEST(FailureTypes, TheWorkerCanNameThemForAllWorkflows) {
  DrivenRun run{{.failure_exception_types = workflow::failure_types<std::exception>()},
                workflow::function_definition<out_of_domain>()};
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(), "out of domain");
}

TEST(FailureTypes, CountForHandlersToo) {
  const auto definition =
      workflow::definition<Strict>({.failure_exception_types = workflow::failure_types<std::domain_error>()})
          .run<&Strict::run>()
          .signal<&Strict::fails>()
          .update<&Strict::fails>();
  DrivenRun signalled{definition};
  signalled.signal("fails");
  EXPECT_TRUE(signalled.commands().at(0).has_fail_workflow_execution());
  DrivenRun updated{definition};
  updated.update("fails", 0);
  const auto commands = updated.commands();
  EXPECT_TRUE(commands.at(0).update_response().has_accepted());
  EXPECT_EQ(commands.at(1).update_response().rejected().message(), "out of domain");
}

TEST(Failure, WhatIsNoStdExceptionFailsTheTask) {
  DrivenRun run{workflow::function_definition<throws_a_number>()};
  EXPECT_FALSE(run.activate().failed().failure().message().empty());
}

TEST(Eviction, EndsWhatADestructorThrows) {
  destroyed.clear();
  DrivenRun run{workflow::function_definition<throws_when_it_is_evicted>()};
  EXPECT_EQ(run.commands().size(), 1U);
  run.evict();
  EXPECT_EQ(destroyed, "destroyed");
}

TEST(Eviction, IsNotDisturbedByWhatADestructorStarts) {
  DrivenRun run{workflow::function_definition<works_when_it_is_evicted>()};
  EXPECT_EQ(run.commands().size(), 1U);
  run.evict();
}
