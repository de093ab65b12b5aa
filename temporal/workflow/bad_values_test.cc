#include <temporal/common/errors.h>
#include <temporal/workflow/detail/driven_run.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using workflow::detail::DrivenRun;

// What users hand over that core or the server would refuse: each is an error at the call that names the field, and
// fails its own task alone.

namespace {

const std::string cut = "M\xC3";  // half an "ü"

struct Case {
  const char* field;  ///< what the error names
  std::function<void()> call;
};

template <class Options>
Options with(std::function<void(Options&)> change) {
  Options options;
  if constexpr (requires { options.start_to_close_timeout; }) options.start_to_close_timeout = 1s;
  change(options);
  return options;
}

using Activity = workflow::ActivityOptions;
using Local = workflow::LocalActivityOptions;
using Child = workflow::ChildWorkflowOptions;
using Next = workflow::ContinueAsNewOptions;

std::function<void()> activity(std::function<void(Activity&)> change, std::string type = "work") {
  return [=] { (void)workflow::start_activity_named<void>(type, with<Activity>(change), {}); };
}
std::function<void()> local(std::function<void(Local&)> change, std::string type = "work") {
  return [=] { (void)workflow::start_local_activity_named<void>(type, with<Local>(change), {}); };
}
std::function<void()> child(std::function<void(Child&)> change, std::string type = "other") {
  return [=] { (void)workflow::start_child_workflow_named<void>(type, with<Child>(change), {}); };
}
std::function<void()> next(std::function<void(Next&)> change, std::string type = "other") {
  return [=] { workflow::continue_as_new_named(type, with<Next>(change), {}); };
}

std::vector<Case> cases() {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto nothing = [](auto&) {};
  const KeywordSearchAttribute cut_key{cut};
  return {
      {"its name", activity(nothing, cut)},
      {"activity_id", activity([](auto& o) { o.activity_id = cut; })},
      {"task_queue", activity([](auto& o) { o.task_queue = cut; })},
      {"summary", activity([](auto& o) { o.summary = cut; })},
      {"set start_to_close_timeout", activity([](auto& o) { o.start_to_close_timeout = {}; })},
      {"set start_to_close_timeout", activity([](auto& o) { o.start_to_close_timeout = 0s; })},
      {"start_to_close_timeout is negative", activity([](auto& o) { o.start_to_close_timeout = -1s; })},
      {"schedule_to_close_timeout", activity([](auto& o) { o.schedule_to_close_timeout = -1s; })},
      {"schedule_to_start_timeout", activity([](auto& o) { o.schedule_to_start_timeout = -1ns; })},
      {"heartbeat_timeout", activity([](auto& o) { o.heartbeat_timeout = Duration::min(); })},
      {"initial_interval", activity([](auto& o) { o.retry_policy = {.initial_interval = -1s}; })},
      {"maximum_interval", activity([](auto& o) { o.retry_policy = {.maximum_interval = -1s}; })},
      {"less than initial_interval", activity([](auto& o) { o.retry_policy = {.maximum_interval = 1ms}; })},
      {"backoff_coefficient", activity([](auto& o) { o.retry_policy = {.backoff_coefficient = 0.5}; })},
      {"backoff_coefficient", activity([=](auto& o) { o.retry_policy = {.backoff_coefficient = nan}; })},
      {"maximum_attempts", activity([](auto& o) { o.retry_policy = {.maximum_attempts = -1}; })},
      {"non_retryable_error_types", activity([](auto& o) { o.retry_policy = {.non_retryable_error_types = {cut}}; })},
      {"priority_key", activity([](auto& o) { o.priority = {.priority_key = -1}; })},
      {"fairness_key", activity([](auto& o) { o.priority = {.fairness_key = cut}; })},
      {"fairness_key", activity([](auto& o) { o.priority = {.fairness_key = std::string(65, 'x')}; })},
      {"fairness_weight", activity([=](auto& o) { o.priority = {.fairness_weight = static_cast<float>(nan)}; })},

      {"its name", local(nothing, cut)},
      {"activity_id", local([](auto& o) { o.activity_id = cut; })},
      {"set start_to_close_timeout", local([](auto& o) { o.start_to_close_timeout = {}; })},
      {"start_to_close_timeout is negative", local([](auto& o) { o.start_to_close_timeout = -1s; })},
      {"local_retry_threshold", local([](auto& o) { o.local_retry_threshold = -1s; })},
      {"non_retryable_error_types", local([](auto& o) { o.retry_policy = {.non_retryable_error_types = {cut}}; })},

      {"its name", child(nothing, cut)},
      {"id is not", child([](auto& o) { o.id = "ship-" + cut; })},
      {"task_queue", child([](auto& o) { o.task_queue = cut; })},
      {"execution_timeout", child([](auto& o) { o.execution_timeout = -1s; })},
      {"run_timeout", child([](auto& o) { o.run_timeout = -1s; })},
      {"task_timeout", child([](auto& o) { o.task_timeout = -1s; })},
      {"cron_schedule", child([](auto& o) { o.cron_schedule = cut; })},
      {"key of the memo", child([](auto& o) { o.memo = {{cut, converter::to_payload(1)}}; })},
      {"search attribute", child([=](auto& o) { o.search_attributes = {cut_key.set("x")}; })},
      {"maximum_attempts", child([](auto& o) { o.retry_policy = {.maximum_attempts = -1}; })},
      {"static_summary", child([](auto& o) { o.static_summary = cut; })},
      {"static_details", child([](auto& o) { o.static_details = cut; })},

      {"type", next(nothing, "")},
      {"its name", next(nothing, cut)},
      {"task_queue", next([](auto& o) { o.task_queue = cut; })},
      {"run_timeout", next([](auto& o) { o.run_timeout = -1s; })},
      {"start_delay", next([](auto& o) { o.start_delay = -1s; })},
      {"key of the memo", next([](auto& o) { o.memo = {{cut, converter::to_payload(1)}}; })},

      {"id of a patch", [] { (void)workflow::patched(cut); }},
      {"id of a patch", [] { workflow::deprecate_patch(cut); }},
      {"search attribute", [=] { workflow::upsert_search_attributes({cut_key.set("x")}); }},
      {"key of the memo", [] { workflow::upsert_memo({{cut, converter::to_payload(1)}}); }},
      {"current details", [] { workflow::set_current_details(cut); }},
      {"summary", [] { (void)workflow::start_timer(1s, {.summary = cut}).done(); }},
      {"reason", [] { workflow::CancellationScope{}.cancel(cut); }},
      {"name of a handler", [] { const auto h = workflow::set_signal_handler(cut, [] {}); }},
      {"belong to Temporal", [] { const auto h = workflow::set_signal_handler("__temporal_x", [] {}); }},
      {"belong to Temporal", [] { const auto h = workflow::set_query_handler("__stack_trace", [] { return 1; }); }},
      {"belong to Temporal", [] { const auto h = workflow::set_update_handler("__enhanced_stack_trace", [] {}); }},
  };
}

workflow::Task<> makes_the_call(std::size_t which) {
  cases().at(which).call();
  co_await workflow::sleep(1s);
}

workflow::Task<> signals(std::string id, std::string run_id, std::string name) {
  co_await workflow::external_workflow_handle(id, run_id).signal(name, {});
}
workflow::Task<> cancels(std::string id, std::string run_id, std::string reason) {
  co_await workflow::external_workflow_handle(id, run_id).cancel(reason);
}
workflow::Task<> hands_over(std::string what, std::size_t cut_argument) {
  std::vector<std::string> given{"id", "run", "name"};
  given.at(cut_argument) = cut;
  co_await (what == "signal" ? signals(given[0], given[1], given[2]) : cancels(given[0], given[1], given[2]));
}
workflow::Task<> hands_over_nothing(std::string what) {
  co_await (what == "signal"      ? signals("id", "", "")
            : what == "to nobody" ? signals("", "", "s")
                                  : cancels("", "", ""));
}

class Fine {
 public:
  workflow::Task<> run() { co_return; }
  void handle() {}
  int ask() const { return 1; }
};
constexpr std::string_view reserved = "__temporal_mine";

class Reserved {
 public:
  workflow::Task<> run() {
    co_await workflow::wait_condition([] { return false; });
  }
  void on_signal(std::string /*name*/, std::vector<RawValue> /*arguments*/) { workflow::deprecate_patch("called"); }
  std::string on_query(std::string name, std::vector<RawValue> /*arguments*/) const { return name; }
  std::string on_update(std::string name, std::vector<RawValue> /*arguments*/) { return name; }
};

}  // namespace

