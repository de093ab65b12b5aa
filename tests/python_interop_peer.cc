// The C++ side of the proof that payloads and failures mean the same in the Python SDK; python_interop_test.py is the
// other, and starts this: as a worker, or as the client that runs these tests.
#include <temporal/activity/activity.h>
#include <temporal/client/client.h>
#include <temporal/codec/encryption_codec.h>
#include <temporal/common/errors.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <google/protobuf/struct.pb.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;
using google::protobuf::Struct;

enum class Color { red, green };
NLOHMANN_JSON_SERIALIZE_ENUM(Color, {{Color::red, "red"}, {Color::green, "green"}})

struct Item {
  std::string name;
  int count;
  std::optional<double> price;
  Color color;
  bool operator==(const Item&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Item, name, count, price, color)

struct Basket {
  std::string owner;
  std::vector<Item> items;
  std::map<std::string, std::vector<std::int64_t>> numbers;
  std::optional<std::string> note;
  bool operator==(const Basket&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Basket, owner, items, numbers, note)

namespace {

const std::string cpp_queue = "cpp";
const std::string python_queue = "python";

/// The same in python_interop_test.py.
Basket basket() {
  return {.owner = "Zoë 🦊",
          .items = {{.name = "naïve \"quotes\"\n", .count = -3, .price = 0.1, .color = Color::green},
                    {.name = "", .count = 2147483647, .price = {}, .color = Color::red}},
          .numbers = {{"", {}}, {"größe", {0, -9007199254740993, 9223372036854775807}}},
          .note = {}};
}

/// A protobuf message; the same in python_interop_test.py.
Struct message() {
  Struct message;
  auto& fields = *message.mutable_fields();
  fields["größe"].set_number_value(0.1);
  fields["leer"].set_null_value({});
  for (const auto* text : {"夏", ""}) fields["liste"].mutable_list_value()->add_values()->set_string_value(text);
  (*fields["innen"].mutable_struct_value()->mutable_fields())["wahr"].set_bool_value(true);
  return message;
}

Struct marked(Struct message, const std::string& mark) {
  (*message.mutable_fields())[mark].set_bool_value(true);
  return message;
}

workflow::ActivityOptions in_python(std::optional<RetryPolicy> retry = RetryPolicy{.maximum_attempts = 1}) {
  return {.start_to_close_timeout = 30s,
          .heartbeat_timeout = 5s,
          .retry_policy = std::move(retry),
          .task_queue = python_queue,
          .cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed};
}

template <class Result, class... A>
workflow::Task<Result> ask_python(std::string activity, const A&... arguments) {
  return workflow::execute_activity_named<Result>(std::move(activity), in_python(),
                                                  converter::to_payloads(arguments...));
}

// Workflows that Python starts and whose activities Python runs.

class CppBasket {
 public:
  workflow::Task<Basket> run(Basket basket, std::optional<std::string> note) {
    basket_ = std::move(basket);
    co_await workflow::wait_condition([this] { return !extra_.empty(); });
    basket_ = co_await ask_python<Basket>("py_add", basket_, extra_.front());
    basket_.note = note;
    co_return basket_;
  }
  void add(Item item) { extra_.push_back(std::move(item)); }
  Basket current() const { return basket_; }
  Color paint(Color color) { return std::exchange(basket_.items.front().color, color); }
  void validate_paint(Color color) const {
    if (color == basket_.items.front().color) throw ApplicationError{"it has that colour", {.type = "Unchanged"}};
  }

