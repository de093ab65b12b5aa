#pragma once

#include <temporal/common/metrics.h>

#include <temporal_bridge.pb.h>

namespace temporal::core::detail {

using BridgeAttributes = google::protobuf::RepeatedPtrField<bridge::v1::Attribute>;

void add(BridgeAttributes& message, const Attributes& attributes);

}  // namespace temporal::core::detail
