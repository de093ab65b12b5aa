#pragma once

#include <temporal/common/payload.h>

namespace temporal {

/// A value that is neither decoded nor encoded: take one as an argument or return one to pass a payload on as it is, or
/// to decode it later with `converter::from_payload`.
struct RawValue {
  Payload payload = {};

  bool operator==(const RawValue&) const = default;
};

}  // namespace temporal
