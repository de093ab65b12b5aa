#include <temporal/client/detail/interception.h>

#include <temporal/client/client.h>
#include <temporal/client/detail/session.h>
#include <temporal/common/promise.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace temporal::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Makes the link that a function gives.
class Maker : public Interceptor {
 public:
  using Make = std::function<std::unique_ptr<CallInterceptor>(const ClientInfo&)>;

  explicit Maker(Make make) : make_(std::move(make)) {}
  std::unique_ptr<CallInterceptor> intercept_client(const ClientInfo& info) override { return make_(info); }

 private:
  Make make_;
};

template <class Link, class... A>
std::shared_ptr<Interceptor> makes(A&... arguments) {
  return std::make_shared<Maker>([&arguments...](const ClientInfo&) { return std::make_unique<Link>(arguments...); });
}

/// A client whose calls end at its links: there is no connection.
Client client_with(std::vector<std::shared_ptr<Interceptor>> interceptors) {
  return Client{std::make_shared<detail::Session>(
      nullptr, ConnectOptions{.namespace_ = "shop", .interceptors = std::move(interceptors)}, "me")};
}

std::string text(const Headers& headers) {
  const auto found = headers.find("trace");
  return found == headers.end() ? "-" : converter::from_payload<std::string>(found->second);
}

std::string text(const std::vector<Payload>& arguments) {
  std::string all;
  for (const auto& argument : arguments) all += argument.data;
  return all;
}

using Seen = std::vector<std::string>;

/// Answers all calls in place of a server, and notes them.
class Server : public CallInterceptor {
 public:
  explicit Server(Seen& seen) : seen_(seen) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    auto what = "start " + input.workflow_type + " " + text(input.arguments) + " " + text(input.headers);
    if (input.signal) what += " " + input.signal->name + " " + text(input.signal->arguments);
    seen_.push_back(std::move(what));
    co_return StartedWorkflow{.workflow_id = input.options.id, .run_id = "r2", .first_run_id = "r1"};
  }
  Task<StartedWorkflowWithUpdate> update_with_start(UpdateWithStartInput input) override {
    co_return StartedWorkflowWithUpdate{co_await start_workflow(std::move(input.start)),
                                        co_await start_update(std::move(input.update))};
  }
  Task<void> signal_workflow(SignalWorkflowInput input) override {
    note("signal", input, input.name + " " + text(input.arguments) + " " + text(input.headers));
    co_return;
  }
  Task<Payload> query_workflow(QueryWorkflowInput input) override {
    note("query", input, input.name + " " + text(input.arguments) + " " + text(input.headers));
    co_return converter::to_payload(7);
  }
  Task<StartedUpdate> start_update(StartUpdateInput input) override {
    note("update", input, input.name + " " + text(input.arguments) + " " + text(input.headers));
    co_return StartedUpdate{.workflow_id = input.workflow_id,
                            .run_id = "r2",
                            .update_id = input.options.id,
                            .outcome = UpdateOutcome{.value = converter::to_payload(8)}};
  }
  Task<void> cancel_workflow(CancelWorkflowInput input) override {
    note("cancel", input, input.first_run_id + " " + input.reason);
    co_return;
  }
  Task<void> terminate_workflow(TerminateWorkflowInput input) override {
    note("terminate", input, input.first_run_id + " " + input.reason);
    co_return;
  }
  Task<WorkflowDescription> describe_workflow(DescribeWorkflowInput input) override {
    note("describe", input, "");
    co_return WorkflowDescription{.id = input.workflow_id};
  }

 private:
  template <class Input>
  void note(const std::string& call, const Input& input, const std::string& more) {
    seen_.push_back(call + " " + input.workflow_id + "/" + input.run_id + " " + more);
  }

  Seen& seen_;
};

