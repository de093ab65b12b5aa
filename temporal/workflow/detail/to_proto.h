#pragma once

#include <temporal/common/versioning.h>

#include <temporal/sdk/core/common/common.pb.h>

#include <optional>

/// \file
/// Options that commands of several kinds have, and their numbers on the wire.

namespace temporal::workflow::detail {

inline coresdk::common::VersioningIntent to_proto(std::optional<VersioningIntent> intent) {
  if (!intent) return coresdk::common::UNSPECIFIED;
  return *intent == VersioningIntent::compatible ? coresdk::common::COMPATIBLE : coresdk::common::DEFAULT;
}

}  // namespace temporal::workflow::detail
