#pragma once

#include "activities.h"

#include <temporal/workflow/workflow.h>

#include <functional>
#include <string>
#include <vector>

/// A workflow: waits until the customer has confirmed and there is an address, takes the stock and the money, and has
/// the order shipped. When that fails or is cancelled, what was done is undone, the last step first.
class Order {
 public:
  /// @return what the shipment gives: the carrier and its tracking number.
  temporal::workflow::Task<std::string> run(Purchase purchase);

  /// A signal.
  void confirm();

  /// An update.
  /// @return the address that it replaces.
  std::string set_address(std::string address);
  /// Its validator: throws to reject the update, which then leaves no trace in the history.
  void check_address(std::string address) const;

  /// A query.
  std::string status() const;

 private:
  temporal::workflow::Task<std::string> fulfil(Purchase purchase);
  temporal::workflow::Task<> undo_steps();

  bool confirmed_ = false;
  std::string address_;
  std::string status_ = "waiting for the customer";
  std::vector<std::function<temporal::workflow::Task<>()>> undo_;  ///< of each step that was begun, in their order
};

temporal::workflow::Definition order_definition();