/// Adds its name to the headers, and notes when a start begins and ends.
class Named : public CallInterceptor {
 public:
  Named(const std::string& name, Seen& seen) : name_(name), seen_(seen) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    seen_.push_back(name_ + " begins");
    add_to(input.headers);
    auto started = co_await CallInterceptor::start_workflow(std::move(input));
    seen_.push_back(name_ + " ends");
    started.run_id += name_;
    co_return started;
  }
  Task<StartedWorkflowWithUpdate> update_with_start(UpdateWithStartInput input) override {
    add_to(input.start.headers);
    add_to(input.update.headers);
    return CallInterceptor::update_with_start(std::move(input));
  }
  Task<void> signal_workflow(SignalWorkflowInput input) override {
    add_to(input.headers);
    return CallInterceptor::signal_workflow(std::move(input));
  }
  Task<Payload> query_workflow(QueryWorkflowInput input) override {
    add_to(input.headers);
    return CallInterceptor::query_workflow(std::move(input));
  }
  Task<StartedUpdate> start_update(StartUpdateInput input) override {
    add_to(input.headers);
    return CallInterceptor::start_update(std::move(input));
  }

 private:
  void add_to(Headers& headers) const { headers["trace"] = converter::to_payload(text(headers) + name_); }

  std::string name_;
  Seen& seen_;
};

TEST(ClientInterception, TheFirstOneIsOutermostAndEachChangesWhatTheNextSees) {
  Seen seen;
  const std::string outer = "outer";
  const std::string inner = "inner";
  const auto client = client_with({makes<Named>(outer, seen), makes<Named>(inner, seen), makes<Server>(seen)});
  const auto handle = client.start("Order", {.id = "i"}, converter::to_payloads(1)).get();
  EXPECT_THAT(seen,
              ElementsAre("outer begins", "inner begins", "start Order 1 -outerinner", "inner ends", "outer ends"));
  EXPECT_EQ(handle.id(), "i");
  EXPECT_EQ(handle.run_id(), "r2innerouter");
  EXPECT_EQ(handle.first_run_id(), "r1");
}

TEST(ClientInterception, IsAroundAllCallsAndHeadersTravelWithThem) {
  Seen seen;
  const std::string name = "n";
  const auto client = client_with({makes<Named>(name, seen), makes<Server>(seen)});
  const auto once = converter::to_payloads(1);
  const auto twice = converter::to_payloads(2);

  client.signal_with_start("Order", {.id = "i"}, once, "add", twice).get();
  EXPECT_THAT(std::exchange(seen, {}), ElementsAre("n begins", "start Order 1 -n add 2", "n ends"));

  const auto both =
      client.update_with_start<RawValue, int>("Order", {.id = "i"}, once, "set", {.id = "u"}, twice).get();
  EXPECT_EQ(both.workflow.run_id(), "r2");
  EXPECT_EQ(both.update.id(), "u");
  EXPECT_EQ(both.update.result().get(), 8);
  EXPECT_THAT(std::exchange(seen, {}), ElementsAre("start Order 1 -n", "update i/ set 2 -n"));

  const auto named = client.workflow_handle("i", "r");
  named.signal("add", once).get();
  EXPECT_EQ(named.query<int>("sum", twice).get(), 7);
  EXPECT_EQ(named.update<int>("set", once).get(), 8);
  named.cancel("why").get();
  named.terminate("enough").get();
  EXPECT_EQ(named.describe().get().id, "i");
  EXPECT_THAT(std::exchange(seen, {}), ElementsAre("signal i/r add 1 -n", "query i/r sum 2 -n", "update i/r set 1 -n",
                                                   "cancel i/r  why", "terminate i/r  enough", "describe i/r "));

  both.workflow.cancel("why").get();
  EXPECT_THAT(seen, ElementsAre("cancel i/ r1 why")) << "any run of the chain";
}

/// Notes what starts and queries fail with.
class Failures : public CallInterceptor {
 public:
  explicit Failures(Seen& seen) : seen_(seen) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    try {
      co_return co_await CallInterceptor::start_workflow(std::move(input));
    } catch (const Error& error) {
      seen_.push_back(error.message());
      throw;
    }
  }
  Task<Payload> query_workflow(QueryWorkflowInput input) override {
    try {
      co_return co_await CallInterceptor::query_workflow(std::move(input));
    } catch (const QueryFailedError& error) {
      seen_.push_back(error.message());
    }
    co_return converter::to_payload(0);
  }

 private:
  Seen& seen_;
};

