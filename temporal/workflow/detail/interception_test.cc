#include <temporal/workflow/detail/interception.h>

#include <temporal/common/errors.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using workflow::detail::DrivenRun;
using workflow::detail::result_of;

namespace {

void work() {}

class Counter {
 public:
  workflow::Task<int> run(int first) {
    sum_ = first;
    co_await workflow::execute_activity<work>({.start_to_close_timeout = 1s});
    co_return sum_;
  }
  void add(int n) { sum_ += n; }
  int sum() const { return sum_; }
  int set(int n) { return sum_ = n; }
  void validate_set(int n) const {
    if (n < 0) throw ApplicationError{"no debts"};
  }

 private:
  int sum_ = 0;
};

workflow::Definition counter() {
  return workflow::definition<Counter>()
      .run<&Counter::run>()
      .signal<&Counter::add>()
      .query<&Counter::sum>()
      .update<&Counter::set, &Counter::validate_set>();
}

using Seen = std::vector<std::string>;

std::string text(const Headers& headers) {
  const auto found = headers.find("trace");
  return found == headers.end() ? "" : converter::from_payload<std::string>(found->second);
}

/// Notes what passes it, and leaves its own name in the headers of what the run asks for.
class Link : public workflow::RunInterceptor {
 public:
  Link(std::string name, Seen& seen) : name_(std::move(name)), seen_(seen) {}

  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    note("execute " + input.workflow_type + " " + text(input.headers));
    auto result = co_await RunInterceptor::execute(std::move(input));
    note("executed in " + workflow::info().workflow_id);
    co_return result;
  }
  workflow::Task<Payload> handle_signal(workflow::SignalInput input) override {
    note("signal " + input.name + " " + text(input.headers));
    return RunInterceptor::handle_signal(std::move(input));
  }
  workflow::Task<Payload> handle_update(workflow::UpdateInput input) override {
    note("update " + input.name + " of " + workflow::current_update_info()->id);
    return RunInterceptor::handle_update(std::move(input));
  }
  Payload handle_query(const workflow::QueryInput& input) override {
    note("query " + input.name);
    return RunInterceptor::handle_query(input);
  }
  void validate_update(const workflow::UpdateInput& input) override {
    note("validate " + input.name + " of " + workflow::current_update_info()->id);
    RunInterceptor::validate_update(input);
  }
  void schedule_activity(workflow::ScheduleActivityInput& input) override {
    note("activity " + input.activity_type);
    input.headers["trace"] = converter::to_payload(text(input.headers) + name_);
    RunInterceptor::schedule_activity(input);
  }

 private:
  void note(const std::string& what) { seen_.push_back(name_ + ": " + what); }

  std::string name_;
  Seen& seen_;
};

class Links : public workflow::Interceptor {
 public:
  Links(std::string name, Seen& seen) : name_(std::move(name)), seen_(seen) {}
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& /*info*/) override {
    return std::make_unique<Link>(name_, seen_);
  }

 private:
  std::string name_;
  Seen& seen_;
};

/// Makes interceptors with a function.
class Making : public workflow::Interceptor {
 public:
  using Make = std::function<std::unique_ptr<workflow::RunInterceptor>(const workflow::Info& info)>;

  explicit Making(Make make) : make_(std::move(make)) {}
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& info) override {
    return make_(info);
  }

 private:
  Make make_;
};

template <class Interceptor>
std::shared_ptr<workflow::Interceptor> making() {
  return std::make_shared<Making>([](const auto& /*info*/) { return std::make_unique<Interceptor>(); });
}

/// Hands signals on a second later.
class Late : public workflow::RunInterceptor {
 public:
  workflow::Task<Payload> handle_signal(workflow::SignalInput input) override {
    co_await workflow::sleep(1s);
    co_return co_await RunInterceptor::handle_signal(std::move(input));
  }
};

