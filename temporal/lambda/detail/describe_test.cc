#include <temporal/lambda/detail/describe.h>

#include <temporal/lambda/detail/fake_world.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace temporal::lambda::detail {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Describe : public ::testing::Test {
 protected:
  std::string text_of(const std::function<void(LambdaWorkerConfig&)>& change) {
    const auto configure = [&](LambdaWorkerConfig& config) {
      change(config);
      return std::make_shared<int>();
    };
    return describe({.deployment_name = "shop", .build_id = "b-1"}, configure, fake_world(stage));
  }

  Stage stage;
};

TEST_F(Describe, SaysWhatTheWorkerWouldBe) {
  const auto text = text_of([](LambdaWorkerConfig& config) {
    auto& options = config.worker_config;
    options.task_queue = "orders";
    options.default_versioning_behavior = VersioningBehavior::auto_upgrade;
    options.workflows = {{.name = "checkout", .options = {VersioningBehavior::pinned}},
                         {.name = "refund"},
                         {.name = "every other", .dynamic = true}};
    options.activities = {{.name = "charge"}};
    options.dynamic_activity = activity::Definition{};
    config.idle_timeout = 1s;
  });
  const auto auto_upgrade = [](json name) {
    return json{{"name", std::move(name)}, {"versioning_behavior", "auto_upgrade"}};
  };
  EXPECT_EQ(json::parse(text), (json{{"sdk", "temporal-cpp " TEMPORAL_CPP_VERSION},
                                     {"deployment_name", "shop"},
                                     {"build_id", "b-1"},
                                     {"task_queue", "orders"},
                                     {"workflows",
                                      {json{{"name", "checkout"}, {"versioning_behavior", "pinned"}},
                                       auto_upgrade("refund"), auto_upgrade(nullptr)}},
                                     {"activities", {"charge", nullptr}},
                                     {"graceful_shutdown_timeout", 5.0},
                                     {"shutdown_deadline_buffer", 7.0},
                                     {"idle_timeout", 1.0},
                                     {"telemetry", false}}));
}

TEST_F(Describe, ConnectsToNothingAndShowsNoSecret) {
  stage.loaded.connect.api_key = "secret-key";
  stage.loaded.connect.metadata = {{"authorization", "secret-value"}};
  const auto text = text_of([](LambdaWorkerConfig& config) { config.worker_config.task_queue = "orders"; });
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  EXPECT_THAT(stage.calls, Not(::testing::Contains("connect")));
}

TEST_F(Describe, SaysWhyItDoesNotKnowMore) {
  const auto description = json::parse(text_of([](LambdaWorkerConfig& config) {
    config.worker_config.task_queue = "orders \xff";
    throw std::runtime_error("no table ORDERS_TABLE");
  }));
  EXPECT_EQ(description["task_queue"], "orders \xEF\xBF\xBD");
  EXPECT_EQ(description["error"], "no table ORDERS_TABLE");
}

TEST_F(Describe, IsWhatOneArgumentAsksFor) {
  const auto is_asked = [](std::vector<std::string> arguments) {
    return is_asked_to_describe(World{.arguments = std::move(arguments)});
  };
  EXPECT_TRUE(is_asked({"bootstrap", "--describe"}));
  EXPECT_FALSE(is_asked({"bootstrap"}));
  EXPECT_FALSE(is_asked({"--describe"}));
  EXPECT_FALSE(is_asked({"bootstrap", "--describe", "more"}));
}

}  // namespace
}  // namespace temporal::lambda::detail
