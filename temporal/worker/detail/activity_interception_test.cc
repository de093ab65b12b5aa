#include <temporal/worker/detail/activity_runner.h>

#include <temporal/activity/activity.h>
#include <temporal/common/errors.h>
#include <temporal/common/sleep.h>
#include <temporal/converter/proto_payload.h>

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace temporal::worker::detail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

int twice(int n) {
  activity::heartbeat(n);
  return 2 * n;
}
Task<int> twice_later(int n) {
  co_await sleep_for(1ms);
  activity::heartbeat(n);
  co_return 2 * n;
}
void leave() { activity::complete_asynchronously(); }
void fail() { throw ApplicationError{"out of paper"}; }

using Seen = std::vector<std::string>;

class Noting : public activity::AttemptInterceptor {
 public:
  Noting(std::string name, Seen& seen) : name_(std::move(name)), seen_(seen) {}
  ~Noting() override { note("gone"); }

  Task<Payload> execute(activity::ExecuteInput input) override {
    const auto trace = input.headers.find("trace");
    note(activity::info().activity_type +
         (trace == input.headers.end() ? "" : " " + converter::from_payload<std::string>(trace->second)));
    try {
      auto result = co_await AttemptInterceptor::execute(std::move(input));
      note("done");
      co_return result;
    } catch (const std::exception& error) {
      note(error.what());
      throw;
    }
  }
  void heartbeat(activity::HeartbeatInput& input) override {
    note("heartbeat");
    input.details.push_back(converter::to_payload(name_));
    AttemptInterceptor::heartbeat(input);
  }

 private:
  void note(const std::string& what) { seen_.push_back(name_ + ": " + what); }

  std::string name_;
  Seen& seen_;
};

/// Changes what goes in and what comes out, and waits before.
class Changing : public activity::AttemptInterceptor {
 public:
  Task<Payload> execute(activity::ExecuteInput input) override {
    co_await sleep_for(1ms);
    input.arguments = converter::to_payloads(20);
    const auto result = co_await AttemptInterceptor::execute(std::move(input));
    co_return converter::to_payload(converter::from_payload<int>(result) + 1);
  }
};

class Making : public activity::Interceptor {
 public:
  using Make = std::function<std::unique_ptr<activity::AttemptInterceptor>()>;
  explicit Making(Make make) : make_(std::move(make)) {}
  std::unique_ptr<activity::AttemptInterceptor> intercept_activity(const activity::Info& /*info*/) override {
    return make_();
  }

 private:
  Make make_;
};

class ActivityInterception : public testing::Test {
 protected:
  /// Runs an activity to its end within these interceptors.
  void run(const std::string& type, int argument, ActivityRunner::Interceptors interceptors) {
    std::promise<void> ended;
    ActivityRunner runner{
        {activity::function_definition<twice>(), activity::function_definition<twice_later>(),
         activity::function_definition<leave>(), activity::function_definition<fail>()},
        std::nullopt,
        "queue",
        {.execute = [this](auto job) { blocking.post(std::move(job)); },
         .post = [this](auto job) { coroutines.post(std::move(job)); },
         .hold = [&]() -> std::shared_ptr<void> { return {nullptr, [&](void*) { ended.set_value(); }}; },
         .complete = [this](const std::string& bytes, const auto&) { EXPECT_TRUE(completion.ParseFromString(bytes)); },
         .record_heartbeat = [this](const std::string& bytes) { EXPECT_TRUE(heartbeat.ParseFromString(bytes)); }},
        std::move(interceptors)};
    coresdk::activity_task::ActivityTask task;
    task.set_task_token("token");
    task.mutable_start()->set_activity_type(type);
    if (argument != 0) {
      converter::set_payloads(*task.mutable_start()->mutable_input(), converter::to_payloads(argument));
    }
    converter::set_payload_map(*task.mutable_start()->mutable_header_fields(),
                               {{"trace", converter::to_payload("from afar")}});
    runner.handle(task.SerializeAsString());
    ended.get_future().wait();
    EXPECT_EQ(runner.running(), 0U);
  }
  std::shared_ptr<activity::Interceptor> noting(std::string name) {
    return std::make_shared<Making>([this, name = std::move(name)] { return std::make_unique<Noting>(name, seen); });
  }
  [[nodiscard]] const auto& result() const { return completion.result(); }