/// Lets in what it likes.
class Doorman : public workflow::RunInterceptor {
 public:
  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    if (input.arguments.empty()) throw ApplicationError{"nothing to do"};
    return RunInterceptor::execute(std::move(input));
  }
  void validate_update(const workflow::UpdateInput& /*input*/) override { throw ApplicationError{"not welcome"}; }
  Payload handle_query(const workflow::QueryInput& input) override {
    const auto timer = workflow::start_timer(1s);
    return RunInterceptor::handle_query(input);
  }
};

/// Answers a query itself, as long as the run is in the cache.
class Answering : public workflow::RunInterceptor {
 public:
  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    answer_ = workflow::set_query_handler("who", [] { return std::string{"the interceptor"}; });
    return RunInterceptor::execute(std::move(input));
  }

 private:
  std::optional<workflow::HandlerRegistration> answer_;
};

/// Takes one signal of the name "add", and updates and queries of any.
class Hatch {
 public:
  workflow::Task<int> run(int first) {
    {
      const auto hatch = workflow::set_signal_handler("add", [&](int n) { first += n; });
      co_await workflow::execute_activity<work>({.start_to_close_timeout = 1s});
    }
    co_await workflow::wait_condition([] { return workflow::all_handlers_finished(); });
    co_return first;
  }
  std::string any_update(std::string name, std::vector<RawValue> /*arguments*/) { return name; }
  std::string any_query(std::string name, std::vector<RawValue> /*arguments*/) const { return name; }
};

workflow::Definition hatch() {
  return workflow::definition<Hatch>()
      .run<&Hatch::run>()
      .dynamic_query<&Hatch::any_query>()
      .dynamic_update<&Hatch::any_update>();
}

std::string answer(const coresdk::workflow_commands::WorkflowCommand& command) {
  return converter::from_payload<std::string>(converter::to_payload(command.respond_to_query().succeeded().response()));
}

class InterceptionTest : public ::testing::Test {
 protected:
  template <class... Arguments>
  static DrivenRun run_with(std::vector<std::shared_ptr<workflow::Interceptor>> interceptors,
                            workflow::Definition definition, Arguments... arguments) {
    return DrivenRun{workflow::detail::InstanceOptions{.task_queue = "queue", .interceptors = std::move(interceptors)},
                     std::move(definition), arguments...};
  }
  static DrivenRun run_with(std::vector<std::shared_ptr<workflow::Interceptor>> interceptors) {
    return run_with(std::move(interceptors), counter(), 1);
  }

  Seen seen;
};

}  // namespace

TEST_F(InterceptionTest, TheFirstOneIsOutermostAndHeadersTravelWithTheActivity) {
  auto run = run_with({std::make_shared<Links>("a", seen), std::make_shared<Links>("b", seen)});
  const auto scheduled = run.commands().at(0).schedule_activity();
  EXPECT_EQ(text(converter::to_payload_map(scheduled.headers())), "ab");
  run.complete_activity(1, nullptr);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 1);
  EXPECT_THAT(seen, ElementsAre("a: execute Counter ", "b: execute Counter ", "a: activity work", "b: activity work",
                                "b: executed in id", "a: executed in id"));
}

TEST_F(InterceptionTest, HandlersPassItWithTheirHeaders) {
  auto run = run_with({std::make_shared<Links>("a", seen)});
  (void)run.commands();
  seen.clear();
  run.signal("add", 2);
  auto& signal = run.job();
  signal.mutable_signal_workflow()->set_signal_name("add");
  converter::set_payloads(*signal.mutable_signal_workflow()->mutable_input(), converter::to_payloads(3));
  converter::set_payload_map(*signal.mutable_signal_workflow()->mutable_headers(),
                             {{"trace", converter::to_payload(std::string{"from afar"})}});
  (void)run.commands();
  run.job().mutable_query_workflow()->set_query_type("sum");
  const auto answer = run.commands().at(0).respond_to_query().succeeded().response();
  EXPECT_EQ(converter::from_payload<int>(converter::to_payload(answer)), 6);
  EXPECT_THAT(seen, ElementsAre("a: signal add ", "a: signal add from afar", "a: query sum"));
}