template <>
inline constexpr std::string_view temporal::registered_name<&Fine::handle> = reserved;
template <>
inline constexpr std::string_view temporal::registered_name<&Fine::ask> = "__stack_trace";

TEST(BadValues, AreErrorsThatNameTheirFieldAndFailTheTaskAlone) {
  const auto all = cases();
  for (std::size_t i = 0; i < all.size(); ++i) {
    DrivenRun run{workflow::function_definition<makes_the_call>(), i};
    const auto completion = run.activate();
    ASSERT_TRUE(completion.has_failed()) << all[i].field << " (case " << i << ")";
    EXPECT_THAT(completion.failed().failure().message(), HasSubstr(all[i].field)) << "case " << i;
    std::string bytes;
    EXPECT_TRUE(completion.SerializeToString(&bytes));
    EXPECT_THAT(bytes, Not(HasSubstr(cut))) << "case " << i;
  }
}

TEST(BadValues, OfSignalsAndCancellationsOfOtherWorkflowsAreErrorsToo) {
  for (const std::string what : {"signal", "cancel"}) {
    for (const std::size_t argument : {0U, 1U, 2U}) {
      DrivenRun run{workflow::function_definition<hands_over>(), what, argument};
      EXPECT_THAT(run.activate().failed().failure().message(), HasSubstr("not UTF-8")) << what << argument;
    }
  }
  for (const std::string what : {"signal", "to nobody", "cancel"}) {
    DrivenRun run{workflow::function_definition<hands_over_nothing>(), what};
    EXPECT_THAT(run.activate().failed().failure().message(), HasSubstr("is empty")) << what;
  }
}

