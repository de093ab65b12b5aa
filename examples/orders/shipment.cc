#include "shipment.h"

#include "activities.h"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;
namespace workflow = temporal::workflow;

workflow::Task<std::string> Shipment::run(std::string address) {
  const auto carrier = co_await workflow::execute_activity<find_carrier>({.start_to_close_timeout = 10s}, address);
  co_await workflow::wait_condition([this] { return !tracking_number_.empty(); });
  co_return carrier + " " + tracking_number_;
}

void Shipment::picked_up(std::string tracking_number) { tracking_number_ = std::move(tracking_number); }

workflow::Definition shipment_definition() {
  return workflow::definition<Shipment>({.versioning_behavior = temporal::VersioningBehavior::auto_upgrade,
                                         .required_activities = workflow::activity_names<find_carrier>()})
      .run<&Shipment::run>()
      .signal<&Shipment::picked_up>();
}