  Seen seen;
  coresdk::ActivityTaskCompletion completion;
  coresdk::ActivityHeartbeat heartbeat;
  ThreadPool blocking{1};
  ThreadPool coroutines{1};
};

}  // namespace

TEST_F(ActivityInterception, IsAroundAFunctionWithTheFirstOneOutermost) {
  run("twice", 21, {noting("a"), noting("b")});
  EXPECT_EQ(result().completed().result().data(), "42");
  EXPECT_THAT(seen, ElementsAre("a: twice from afar", "b: twice from afar", "a: heartbeat", "b: heartbeat", "b: done",
                                "a: done", "a: gone", "b: gone"));
  ASSERT_EQ(heartbeat.details_size(), 3);
  EXPECT_EQ(heartbeat.details(1).data(), "\"a\"");
  EXPECT_EQ(heartbeat.details(2).data(), "\"b\"");
}

TEST_F(ActivityInterception, IsAroundACoroutineToItsEnd) {
  run("twice_later", 21, {noting("a")});
  EXPECT_EQ(result().completed().result().data(), "42");
  EXPECT_THAT(seen, ElementsAre("a: twice_later from afar", "a: heartbeat", "a: done", "a: gone"));
}

TEST_F(ActivityInterception, CanWaitAndChangeArgumentsAndResultsOfEitherKind) {
  const auto changing = std::make_shared<Making>([] { return std::make_unique<Changing>(); });
  for (const auto* type : {"twice", "twice_later"}) {
    run(type, 1, {changing});
    EXPECT_EQ(result().completed().result().data(), "41");
  }
}

TEST_F(ActivityInterception, AFunctionRunsOnAThreadThatMayBlockThoughALinkHasWaited) {
  std::thread::id blocking_thread;
  std::promise<void> known;
  blocking.post([&] {
    blocking_thread = std::this_thread::get_id();
    known.set_value();
  });
  known.get_future().wait();
  class Looking : public Changing {
   public:
    explicit Looking(std::thread::id& seen) : seen_(seen) {}
    void heartbeat(activity::HeartbeatInput& input) override {
      seen_ = std::this_thread::get_id();
      Changing::heartbeat(input);
    }

   private:
    std::thread::id& seen_;
  };
  std::thread::id seen_thread;
  run("twice", 1, {std::make_shared<Making>([&] { return std::make_unique<Looking>(seen_thread); })});
  EXPECT_EQ(seen_thread, blocking_thread);
}

TEST_F(ActivityInterception, SeesHowTheAttemptFails) {
  run("fail", 0, {noting("a")});
  EXPECT_EQ(result().failed().failure().message(), "out of paper");
  EXPECT_THAT(seen, ElementsAre("a: fail from afar", "a: out of paper", "a: gone"));
}

TEST_F(ActivityInterception, SeesATypeThatIsNotRegisteredFail) {
  run("thrice", 1, {noting("a")});
  EXPECT_THAT(result().failed().failure().message(), HasSubstr("thrice is not registered"));
  EXPECT_THAT(seen, Contains(HasSubstr("thrice is not registered")));
}

TEST_F(ActivityInterception, LetsAnActivityLeaveThatIsCompletedElsewhere) {
  run("leave", 0, {noting("a")});
  EXPECT_TRUE(result().has_will_complete_async());
}

TEST_F(ActivityInterception, OneThatCannotBeMadeFailsTheAttempt) {
  run("twice", 1, {std::make_shared<Making>([]() -> std::unique_ptr<activity::AttemptInterceptor> {
        throw ApplicationError{"no spans today"};
      })});
  EXPECT_EQ(result().failed().failure().message(), "no spans today");
}

TEST_F(ActivityInterception, OneThatIsNotInterestedIsNotInTheChain) {
  run("twice", 21, {std::make_shared<activity::Interceptor>()});
  EXPECT_EQ(result().completed().result().data(), "42");
}

}  // namespace temporal::worker::detail
