// Interceptors of a client and of a worker around one workflow, with a real server between them.
#include "notes.h"
#include "server_fixture.h"

#include <temporal/client/interceptor.h>
#include <temporal/common/errors.h>
#include <temporal/worker/interceptor.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::Notes;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using temporal::tests::trace_in;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

namespace {

int weigh(int quantity) { return 3 * quantity; }

/// Weighs what was ordered when it is approved.
class Order {
 public:
  workflow::Task<int> run(int quantity) {
    quantity_ = quantity;
    co_await workflow::wait_condition([this] { return approved_; });
    co_return co_await workflow::execute_activity<weigh>({.start_to_close_timeout = 10s}, quantity_);
  }
  void approve() { approved_ = true; }
  int quantity() const { return quantity_; }
  int set_quantity(int quantity) { return std::exchange(quantity_, quantity); }
  void validate_set_quantity(int quantity) const {
    if (quantity <= 0) throw ApplicationError{"order something", {.type = "Nothing"}};
  }

 private:
  int quantity_ = 0;
  bool approved_ = false;
};

/// Puts a trace into what leaves the client: the call's, after what is there.
class ClientLink : public client::CallInterceptor {
 public:
  ClientLink(std::string name, Notes& notes) : name_(std::move(name)), notes_(notes) {}

  Task<client::StartedWorkflow> start_workflow(client::StartWorkflowInput input) override {
    const std::string what = input.signal ? "signal with start" : "start";
    add(input.headers, what);
    return noted(what, CallInterceptor::start_workflow(std::move(input)));
  }
  Task<client::StartedWorkflowWithUpdate> update_with_start(client::UpdateWithStartInput input) override {
    add(input.start.headers, "start");
    add(input.update.headers, "update with start");
    return noted("update with start", CallInterceptor::update_with_start(std::move(input)));
  }
  Task<void> signal_workflow(client::SignalWorkflowInput input) override {
    add(input.headers, "signal");
    return noted("signal", CallInterceptor::signal_workflow(std::move(input)));
  }
  Task<Payload> query_workflow(client::QueryWorkflowInput input) override {
    add(input.headers, "query");
    return noted("query", CallInterceptor::query_workflow(std::move(input)));
  }
  Task<client::StartedUpdate> start_update(client::StartUpdateInput input) override {
    add(input.headers, "update");
    auto update = co_await noted("update", CallInterceptor::start_update(std::move(input)));
    if (update.outcome && update.outcome->failure) notes_.add(name_ + " sees a rejected update");
    co_return update;
  }

 private:
  void add(Headers& headers, const std::string& call) const {
    const auto found = headers.find("trace");
    const auto before = found == headers.end() ? "" : trace_in(headers) + ", ";
    headers["trace"] = converter::to_payload(before + name_ + " " + call);
  }

  /// Notes when a call begins and how it ends.
  template <class T>
  Task<T> noted(std::string call, Task<T> task) {
    notes_.add(name_ + " begins " + call);
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(task);
        notes_.add(name_ + " ends " + call);
      } else {
        auto result = co_await std::move(task);
        notes_.add(name_ + " ends " + call);
        co_return result;
      }
    } catch (const Error& error) {
      notes_.add(name_ + " fails " + call);
      throw;
    }
  }

  std::string name_;
  Notes& notes_;
};

class RunLink : public workflow::RunInterceptor {
 public:
  explicit RunLink(Notes& notes) : notes_(notes) {}

  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    trace_ = input.headers["trace"];
    note("run", input.headers);
    return RunInterceptor::execute(std::move(input));
  }
  workflow::Task<Payload> handle_signal(workflow::SignalInput input) override {
    note("signal handler", input.headers);
    return RunInterceptor::handle_signal(std::move(input));
  }
  workflow::Task<Payload> handle_update(workflow::UpdateInput input) override {
    note("update handler", input.headers);
    return RunInterceptor::handle_update(std::move(input));
  }
  Payload handle_query(const workflow::QueryInput& input) override {
    notes_.add("query handler has " + trace_in(input.headers));  // a query counts as part of a replay
    return RunInterceptor::handle_query(input);
  }
  void schedule_activity(workflow::ScheduleActivityInput& input) override {
    input.headers["trace"] = trace_;
    RunInterceptor::schedule_activity(input);
  }

 private:
  void note(const std::string& where, const Headers& headers) {
    if (!workflow::is_replaying()) notes_.add(where + " has " + trace_in(headers));
  }

  Payload trace_;
  Notes& notes_;
};

class AttemptLink : public activity::AttemptInterceptor {
 public:
  explicit AttemptLink(Notes& notes) : notes_(notes) {}

  Task<Payload> execute(activity::ExecuteInput input) override {
    notes_.add("activity has " + trace_in(input.headers));
    return AttemptInterceptor::execute(std::move(input));
  }

 private:
  Notes& notes_;
};

/// One object for the client and for the worker. Each side has its notes: they are made at the same time.
class Tracing : public client::Interceptor, public worker::Interceptor {
 public:
  explicit Tracing(std::string name, std::shared_ptr<Notes> noted = std::make_shared<Notes>())
      : calls(std::move(noted)), name_(std::move(name)) {}