 private:
  Basket basket_;
  std::vector<Item> extra_;
};

workflow::Task<Bytes> cpp_bytes(Bytes bytes) { co_return co_await ask_python<Bytes>("py_reverse", bytes); }

workflow::Task<Struct> cpp_message(Struct message) {
  co_return co_await ask_python<Struct>("py_mark", marked(std::move(message), "cpp"));
}

/// Looks at what Python threw, and passes it on as it is.
workflow::Task<> cpp_passes_on() {
  try {
    co_await ask_python<void>("py_decline", 7);
  } catch (const ActivityError& error) {
    std::string problem;
    try {
      std::rethrow_exception(error.cause());
    } catch (const ApplicationError& cause) {
      const auto [details] = converter::from_payloads<std::tuple<std::map<std::string, int>>>(cause.details());
      if (cause.type() != "CardDeclined" || !cause.non_retryable() || details.at("code") != 7) problem = "wrong data";
      if (describe(cause.cause()) != "ApplicationError(ValueError): not a card") problem = describe(cause.cause());
    }
    if (!problem.empty()) throw ApplicationError{"Python's failure did not arrive: " + problem, {.type = "Broken"}};
    throw;
  }
}

workflow::Task<> cpp_fails() {
  throw ApplicationError{"out of stock",
                         {.type = "OutOfStock",
                          .details = converter::to_payloads(basket().items[0], Color::red),
                          .non_retryable = true,
                          .category = ErrorCategory::benign,
                          .cause = std::make_exception_ptr(ApplicationError{"no delivery", {.type = "Late"}})}};
  co_return;
}

/// Python asks for a short wait before the next attempt; the policy would have it wait for an hour.
workflow::Task<int> cpp_waits_as_told() {
  co_return co_await workflow::execute_activity_named<int>("py_second_attempt",
                                                           in_python(RetryPolicy{.initial_interval = 1h}), {});
}

workflow::Task<> cpp_is_cancelled() { co_await ask_python<void>("py_until_cancelled"); }

// Activities that workflows of Python call.

Basket cpp_add(Basket basket, Item item) {
  basket.items.push_back(std::move(item));
  return basket;
}

Bytes cpp_reverse(Bytes bytes) {
  std::ranges::reverse(bytes);
  return bytes;
}

Struct cpp_mark(Struct message) { return marked(std::move(message), "cpp"); }

void cpp_decline(int code) {
  throw ApplicationError{"no money",
                         {.type = "CardDeclined",
                          .details = converter::to_payloads(std::map<std::string, int>{{"code", code}}),
                          .non_retryable = true,
                          .cause = std::make_exception_ptr(std::invalid_argument{"not a card"})}};
}

int cpp_second_attempt() {
  const int attempt = activity::info().attempt;
  if (attempt == 1) throw ApplicationError{"once more", {.next_retry_delay = 10ms}};
  return attempt;
}

client::Client* connected = nullptr;

/// Has its workflow cancelled, and waits to be told.
void cpp_until_cancelled() {
  connected->workflow_handle(activity::info().workflow_id).cancel().get();
  while (!activity::stop_token().stop_requested()) {
    activity::heartbeat();
    std::this_thread::sleep_for(20ms);
  }
  activity::throw_if_cancelled();
}

void work(const client::Client& client) {
  worker::WorkerOptions options{.task_queue = cpp_queue, .max_heartbeat_throttle_interval = 100ms};
  options.add_workflow(workflow::definition<CppBasket>()
                           .run<&CppBasket::run>()
                           .signal<&CppBasket::add>()
                           .query<&CppBasket::current>()
                           .update<&CppBasket::paint, &CppBasket::validate_paint>());
  options.add_workflow<cpp_bytes>();
  options.add_workflow<cpp_fails>();
  options.add_workflow<cpp_is_cancelled>();
  options.add_workflow<cpp_message>();
  options.add_workflow<cpp_passes_on>();
  options.add_workflow<cpp_waits_as_told>();
  options.add_activity<cpp_add>();
  options.add_activity<cpp_decline>();
  options.add_activity<cpp_mark>();
  options.add_activity<cpp_reverse>();
  options.add_activity<cpp_second_attempt>();
  options.add_activity<cpp_until_cancelled>();
  worker::Worker{client, options}.run({});
}

class CppClient : public ::testing::Test {
 protected:
  static client::StartOptions start_options() {
    return {.id = ::testing::UnitTest::GetInstance()->current_test_info()->name(), .task_queue = python_queue};
  }
  template <class R, class... A>
  static client::WorkflowHandle<R> start(const std::string& workflow, const A&... arguments) {
    return connected->start<R>(workflow, start_options(), converter::to_payloads(arguments...)).get();
  }
};

template <class R>
std::exception_ptr cause_of_end(const client::WorkflowHandle<R>& handle) {
  try {
    handle.result().get();
  } catch (const WorkflowFailedError& error) {
    return error.cause();
  }
  return std::make_exception_ptr(std::logic_error{"the workflow did not fail"});
}

TEST_F(CppClient, SignalsQueriesAndUpdatesAPythonWorkflowThatCallsACppActivity) {
  const auto handle = start<Basket>("PyBasket", basket(), std::optional<std::string>{"für dich"});
  EXPECT_EQ(handle.query<Basket>("current", {}).get(), basket());
  EXPECT_EQ(handle.update<Color>("paint", converter::to_payloads(Color::red)).get(), Color::green);
  try {
    handle.update<Color>("paint", converter::to_payloads(Color::red)).get();
    FAIL() << "no error";
  } catch (const UpdateFailedError& error) {
    EXPECT_EQ(describe(error.cause()), "ApplicationError(Unchanged): it has that colour");
  }
  const Item extra{.name = "夏", .count = 1, .price = 2.5, .color = Color::green};
  handle.signal("add", converter::to_payloads(extra)).get();
  auto expected = basket();
  expected.items.front().color = Color::red;
  expected.items.push_back(extra);
  expected.note = "für dich";
  EXPECT_EQ(handle.result().get(), expected);
}

TEST_F(CppClient, SendsBytesThroughAPythonWorkflow) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
  auto reversed = bytes;
  std::ranges::reverse(reversed);
  EXPECT_EQ(start<Bytes>("PyBytes", bytes).result().get(), reversed);
}

TEST_F(CppClient, SendsAMessageThroughAPythonWorkflow) {
  const auto result = start<Struct>("PyMessage", message()).result().get();
  EXPECT_EQ(result.DebugString(), marked(marked(message(), "python"), "cpp").DebugString());
}

TEST_F(CppClient, SeesTheFailureOfItsActivityThroughAPythonWorkflow) {
  const auto cause = cause_of_end(start<void>("PyPassesOn"));
  EXPECT_THAT(describe(cause), ::testing::HasSubstr("ApplicationError(CardDeclined): no money: "));
  EXPECT_THAT(describe(cause), ::testing::HasSubstr("invalid_argument): not a card"));
  try {
    std::rethrow_exception(cause);
  } catch (const ActivityError& error) {
    EXPECT_EQ(error.activity_type(), "cpp_decline");
    EXPECT_EQ(error.retry_state(), RetryState::non_retryable_failure);
  }
}

TEST_F(CppClient, SeesWhatAPythonWorkflowRaises) {
  try {
    std::rethrow_exception(cause_of_end(start<void>("PyFails")));
  } catch (const ApplicationError& error) {
    EXPECT_EQ(error.message(), "out of stock");
    EXPECT_EQ(error.type(), "OutOfStock");
    EXPECT_TRUE(error.non_retryable());
    EXPECT_EQ(error.category(), ErrorCategory::benign);
    EXPECT_EQ((converter::from_payloads<std::tuple<Item, Color>>(error.details())),
              (std::tuple{basket().items[0], Color::red}));
    EXPECT_EQ(describe(error.cause()), "ApplicationError(Late): no delivery");
    EXPECT_FALSE(error.stack_trace().empty());
  }
}

TEST_F(CppClient, HasAPythonWorkflowWaitAsItsActivitySays) { EXPECT_EQ(start<int>("PyWaitsAsTold").result().get(), 2); }

TEST_F(CppClient, SeesAPythonWorkflowCancelledWithTheCppActivityInIt) {
  EXPECT_THROW(std::rethrow_exception(cause_of_end(start<void>("PyIsCancelled"))), CancelledError);
}

}  // namespace

/// python_interop_peer worker|client ADDRESS
int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 4) return 2;
  codec::DataConverter converter;
  if (const std::string key = argv[3]; key != "no key") {
    converter.codec =
        std::make_shared<codec::EncryptionCodec>("key-1", std::map<std::string, std::string>{{"key-1", key}});
  }
  auto client = client::Client::connect({.address = argv[2], .data_converter = converter});
  connected = &client;
  if (argv[1] == std::string_view{"worker"}) {
    work(client);
    return 0;
  }
  return RUN_ALL_TESTS();
}
