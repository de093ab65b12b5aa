#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/worker/worker_options.h>

#include <temporal_bridge.pb.h>

namespace temporal::worker::detail {

/// A worker's options as the bridge takes them.
bridge::v1::WorkerOptions to_bridge(const WorkerOptions& options, const client::ConnectOptions& connection);

}  // namespace temporal::worker::detail
