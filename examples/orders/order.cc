#include "order.h"

#include "shipment.h"

#include <temporal/common/errors.h>

#include <chrono>
#include <exception>
#include <utility>

using namespace std::chrono_literals;
namespace workflow = temporal::workflow;

namespace {
const workflow::ActivityOptions quick{.start_to_close_timeout = 10s};
}

workflow::Task<std::string> Order::run(Purchase purchase) {
  co_await workflow::wait_condition([this] { return confirmed_ && !address_.empty(); });
  std::exception_ptr failure;
  try {
    co_return co_await fulfil(purchase);
  } catch (const temporal::FailureError&) {
    failure = std::current_exception();  // C++ does not await inside of a catch block
  }
  status_ = "undoing";
  // Shielded, because nothing new could be started in a workflow that is cancelled.
  co_await workflow::shielded(undo_steps());
  status_ = "undone";
  std::rethrow_exception(failure);
}

workflow::Task<std::string> Order::fulfil(Purchase purchase) {
  const auto& order = workflow::info().workflow_id;
  status_ = "packing";
  // How to undo a step is known before it begins: one that is reported as failed may have been done.
  undo_.emplace_back([order] { return workflow::execute_activity<release_stock>(quick, order); });
  co_await workflow::execute_activity<reserve_stock>(quick, order, purchase);
  undo_.emplace_back([order] { return workflow::execute_activity<refund>(quick, order); });
  co_await workflow::execute_activity<charge>(quick, order, purchase.quantity * purchase.price_in_cents);
  auto shipment = co_await workflow::start_child_workflow<&Shipment::run>({.id = order + "-shipment"}, address_);
  status_ = "waiting for the carrier";
  auto receipt = co_await shipment;
  status_ = "shipped";
  co_return receipt;
}

workflow::Task<> Order::undo_steps() {
  for (; !undo_.empty(); undo_.pop_back()) co_await undo_.back()();
}

void Order::confirm() { confirmed_ = true; }

std::string Order::set_address(std::string address) { return std::exchange(address_, std::move(address)); }

void Order::check_address(std::string address) const {
  if (address.empty()) throw temporal::ApplicationError{"an order needs an address"};
  if (confirmed_ && !address_.empty()) throw temporal::ApplicationError{"the order is under way: " + status_};
}

std::string Order::status() const { return status_; }

workflow::Definition order_definition() {
  // An order may wait for days: it moves on to the build that is current then.
  return workflow::definition<Order>(
             {.versioning_behavior = temporal::VersioningBehavior::auto_upgrade,
              .required_activities = workflow::activity_names<charge, refund, release_stock, reserve_stock>()})
      .run<&Order::run>()
      .signal<&Order::confirm>()
      .update<&Order::set_address, &Order::check_address>()
      .query<&Order::status>();
}
