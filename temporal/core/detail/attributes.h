#pragma once

#include <temporal/common/metrics.h>

#include <temporal_bridge.pb.h>

namespace temporal::core::detail {

using BridgeAttributes = google::protobuf::RepeatedPtrField<bridge::v1::Attribute>;

/// What is not UTF-8 in them would lose all of them on the way: it becomes U+FFFD.
void add(BridgeAttributes& message, const Attributes& attributes);

}  // namespace temporal::core::detail
