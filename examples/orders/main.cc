// An order: a signal, an update, a query, a child workflow, and steps that are undone when a later one fails.
#include "activities.h"
#include "order.h"
#include "shipment.h"

#include <temporal/lambda/run_worker.h>

namespace {

void configure(temporal::lambda::LambdaWorkerConfig& config) {
  auto& worker = config.worker_config;
  worker.add_workflow(order_definition());
  worker.add_workflow(shipment_definition());
  worker.add_activity<charge>();
  worker.add_activity<find_carrier>();
  worker.add_activity<refund>();
  worker.add_activity<release_stock>();
  worker.add_activity<reserve_stock>();
}

}  // namespace

int main() { return temporal::lambda::run_worker({.deployment_name = "orders", .build_id = "build-1"}, configure); }
