#pragma once

#include <temporal/lambda/detail/fake_world.h>
#include <temporal/lambda/handler.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

/// \file
/// For tests: a handler in a fake world.

namespace temporal::lambda::detail {

/// One execution environment with fakes around it.
class HandlerTest : public ::testing::Test {
 protected:
  using Change = std::function<void(LambdaWorkerConfig&)>;

  Handler make(Change change = {}) {
    return Handler{
        {.deployment_name = "my-app", .build_id = "build-1"},
        [this, change = std::move(change)](LambdaWorkerConfig& config) {
          stage.record("configure");
          config.worker_config.task_queue = "queue";
          config.worker_config.workflows.push_back({.name = "hello", .options = {VersioningBehavior::pinned}});
          config.shutdown_hooks.emplace_back([this](Duration) { stage.record("hook"); });
          if (change) change(config);
          return std::shared_ptr<void>(nullptr, [this](void*) { stage.record("scope destroyed"); });
        },
        fake_world(stage)};
  }

  [[nodiscard]] Invocation event(Duration time_left = std::chrono::seconds{60}, std::string id = "id-1") const {
    return {.request_id = std::move(id), .function_arn = "arn:hello", .deadline = stage.clock->wall_now() + time_left};
  }

  bool has_happened(const std::string& what) {
    const std::lock_guard lock{stage.mutex};
    return std::find(stage.calls.begin(), stage.calls.end(), what) != stage.calls.end();
  }

  Stage stage;
};

inline std::string type_of(const Outcome& outcome) {
  return outcome.failure ? std::string{to_string(outcome.failure->type)} : "success";
}

}  // namespace temporal::lambda::detail