TEST(BadValues, ReservedNamesCannotBeRegistered) {
  const auto begin = [] { return workflow::definition<Fine>().run<&Fine::run>(); };
  EXPECT_THROW(begin().signal<&Fine::handle>(), ConfigurationError);
  EXPECT_THROW(begin().update<&Fine::handle>(), ConfigurationError);
  EXPECT_THROW(begin().query<&Fine::ask>(), ConfigurationError);
}

TEST(BadValues, ReservedNamesDoNotReachDynamicHandlers) {
  DrivenRun run{workflow::definition<Reserved>()
                    .run<&Reserved::run>()
                    .dynamic_signal<&Reserved::on_signal>()
                    .dynamic_query<&Reserved::on_query>()
                    .dynamic_update<&Reserved::on_update>()};
  (void)run.commands();
  run.signal("__temporal_wake_up");
  EXPECT_THAT(run.commands(), testing::IsEmpty());
  run.update("__temporal_set");
  EXPECT_THAT(run.commands().at(0).update_response().rejected().message(), HasSubstr("no update handler"));
  for (const auto* name : {"__stack_trace", "__enhanced_stack_trace", "__temporal_other"}) {
    run.query(name);
    EXPECT_THAT(run.commands().at(0).respond_to_query().failed().message(), HasSubstr("no query handler")) << name;
  }
}
