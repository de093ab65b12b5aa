#pragma once

#include <temporal/activity/activity.h>
#include <temporal/opentelemetry/activity.h>
#include <temporal/workflow/workflow.h>

#include <chrono>
#include <string>

namespace shop {

namespace activity = temporal::activity;
namespace workflow = temporal::workflow;

inline std::string charge(const std::string& customer) {
  const auto span = temporal::opentelemetry::start_span("authorize card", {{"currency", "EUR"}});
  activity::logger().info("charging", {{"customer", customer}});
  activity::metrics().counter("cards_charged").add(1, {{"currency", "EUR"}});
  return "receipt of " + customer;
}

inline workflow::Task<std::string> checkout(std::string customer) {
  const auto start = workflow::now();
  auto receipt =
      co_await workflow::execute_activity<charge>({.start_to_close_timeout = std::chrono::seconds{10}}, customer);
  workflow::logger().info("paid", {{"customer", customer}});
  workflow::metrics().duration_histogram("checkout_latency").record(workflow::now() - start);
  co_return receipt;
}

}  // namespace shop
