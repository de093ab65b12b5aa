#pragma once

#include <temporal/common/payload.h>

#include <map>
#include <string>

namespace temporal {

/// What travels beside the arguments, for interceptors: a trace context, for example.
using Headers = std::map<std::string, Payload>;

}  // namespace temporal