class Refusing : public CallInterceptor {
 public:
  Task<Payload> query_workflow(QueryWorkflowInput) override { throw QueryFailedError("not today"); }
  Task<void> signal_workflow(SignalWorkflowInput) override { throw QueryFailedError("no signals"); }
};

TEST(ClientInterception, SeesWhatTheCallFailsWithAndMayGiveSomethingElse) {
  Seen seen;
  const auto client = client_with({makes<Failures>(seen), makes<Refusing>()});
  auto handle = client.workflow_handle("i");
  EXPECT_EQ(handle.query<int>("sum", {}).get(), 0);
  EXPECT_THAT(seen, ElementsAre("not today"));
  auto signal = handle.signal("add", {});
  EXPECT_THROW(signal.get(), QueryFailedError) << "the future throws it, the call does not";
}

TEST(ClientInterception, OptionsAreCheckedAfterTheLastLink) {
  Seen seen;
  auto start = client_with({makes<Failures>(seen)}).start("Order", {.task_queue = "q"});
  EXPECT_THROW(start.get(), ConfigurationError);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_THAT(seen.front(), HasSubstr("id is empty"));
}

/// Answers a start when it is told to.
class Waiting : public CallInterceptor {
 public:
  explicit Waiting(Promise<void>& answer) : answer_(answer) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    co_await answer_.future();
    co_return StartedWorkflow{.workflow_id = input.options.id};
  }

 private:
  Promise<void> answer_;
};

struct Threads {
  std::thread::id begin;
  std::thread::id end;
};

class ThreadNoting : public CallInterceptor {
 public:
  ThreadNoting(Threads& threads, const std::shared_ptr<int>& alive) : threads_(threads), alive_(alive) {}

  Task<StartedWorkflow> start_workflow(StartWorkflowInput input) override {
    threads_.begin = std::this_thread::get_id();
    auto started = co_await CallInterceptor::start_workflow(std::move(input));
    threads_.end = std::this_thread::get_id();
    co_return started;
  }

 private:
  Threads& threads_;
  std::shared_ptr<int> alive_;
};

TEST(ClientInterception, ACallBeginsWhereItIsMadeAndGoesOnOnAThreadThatMayBlock) {
  Threads threads;
  auto alive = std::make_shared<int>();
  Promise<void> answer;
  auto start = client_with({makes<ThreadNoting>(threads, alive), makes<Waiting>(answer)}).start("Order", {.id = "i"});
  EXPECT_EQ(threads.begin, std::this_thread::get_id());
  answer.set_value();
  EXPECT_EQ(start.get().id(), "i");
  EXPECT_NE(threads.end, std::this_thread::get_id());
}

TEST(ClientInterception, ALinkLivesAsLongAsItsClientAndTheCallsUnderWay) {
  Threads threads;
  auto alive = std::make_shared<int>();
  const std::weak_ptr<int> watch = alive;
  Promise<void> answer;
  std::optional client{client_with({makes<ThreadNoting>(threads, alive), makes<Waiting>(answer)})};
  alive.reset();
  EXPECT_FALSE(watch.expired());
  {
    auto start = client->start("Order", {.id = "i"});
    client.reset();
    EXPECT_FALSE(watch.expired());
    answer.set_value();
    start.get();
  }
  while (!watch.expired()) std::this_thread::yield();
}

TEST(ClientInterception, EachClientHasItsLinksAndMayHaveNone) {
  Seen seen;
  const auto maker = std::make_shared<Maker>([&](const ClientInfo& info) {
    seen.push_back(info.namespace_ + " " + info.identity);
    return std::unique_ptr<CallInterceptor>{};
  });
  const auto client = client_with({maker});
  EXPECT_EQ(client.session()->interception().first(), nullptr);
  const auto impatient = client.with_rpc_options({.timeout = std::chrono::seconds{1}});
  EXPECT_THAT(seen, ElementsAre("shop me", "shop me"));
  EXPECT_THROW(static_cast<void>(client.start("Order", {})), ConfigurationError)
      << "without links it is refused at once";
}

}  // namespace
}  // namespace temporal::client