  std::unique_ptr<client::CallInterceptor> intercept_client(const client::ClientInfo& /*info*/) override {
    return std::make_unique<ClientLink>(name_, *calls);
  }
  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& /*info*/) override {
    return std::make_unique<RunLink>(runs);
  }
  std::unique_ptr<activity::AttemptInterceptor> intercept_activity(const activity::Info& /*info*/) override {
    return std::make_unique<AttemptLink>(runs);
  }

  const std::shared_ptr<Notes> calls;
  Notes runs;

 private:
  std::string name_;
};

class InterceptorTest : public ServerTest {
 protected:
  InterceptorTest() {
    options_.add_workflow(workflow::definition<Order>()
                              .run<&Order::run>()
                              .signal<&Order::approve>()
                              .query<&Order::quantity>()
                              .update<&Order::set_quantity, &Order::validate_set_quantity>());
    options_.add_activity<weigh>();
    options_.interceptors = {tracing_};
  }

  static client::Client client_with(std::vector<std::shared_ptr<client::Interceptor>> interceptors) {
    return client::Client::connect({.address = address(), .interceptors = std::move(interceptors)});
  }
  client::StartOptions start_options() const { return {.id = unique_name(), .task_queue = options_.task_queue}; }

  const std::shared_ptr<Tracing> tracing_ = std::make_shared<Tracing>("c");
  // No task is repeated because the machine stood still.
  worker::WorkerOptions options_{.task_queue = unique_name(), .deadlock_timeout = {}};
};

TEST_F(InterceptorTest, HeadersTravelFromTheClientToTheWorkflowItsHandlersAndItsActivities) {
  const auto traced = client_with({tracing_});
  const RunningWorker worker{client(), options_};
  const auto order = traced.start<&Order::run>(start_options(), 2).get();
  EXPECT_EQ(order.query<&Order::quantity>().get(), 2);
  EXPECT_EQ(order.update<&Order::set_quantity>(5).get(), 2);
  order.signal<&Order::approve>().get();
  EXPECT_EQ(order.result().get(), 15);
  EXPECT_THAT(tracing_->runs.take(),
              ElementsAre("run has c start", "query handler has c query", "update handler has c update",
                          "signal handler has c signal", "activity has c start"));
}

TEST_F(InterceptorTest, HeadersTravelWithASignalOrAnUpdateThatStarts) {
  const auto traced = client_with({tracing_});
  const RunningWorker worker{client(), options_};
  const auto signalled = traced.signal_with_start<&Order::run, &Order::approve>(start_options(), {2}, {}).get();
  EXPECT_EQ(signalled.result().get(), 6);
  EXPECT_THAT(tracing_->runs.take(),
              IsSupersetOf({"run has c signal with start", "signal handler has c signal with start"}));

  auto options = start_options();
  options.id_conflict_policy = client::WorkflowIdConflictPolicy::use_existing;
  const auto [order, update] = traced.update_with_start<&Order::run, &Order::set_quantity>(options, {2}, {}, {7}).get();
  update.result().get();
  EXPECT_THAT(tracing_->runs.take(), IsSupersetOf({"run has c start", "update handler has c update with start"}));
  order.terminate().get();
}

TEST_F(InterceptorTest, TwoInterceptorsNestInTheirOrder) {
  const auto traced = client_with({tracing_, std::make_shared<Tracing>("inner", tracing_->calls)});
  const RunningWorker worker{client(), options_};
  const auto order = traced.start<&Order::run>(start_options(), 2).get();
  EXPECT_THAT(tracing_->calls->take(),
              ElementsAre("c begins start", "inner begins start", "inner ends start", "c ends start"));
  order.signal<&Order::approve>().get();
  order.result().get();
  EXPECT_THAT(tracing_->runs.take(),
              UnorderedElementsAre("run has c start, inner start", "signal handler has c signal, inner signal",
                                   "activity has c start, inner start"));
}

TEST_F(InterceptorTest, TheFailureOfACallIsSeen) {
  const auto traced = client_with({tracing_});
  const auto nobody = traced.workflow_handle<&Order::run>("nobody");
  EXPECT_THROW(nobody.signal<&Order::approve>().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.query<&Order::quantity>().get(), WorkflowNotFoundError);
  EXPECT_THROW(nobody.update<&Order::set_quantity>(1).get(), WorkflowNotFoundError);
  EXPECT_THAT(tracing_->calls->take(), ElementsAre("c begins signal", "c fails signal", "c begins query",
                                                   "c fails query", "c begins update", "c fails update"));

  const auto options = start_options();
  const auto order = traced.start<&Order::run>(options, 1).get();
  EXPECT_THROW(traced.start<&Order::run>(options, 1).get(), WorkflowAlreadyStartedError);
  EXPECT_THAT(tracing_->calls->take(),
              ElementsAre("c begins start", "c ends start", "c begins start", "c fails start"));

  const RunningWorker worker{client(), options_};
  EXPECT_THROW(order.update<&Order::set_quantity>(0).get(), UpdateFailedError);
  EXPECT_THAT(tracing_->calls->take(), ElementsAre("c begins update", "c ends update", "c sees a rejected update"));
  order.terminate().get();
}

}  // namespace
