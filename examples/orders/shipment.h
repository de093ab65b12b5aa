#pragma once

#include <temporal/workflow/workflow.h>

#include <string>

/// A workflow: brings an order to its address. A child of its order, with a history and an id of its own: the carrier
/// knows only the shipment.
class Shipment {
 public:
  /// @return the carrier and its tracking number.
  temporal::workflow::Task<std::string> run(std::string address);

  /// A signal: the carrier has the parcel.
  void picked_up(std::string tracking_number);

 private:
  std::string tracking_number_;
};

temporal::workflow::Definition shipment_definition();