TEST_F(InterceptionTest, ASignalThatDoesNotDecodePassesItAndIsDropped) {
  auto run = run_with({std::make_shared<Links>("a", seen)});
  (void)run.commands();
  seen.clear();
  run.signal("add", std::string{"two"});
  EXPECT_THAT(run.commands(), IsEmpty());
  EXPECT_THAT(seen, ElementsAre("a: signal add "));
}

TEST_F(InterceptionTest, AnUpdatePassesItTwice) {
  auto run = run_with({std::make_shared<Links>("a", seen)});
  (void)run.commands();
  seen.clear();
  run.update("set", 5);
  EXPECT_TRUE(run.commands().at(1).update_response().has_completed());
  run.update("set", -5);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "no debts");
  EXPECT_THAT(
      seen, ElementsAre("a: validate set of id-of-set", "a: update set of id-of-set", "a: validate set of id-of-set"));
}

TEST_F(InterceptionTest, TheHandlerThatWasFoundRunsThoughItIsGoneByThen) {
  auto run = run_with({making<Late>()}, hatch(), 1);
  (void)run.commands();
  run.signal("add", 2);
  (void)run.commands();
  run.complete_activity(1, nullptr);
  EXPECT_THAT(run.commands(), IsEmpty());
  run.fire_timer(1);
  EXPECT_EQ(result_of<int>(run.commands().at(0)), 3);
}

TEST_F(InterceptionTest, DynamicHandlersPassIt) {
  auto run = run_with({std::make_shared<Links>("a", seen)}, hatch(), 1);
  (void)run.commands();
  seen.clear();
  run.update("anything", 1);
  const auto updated = run.commands();
  EXPECT_EQ(converter::from_payload<std::string>(converter::to_payload(updated.at(1).update_response().completed())),
            "anything");
  run.query("whatever");
  EXPECT_EQ(answer(run.commands().at(0)), "whatever");
  EXPECT_THAT(seen, ElementsAre("a: validate anything of id-of-anything", "a: update anything of id-of-anything",
                                "a: query whatever"));
}

TEST_F(InterceptionTest, ItCanRejectAnUpdateThatHasNoValidatorAndAQueryStillChangesNothing) {
  auto run = run_with({making<Doorman>()}, hatch(), 1);
  (void)run.commands();
  run.update("anything", 1);
  EXPECT_EQ(run.commands().at(0).update_response().rejected().message(), "not welcome");
  run.query("whatever");
  EXPECT_THAT(run.commands().at(0).respond_to_query().failed().message(), HasSubstr("must not change the workflow"));
}

TEST_F(InterceptionTest, ItsFailureFailsTheWorkflow) {
  auto run = run_with({making<Doorman>()}, counter());
  EXPECT_EQ(run.commands().at(0).fail_workflow_execution().failure().message(), "nothing to do");
}

TEST_F(InterceptionTest, WhatItRegistersEndsWithTheRun) {
  auto run = run_with({making<Answering>()});
  (void)run.commands();
  run.query("who");
  EXPECT_EQ(answer(run.commands().at(0)), "the interceptor");
  run.evict();
}

TEST_F(InterceptionTest, KnowsForWhichRunItIsMade) {
  std::string type;
  const auto run = run_with({std::make_shared<Making>([&](const workflow::Info& info) {
    type = info.workflow_type;
    return nullptr;
  })});
  EXPECT_EQ(type, "Counter");
}

TEST_F(InterceptionTest, OneThatIsNotInterestedIsNotInTheChain) {
  auto run = run_with({std::make_shared<workflow::Interceptor>()});
  EXPECT_EQ(run.commands().at(0).schedule_activity().headers_size(), 0);
}
